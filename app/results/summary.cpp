#include "app/results/summary.h"

#include <algorithm>

#include "hw/observe/overlap.h"

namespace systole::app {
namespace {

using Json = nlohmann::ordered_json;

double ratio(double a, double b) { return b > 0 ? a / b : 0; }
double real(std::uint64_t value) { return static_cast<double>(value); }

std::uint64_t macs_of(const RunRecord& record) {
  std::uint64_t macs = 0;
  for (const LayerRow& row : record.layers) macs += row.macs;
  return macs;
}

// What the arrays did, whoever it was for.
std::uint64_t macs_performed(const SpanLog& spans) {
  std::uint64_t macs = 0;
  for (const Span& span : spans.spans()) macs += span.macs;
  return macs;
}

Json scenario_block(const RunRecord& record) {
  const Scenario& scenario = record.scenario;
  const bool random = scenario.inputs.kind == InputKind::kRandom;
  return {{"name", scenario.name},
          {"soc", scenario.soc.name},
          {"network",
           (scenario.workload.graph.empty() ? scenario.workload.network : scenario.workload.graph).shown},
          {"fidelity", "transaction"},
          {"functional", scenario.functional},
          {"inferences", record.inferences},
          {"seed", random ? scenario.inputs.random.seed : scenario.seed}};
}

Json time_block(const RunRecord& record) {
  const double hertz = real(record.scenario.soc.clock.count());
  const double cycles = real(record.result.cycles);
  return {{"cycles", record.result.cycles},
          {"clock_hz", record.scenario.soc.clock.count()},
          {"seconds", cycles / hertz},
          {"cycles_per_inference", ratio(cycles, record.inferences)},
          {"inferences_per_second", ratio(record.inferences * hertz, cycles)}};
}

Json compute_block(const RunRecord& record) {
  const std::uint64_t macs = macs_of(record);
  const std::uint64_t performed = macs_performed(record.result.spans);
  return {{"macs", macs},
          {"macs_performed", performed},
          {"macs_skipped", macs > performed ? macs - performed : 0},
          {"utilization",
           ratio(real(performed), real(total_pes(record.scenario.soc)) * real(record.result.cycles))}};
}

Json traffic_block(const RunRecord& record) {
  const Ledger& ledger = record.result.ledger;
  return {{"dram_read_bytes", ledger.total("dram.read")},
          {"dram_write_bytes", ledger.total("dram.write")},
          {"sram_read_bytes", ledger.total("sram.read")},
          {"sram_write_bytes", ledger.total("sram.write")},
          {"compulsory_dram_bytes", record.compulsory_dram_bytes},
          {"compulsory_ratio", ratio(real(ledger.total("dram.read") + ledger.total("dram.write")),
                                     real(record.compulsory_dram_bytes))}};
}

Json overlap_block(const RunRecord& record) {
  const Overlap overlap = overlap_of(record.result.spans);
  return {{"compute_busy_cycles", overlap.compute_busy},
          {"dma_busy_cycles", overlap.dma_busy},
          {"both_busy_cycles", overlap.both_busy}};
}

Json energy_block(const RunRecord& record) {
  // Without a technology nothing is known: null is not zero.
  if (!record.account) {
    return {{"technology", nullptr},
            {"total_j", nullptr},
            {"per_inference_j", nullptr},
            {"components", Json::object()},
            {"not_costed", Json::array()}};
  }
  Json components = Json::object();
  for (const energy::Component& component : record.account->components)
    components[component.name] = component.joules;
  return {{"technology", record.scenario.technology.name},
          {"total_j", record.account->total_j},
          {"per_inference_j", ratio(record.account->total_j, record.inferences)},
          {"components", components},
          {"not_costed", record.account->not_costed}};
}

Json firmware_block(const RunRecord& record) {
  const soc::RunResult& result = record.result;
  const bool exited = result.outcome == soc::Outcome::kExited;
  return {{"elf", record.scenario.firmware ? record.scenario.firmware->shown : "default"},
          {"outcome", std::string(name_of(result.outcome))},
          {"instructions", result.instructions},
          {"exit_code", exited ? Json(result.exit_code) : Json(nullptr)}};
}

Json quantisation_block(const QuantisationRecord& record) {
  const auto& accuracy = record.float_accuracy;
  return {{"int8_nodes", record.int8_nodes},
          {"float_nodes", record.float_nodes},
          {"conversions", record.conversions},
          {"calibration_inputs", record.calibration_inputs},
          {"sqnr_db", record.sqnr_db ? Json(*record.sqnr_db) : Json(nullptr)},
          {"float_correct", accuracy ? Json(accuracy->correct) : Json(nullptr)}};
}

// An array's utilization is that of its multipliers, any other engine's the share of time in which it is
// busy.
Json engines_block(const RunRecord& record) {
  const SpanLog& spans = record.result.spans;
  Json engines = Json::object();
  for (std::uint32_t resource = 0; resource < spans.resources().size(); ++resource) {
    const std::string& name = spans.resources()[resource];
    std::uint64_t commands = 0;
    std::uint64_t macs = 0;
    Losses losses;
    for (const Span& span : spans.spans()) {
      if (span.resource != resource) continue;
      ++commands;
      macs += span.macs;
      losses += span.losses;
    }
    const std::uint64_t busy = covered(intervals_of(spans, resource));
    const double cycles = real(record.result.cycles);
    const bool array = name.compare(0, 6, "matrix") == 0;
    const double utilization =
        array ? ratio(real(macs), real(array_pes(record.scenario.soc)) * cycles) : ratio(real(busy), cycles);
    engines[name] = {{"busy_cycles", busy},
                     {"commands", commands},
                     {"macs_performed", macs},
                     {"utilization", utilization}};
    if (array) {
      engines[name]["lost_pe_cycles"] = {{"edge", losses.edge},
                                         {"fill_drain", losses.fill_drain},
                                         {"stationary", losses.stationary},
                                         {"starvation", losses.starvation},
                                         {"accumulator", losses.accumulator}};
    }
  }
  return engines;
}

}  // namespace

Json summary_of(const RunRecord& record) {
  Json summary{{"schema", kSummarySchema},          {"version", SYSTOLE_VERSION},
               {"config_hash", record.config_hash}, {"scenario", scenario_block(record)},
               {"time", time_block(record)},        {"compute", compute_block(record)},
               {"traffic", traffic_block(record)},  {"overlap", overlap_block(record)},
               {"energy", energy_block(record)},    {"engines", engines_block(record)},
               {"firmware", firmware_block(record)}};
  if (record.accuracy) {
    summary["accuracy"] = {{"correct", record.accuracy->correct}, {"total", record.accuracy->total}};
  }
  if (record.quantisation) summary["quantised"] = quantisation_block(*record.quantisation);
  summary["host"] = {{"wall_seconds", record.host.wall_seconds},
                     {"peak_memory_bytes", record.host.peak_memory_bytes}};
  return summary;
}

}  // namespace systole::app
