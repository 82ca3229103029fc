#include "app/results/layers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "hw/observe/overlap.h"

namespace systole::app {
namespace {

// What a node's commands on one kind of resource (compute or DMA) took.
struct Work {
  std::uint64_t commands = 0;
  std::uint64_t charged = 0;
  std::uint64_t compute = 0;
  std::uint64_t macs = 0;
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::set<std::uint32_t> resources;
  Losses losses;
};

// Shares out one resource's time among the nodes.
void charge(const SpanLog& log, std::uint32_t resource, std::map<NodeId, Work>& work) {
  std::vector<const Span*> spans;
  for (const Span& span : log.spans()) {
    if (span.resource == resource) spans.push_back(&span);
  }
  std::stable_sort(spans.begin(), spans.end(),
                   [](const Span* a, const Span* b) { return a->start < b->start; });
  std::uint64_t cursor = 0;
  const Span* before = nullptr;
  for (const Span* span : spans) {
    // Descriptors run in order on an engine: a number that does not rise is the next inference.
    const bool continues =
        before != nullptr && before->node == span->node && before->descriptor < span->descriptor;
    const std::uint64_t from = continues ? cursor : std::max(span->start, cursor);
    Work& mine = work[span->node];
    if (span->end > from) mine.charged += span->end - from;
    mine.compute += span->compute_cycles;
    mine.macs += span->macs;
    mine.losses += span->losses;
    mine.start = mine.commands == 0 ? span->start : std::min(mine.start, span->start);
    mine.end = std::max(mine.end, span->end);
    mine.resources.insert(resource);
    ++mine.commands;
    cursor = std::max(cursor, span->end);
    before = span;
  }
}

std::string names_of(const SpanLog& log, const std::set<std::uint32_t>& resources) {
  std::string names;
  for (const std::uint32_t resource : resources)
    names += (names.empty() ? "" : "+") + log.resources()[resource];
  return names;
}

void fill_work(LayerRow& row, const Work& work, const LayerInputs& inputs) {
  row.engine = names_of(inputs.spans, work.resources);
  row.macs_performed = work.macs;
  row.losses = work.losses;
  row.compute_cycles = work.compute;
  row.stall_cycles = work.charged > work.compute ? work.charged - work.compute : 0;
  row.start_cycle = work.start;
  row.end_cycle = work.end;
  const double slots = static_cast<double>(inputs.array_pes) * static_cast<double>(work.compute);
  if (work.macs > 0 && slots > 0) row.utilization = static_cast<double>(work.macs) / slots;
}

std::string number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

// RFC 4180.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::vector<LayerRow> layer_rows(const LayerInputs& inputs) {
  std::map<NodeId, Work> compute;
  std::map<NodeId, Work> dma;
  for (std::uint32_t resource = 0; resource < inputs.spans.resources().size(); ++resource) {
    charge(inputs.spans, resource, is_dma(inputs.spans.resources()[resource]) ? dma : compute);
  }
  std::vector<LayerRow> rows;
  for (std::uint32_t index = 0; index < inputs.nodes.size(); ++index) {
    const ProgramNode& node = inputs.nodes[index];
    LayerRow& row = rows.emplace_back();
    row.index = index;
    row.name = node.name;
    row.op = node.op;
    row.engine = "none";
    row.macs = node.macs * inputs.inferences;
    if (const auto found = compute.find(index); found != compute.end()) {
      fill_work(row, found->second, inputs);
    } else if (const auto moved = dma.find(index); moved != dma.end()) {
      fill_work(row, moved->second, inputs);
    }
    row.dram_read_bytes = inputs.ledger.node_total("dram.read", index);
    row.dram_write_bytes = inputs.ledger.node_total("dram.write", index);
    row.sram_read_bytes = inputs.ledger.node_total("sram.read", index);
    row.sram_write_bytes = inputs.ledger.node_total("sram.write", index);
    row.inter_pe_moves = inputs.ledger.node_total("matrix.move.inter_pe", index);
    row.intra_pe_moves = inputs.ledger.node_total("matrix.move.intra_pe", index);
    if (inputs.account != nullptr) row.energy_j = inputs.account->nodes_j[index];
    if (node.fused_into < inputs.nodes.size()) row.fused_into = inputs.nodes[node.fused_into].name;
  }
  return rows;
}

std::string to_csv(const std::vector<LayerRow>& rows) {
  std::string csv =
      "index,name,op,engine,macs,macs_performed,compute_cycles,stall_cycles,start_cycle,end_cycle,"
      "utilization,"
      "dram_read_bytes,dram_write_bytes,sram_read_bytes,sram_write_bytes,energy_j,fused_into,"
      "lost_edge,lost_fill_drain,lost_stationary,lost_starvation,lost_accumulator,inter_pe_moves,intra_pe_"
      "moves\n";
  for (const LayerRow& row : rows) {
    csv += std::to_string(row.index) + ',' + field(row.name) + ',' + field(row.op) + ',' + field(row.engine);
    for (const std::uint64_t value : {row.macs, row.macs_performed, row.compute_cycles, row.stall_cycles,
                                      row.start_cycle, row.end_cycle}) {
      csv += ',' + std::to_string(value);
    }
    csv += ',' + number(row.utilization);
    for (const std::uint64_t value :
         {row.dram_read_bytes, row.dram_write_bytes, row.sram_read_bytes, row.sram_write_bytes}) {
      csv += ',' + std::to_string(value);
    }
    csv += ',' + (row.energy_j ? number(*row.energy_j) : std::string()) + ',' + field(row.fused_into);
    for (const std::uint64_t value :
         {row.losses.edge, row.losses.fill_drain, row.losses.stationary, row.losses.starvation,
          row.losses.accumulator, row.inter_pe_moves, row.intra_pe_moves}) {
      csv += ',' + std::to_string(value);
    }
    csv += '\n';
  }
  return csv;
}

}  // namespace systole::app
