#include "models/mapper/report.h"

#include <algorithm>
#include <cmath>

namespace systole::mapper {

namespace {

/// Columns as wide as their widest cell; the first `left` are aligned left, the others right.
class Table {
public:
  explicit Table(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] std::string text(std::size_t left) const {
    std::vector<std::size_t> widths(rows_.front().size(), 0);
    for (const auto& row : rows_) {
      for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
    }
    std::string out;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t c = 0; c < row.size(); ++c) {
        const std::string space(widths[c] - row[c].size(), ' ');
        line += (c == 0 ? "" : "  ") + (c < left ? row[c] + space : space + row[c]);
      }
      out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
  }

private:
  std::vector<std::vector<std::string>> rows_;
};

std::string text(std::uint64_t value) { return std::to_string(value); }

std::string hex(std::uint64_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  do {
    out.insert(out.begin(), kDigits[value % 16]);
    value /= 16;
  } while (value != 0);
  return "0x" + out;
}

/// With three decimals.
std::string ratio(std::uint64_t a, std::uint64_t b) {
  if (b == 0) return "-";
  constexpr std::uint64_t kScale = 1000;
  const auto scaled =
      static_cast<std::uint64_t>(std::llround(static_cast<double>(a) / static_cast<double>(b) * kScale));
  const std::string decimals = text(scaled % kScale);
  return text(scaled / kScale) + "." + std::string(3 - decimals.size(), '0') + decimals;
}

std::uint64_t others(const ir::Operations& o) {
  return static_cast<std::uint64_t>(o.additions + o.multiplications + o.divisions + o.comparisons +
                                    o.exponentials + o.conversions);
}

}  // namespace

std::string to_table(const MapReport& report) {
  Table nodes({"node", "op", "engine", "tiling", "commands", "transfers", "macs", "adds", "muls", "divs",
               "compares", "exps", "converts", "parameters", "in bytes", "out bytes"});
  ir::Operations sum;
  for (const NodeReport& node : report.nodes) {
    const ir::Operations& o = node.operations;
    const auto count = [](std::int64_t value) { return std::to_string(value); };
    nodes.add({node.name, node.op, node.fused_into.empty() ? node.engine : "in " + node.fused_into,
               node.tiling, text(node.commands), text(node.transfers), count(o.macs), count(o.additions),
               count(o.multiplications), count(o.divisions), count(o.comparisons), count(o.exponentials),
               count(o.conversions), text(node.parameters), text(node.input_bytes), text(node.output_bytes)});
  }
  std::uint64_t operations = 0;
  for (const NodeReport& node : report.nodes) operations += others(node.operations);
  Table edges({"tensor", "place", "bytes", "sram address"});
  for (const EdgeReport& edge : report.edges) {
    edges.add(
        {edge.name, edge.place, text(edge.bytes), edge.sram_address == 0 ? "" : hex(edge.sram_address)});
  }
  Table placements({"sram block", "address", "bytes", "first step", "last step"});
  for (const PlacementReport& p : report.placements) {
    placements.add({p.name, hex(p.address), text(p.bytes), std::to_string(p.first), std::to_string(p.last)});
  }
  Table totals({"total", ""});
  totals.add({"multiply-accumulates", text(report.macs)});
  totals.add({"other operations", text(operations)});
  totals.add({"parameters", text(report.parameters)});
  totals.add({"init descriptors", text(report.init_descriptors)});
  totals.add({"exec descriptors", text(report.exec_descriptors)});
  totals.add({"sram bytes", text(report.sram_bytes)});
  totals.add({"resident weight bytes", text(report.resident_bytes)});
  totals.add({"streamed weight bytes", text(report.streamed_bytes)});
  totals.add({"dram workspace bytes", text(report.workspace_bytes)});
  totals.add({"dram bytes moved", text(report.dram_bytes)});
  totals.add({"compulsory dram bytes", text(report.compulsory_dram_bytes)});
  totals.add({"moved / compulsory", ratio(report.dram_bytes, report.compulsory_dram_bytes)});
  Table winograd({"3 x 3 convolution", "form"});
  bool any = false;
  for (const NodeReport& node : report.nodes) {
    if (node.winograd.empty()) continue;
    winograd.add({node.name, node.winograd});
    any = true;
  }
  return nodes.text(4) + "\n" + (any ? winograd.text(2) + "\n" : std::string()) + edges.text(2) + "\n" +
         placements.text(1) + "\n" + totals.text(1);
}

}  // namespace systole::mapper
