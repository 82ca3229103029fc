#include "models/mapper/mapper.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "hw/base/assert.h"
#include "models/mapper/legalise/legalise.h"
#include "models/mapper/legalise/skip_zeros.h"
#include "models/mapper/lower/lower.h"
#include "models/mapper/lower/static_data.h"
#include "models/mapper/memory/plan.h"
#include "models/mapper/schedule/schedule.h"
#include "models/mapper/stripes/stripes.h"
#include "models/mapper/tiling/estimate.h"
#include "models/mapper/tiling/kept.h"
#include "models/mapper/tiling/pack.h"
#include "models/mapper/verify/verify.h"
#include "models/mapper/winograd/winograd.h"

namespace systole::mapper {

namespace {

/// What must hold before any network can be mapped.
void check_capability(const ir::Graph& graph, const Capability& capability, Issues& issues) {
  const std::size_t queues = queues_of(capability.engines).size();
  if (capability.engines[static_cast<std::size_t>(EngineKind::kDma)] == 0) {
    issues.add(graph.name, "the SoC has no DMA engine: set soc.dma.engines to at least 1");
  }
  if (queues > capability.semaphores) {
    issues.add(graph.name, "a graph needs one semaphore for each of the " + std::to_string(queues) +
                               " engine queues: set soc.controller.semaphores to at least " +
                               std::to_string(queues) + " (it is " + std::to_string(capability.semaphores) +
                               ")");
  }
}

std::vector<ProgramNode> node_table(const HwGraph& hw, const ir::Graph& graph) {
  std::vector<ProgramNode> nodes;
  for (const NodeRow& row : hw.rows) {
    const ir::Node& node = graph.node(row.node);
    const auto macs = static_cast<std::uint64_t>(ir::cost_of(graph, row.node).operations.macs);
    nodes.push_back({node.name, std::string(ir::name_of(node.op)), macs, row.fused_into});
  }
  return nodes;
}

std::string engine_name(const HwGraph& hw, std::uint32_t row) {
  if (hw.rows[row].fused_into != SGB_NO_NODE) return "fused";
  // The engine of the first operation that is no copy; several are rare (Gemm with alpha and beta).
  std::string name = hw.rows[row].is_view ? "view" : "dma";
  for (const HwNode& node : hw.nodes) {
    if (node.row != row) continue;
    const EngineKind kind = engine_of(node.op);
    const bool transform = std::holds_alternative<WinogradOp>(node.op);  // around a product
    if (kind != EngineKind::kDma && !transform) return std::string(name_of(kind));
  }
  return name;
}

/// Bytes that the transfers of both graphs move in and out of the DRAM.
std::uint64_t dram_bytes_of(const Program& program) {
  std::uint64_t bytes = 0;
  for (const sgb_relocation& relocation : program.relocations) {
    const auto& list = relocation.graph == SGB_GRAPH_INIT ? program.init : program.exec;
    const sgb_descriptor& descriptor = list[relocation.descriptor];
    if (descriptor.opcode != SGB_OP_DMA) continue;
    std::uint64_t moved = descriptor.u.dma.element_bytes;
    for (unsigned d = 0; d < descriptor.u.dma.rank; ++d) moved *= descriptor.u.dma.dim[d].extent;
    bytes += moved;
  }
  return bytes;
}

/// Without its static data.
Program make_program(const HwGraph& hw, const ir::Graph& graph, const Plan& plan,
                     const Capability& capability) {
  Lowered lowered = lower(hw, graph, plan, capability);
  ScheduledGraph init = schedule(std::move(lowered.init), capability, SGB_GRAPH_INIT);
  ScheduledGraph exec = schedule(std::move(lowered.exec), capability, SGB_GRAPH_EXEC);

  Program program;
  program.init = std::move(init.descriptors);
  program.exec = std::move(exec.descriptors);
  program.relocations = std::move(init.relocations);
  program.relocations.insert(program.relocations.end(), exec.relocations.begin(), exec.relocations.end());
  program.symbols = std::move(lowered.symbols);
  program.nodes = node_table(hw, graph);
  program.workspace_bytes = static_cast<std::uint64_t>(plan.workspace_bytes);
  program.sram_bytes = static_cast<std::uint64_t>(plan.sram_bytes);
  program.queue_count = static_cast<std::uint32_t>(queues_of(capability.engines).size());
  return program;
}

/// A network on its way: the operations, where everything stands, and what comes of it.
struct Mapping {
  HwGraph hw;
  std::optional<Plan> plan;
  Program program;
};

/// The same in stripes, as far as that moves fewer bytes and is not slower; else null.
std::unique_ptr<Mapping> in_stripes(const Mapping& whole, const ir::Graph& graph,
                                    const Capability& capability, const MapOptions& options) {
  std::vector<StripeChoice> choices = choose_stripes(whole.hw, *whole.plan, capability, options);
  if (choices.empty()) return nullptr;
  const auto cycles = [&](const Program& program) {
    return estimate_graph(program, SGB_GRAPH_EXEC, capability).cycles;
  };
  const std::uint64_t most_bytes = dram_bytes_of(whole.program);
  const double most_cycles = cycles(whole.program);
  for (; !choices.empty(); give_up_half(choices)) {
    auto striped = std::make_unique<Mapping>();
    striped->hw = whole.hw;
    make_stripes(striped->hw, choices);
    Issues unfit;  // then it goes without
    striped->plan = make_plan(striped->hw, graph, capability, options, unfit, &whole.plan->homes);
    if (!striped->plan) continue;
    striped->program = make_program(striped->hw, graph, *striped->plan, capability);
    const bool in_time = options.stripes == StripePolicy::kAlways || cycles(striped->program) <= most_cycles;
    const bool better = in_time && dram_bytes_of(striped->program) < most_bytes;
    if (better) return striped;
  }
  return nullptr;
}

/// Before anything is packed. The descriptors, which come later, are few beside this; the loader counts them.
void check_dram(const ir::Graph& graph, const Plan& plan, const Capability& capability, Issues& issues) {
  auto bytes = static_cast<std::uint64_t>(plan.workspace_bytes) + static_cast<std::uint64_t>(plan.data_bytes);
  for (const auto* ids : {&graph.inputs(), &graph.outputs()}) {
    for (const ir::TensorId id : *ids) bytes += graph.tensor(id).value.bytes();
  }
  if (bytes > capability.dram_size.count()) {
    issues.add(graph.name, "weights, feature maps, inputs and outputs need " +
                               to_text(Bytes(round_up(bytes, std::uint64_t{1024 * 1024}))) +
                               " of DRAM, but there are " + to_text(capability.dram_size) +
                               ": enlarge soc.dram.size");
  }
}

/// Plan and program of a graph, in stripes where that is better; null with issues if there is no room.
std::unique_ptr<Mapping> map_graph(HwGraph hw, const ir::Graph& graph, const Capability& capability,
                                   const MapOptions& options, Issues& issues) {
  const std::size_t before = issues.size();
  auto mapping = std::make_unique<Mapping>();  // on the heap: steps refer to their graph
  mapping->hw = std::move(hw);
  mapping->plan = make_plan(mapping->hw, graph, capability, options, issues);
  if (!mapping->plan) return nullptr;
  check_dram(graph, *mapping->plan, capability, issues);
  if (issues.size() != before) return nullptr;
  mapping->program = make_program(mapping->hw, graph, *mapping->plan, capability);
  if (options.stripes != StripePolicy::kNever) {
    if (auto striped = in_stripes(*mapping, graph, capability, options)) return striped;
  }
  return mapping;
}

/// The mapping with 3 x 3 convolutions in Winograd's form, as far as that is predicted to be faster; else the
/// direct one. hw: the graph that `direct` was made of.
std::unique_ptr<Mapping> in_winograd_form(HwGraph hw, std::unique_ptr<Mapping> direct, const ir::Graph& graph,
                                          const Capability& capability, const MapOptions& options) {
  const auto cycles = [&](const Program& program) {
    return estimate_graph(program, SGB_GRAPH_EXEC, capability).cycles;
  };
  const double most = cycles(direct->program);
  std::vector<WinogradChoice> choices = choose_winograd(hw, capability);
  for (; !choices.empty(); give_up_half(hw, choices)) {
    HwGraph rewritten = hw;
    make_winograd(rewritten, choices);
    Issues unfit;  // then it goes without
    auto mapping = map_graph(std::move(rewritten), graph, capability, options, unfit);
    if (mapping && cycles(mapping->program) < most) return mapping;
  }
  for (std::size_t i = 0; i < hw.rows.size(); ++i) direct->hw.rows[i].winograd = hw.rows[i].winograd;
  return direct;
}

/// Winograd's form performs other products than the network's definition has.
void count_winograd(const HwGraph& hw, const ir::Graph& graph, MapReport& report) {
  std::vector<std::int64_t> performed(hw.rows.size(), 0);
  std::vector<bool> transformed(hw.rows.size(), false);
  for (const HwNode& node : hw.nodes) {
    if (node.row >= hw.rows.size()) continue;
    if (std::holds_alternative<WinogradOp>(node.op)) transformed[node.row] = true;
    if (const auto* op = std::get_if<MatrixOp>(&node.op)) {
      performed[node.row] += ir::elements_of(op->batch) * op->out_h * op->out_w * op->n * op->in_c;
    }
  }
  for (std::size_t row = 0; row < hw.rows.size(); ++row) {
    if (!transformed[row]) continue;
    const std::int64_t direct = ir::cost_of(graph, hw.rows[row].node).operations.macs;
    const std::int64_t saved = direct - performed[row];
    // Small odd maps may take more.
    (saved >= 0 ? report.skipped_macs : report.gap_macs) += static_cast<std::uint64_t>(std::abs(saved));
  }
}

/// Rows of weights that are not packed are not multiplied: the multiply-accumulates of one inference that
/// this spares.
void count_left_out(const HwGraph& hw, const Plan& plan, MapReport& report) {
  for (std::size_t i = 0; i < hw.nodes.size(); ++i) {
    const auto* op = std::get_if<MatrixOp>(&hw.nodes[i].op);
    if (op == nullptr || (op->kept.empty() && op->sparse_m == 0)) continue;
    const std::int64_t all = op->window.kernel[0] * op->window.kernel[1] * op->in_c;
    const std::int64_t rows = all_packed_rows(*op, std::get<MatrixTile>(*plan.nodes[i].tile));
    const std::int64_t saved = ir::elements_of(op->batch) * op->out_h * op->out_w * op->n * (all - rows);
    // Groups of N:M that K does not fill may take more.
    (saved >= 0 ? report.skipped_macs : report.gap_macs) += static_cast<std::uint64_t>(std::abs(saved));
  }
}

void fill_report(const HwGraph& hw, const ir::Graph& graph, const Plan& plan, const Program& program,
                 MapReport& report) {
  report = {};
  for (std::uint32_t row = 0; row < hw.rows.size(); ++row) {
    const ir::Node& node = graph.node(hw.rows[row].node);
    const ir::NodeCost cost = ir::cost_of(graph, hw.rows[row].node);
    NodeReport& out = report.nodes.emplace_back();
    out.name = node.name;
    out.op = ir::name_of(node.op);
    out.engine = engine_name(hw, row);
    out.winograd = hw.rows[row].winograd;
    if (hw.rows[row].fused_into != SGB_NO_NODE) out.fused_into = program.nodes[hw.rows[row].fused_into].name;
    out.operations = cost.operations;
    out.parameters = static_cast<std::uint64_t>(cost.parameters);
    out.input_bytes = static_cast<std::uint64_t>(cost.input_bytes);
    out.output_bytes = static_cast<std::uint64_t>(cost.output_bytes);
    report.macs += static_cast<std::uint64_t>(cost.operations.macs);
    report.parameters += out.parameters;
  }
  for (std::size_t i = 0; i < hw.nodes.size(); ++i) {
    const NodePlan& node = plan.nodes[i];
    const std::uint32_t row = hw.nodes[i].row;
    if (row >= report.nodes.size() || !node.tile) continue;
    const std::uint32_t stripes = hw.rows[row].stripes;
    std::string& tiling = report.nodes[row].tiling;
    if (stripes > 1) {
      if (tiling.empty()) tiling = "stripes " + std::to_string(stripes);
    } else if (node.steps.size() > 1) {
      tiling = describe(hw.nodes[i].op, *node.tile);
    }
  }
  for (const sgb_descriptor& descriptor : program.exec) {
    if (descriptor.node >= report.nodes.size()) continue;
    NodeReport& out = report.nodes[descriptor.node];
    ++(descriptor.opcode == SGB_OP_DMA ? out.transfers : out.commands);
  }
  for (ir::TensorId id = 0; id < graph.tensor_count(); ++id) {
    const ir::TensorInfo& info = graph.tensor(id);
    if (info.is_constant() || (!info.producer && info.consumers.empty())) continue;
    EdgeReport& edge = report.edges.emplace_back();
    edge.name = info.value.name;
    edge.bytes = info.value.bytes();
    const ValueId value = hw.value_of_tensor[id];
    if (value == kNoValue) {
      edge.place = "fused";
      continue;
    }
    const ValueId root = hw.value(value).root;
    if (hw.value(root).in_stripes) {
      edge.place = "sram (stripes)";
      continue;
    }
    const bool in_sram = plan.homes.in_sram[root];
    const ValueKind kind = hw.value(root).kind;
    edge.place = kind == ValueKind::kInput    ? "input"
                 : kind == ValueKind::kOutput ? "output"
                 : in_sram                    ? "sram"
                                              : "dram";
    if (root != value && kind == ValueKind::kActivation) edge.place += " (view)";
    if (in_sram) edge.sram_address = plan.sram_address[root];
  }
  for (const Placement& p : plan.placements) {
    report.placements.push_back(
        {p.name, p.address, static_cast<std::uint64_t>(p.bytes), p.life.first, p.life.last});
  }
  report.init_descriptors = program.init.size();
  report.exec_descriptors = program.exec.size();
  report.sram_bytes = program.sram_bytes;
  report.dram_bytes = dram_bytes_of(program);
  report.workspace_bytes = program.workspace_bytes;
  for (ValueId id = 0; id < hw.values.size(); ++id) {
    const Value& value = hw.value(id);
    if (!plan.used[id]) continue;
    const auto bytes = static_cast<std::uint64_t>(value.bytes());
    if (value.kind == ValueKind::kConstant) {
      (plan.homes.in_sram[id] && !value.spans_stripes ? report.resident_bytes : report.streamed_bytes) +=
          bytes;
    }
    if (value.kind != ValueKind::kActivation && !value.is_pack) report.compulsory_dram_bytes += bytes;
  }
  count_winograd(hw, graph, report);
  count_left_out(hw, plan, report);
  std::vector<bool> counted(hw.values.size(), false);
  for (const HwNode& node : hw.nodes) {
    const auto* op = std::get_if<MatrixOp>(&node.op);
    if (op != nullptr && op->pack != kNoValue && !counted[op->pack]) {
      counted[op->pack] = true;  // stripes share one
      report.compulsory_dram_bytes += static_cast<std::uint64_t>(pack_payload_bytes(*op));
      report.gap_bytes += static_cast<std::uint64_t>(pack_gap_bytes(*op));
    }
    if (op != nullptr && op->blocks > 1) {
      const std::int64_t k = op->window.kernel[0] * op->window.kernel[1] * op->in_c;
      const std::int64_t all = ir::elements_of(op->batch) * op->groups * op->out_h * op->out_w * op->n * k;
      report.gap_macs += static_cast<std::uint64_t>(all / op->blocks * (op->blocks - 1));
    }
  }
}

}  // namespace

std::optional<Program> map_network(const ir::Graph& graph, const Capability& capability,
                                   const MapOptions& options, Issues& issues, MapReport* report) {
  const std::size_t before = issues.size();
  check_capability(graph, capability, issues);
  auto hw = legalise(graph, capability, issues, options.channels_last_io);
  if (!hw || issues.size() != before) return std::nullopt;
  if (options.skip_zeros) skip_zeros(*hw, capability);
  HwGraph unplanned;
  if (capability.winograd) unplanned = *hw;
  auto mapping = map_graph(std::move(*hw), graph, capability, options, issues);
  if (!mapping) return std::nullopt;
  if (capability.winograd) {
    mapping = in_winograd_form(std::move(unplanned), std::move(mapping), graph, capability, options);
  }
  Program& program = mapping->program;
  if (options.data) {
    program.data = static_data(mapping->hw, *mapping->plan, capability);
  } else {
    program.data_left_out = static_cast<std::uint64_t>(mapping->plan->data_bytes);
  }

  Issues faults;
  if (!verify(program, capability, faults)) {
    SYSTOLE_ASSERT(false, "the mapper made a bad graph: " + to_string(faults.list().front()));
  }
  if (report != nullptr) fill_report(mapping->hw, graph, *mapping->plan, program, *report);
  return std::move(program);
}

}  // namespace systole::mapper
