#include "app/results/conservation.h"

#include "hw/observe/overlap.h"

namespace systole::app {
namespace {

std::uint64_t ledger_macs(const Ledger& ledger) {
  std::uint64_t macs = 0;
  for (std::uint32_t index = 0; index < ledger.actions().size(); ++index) {
    if (ledger.actions()[index].unit == "mac") macs += ledger.total(ActionId{index});
  }
  return macs;
}

void check_spans(const RunRecord& record, std::vector<std::string>& broken) {
  const SpanLog& log = record.result.spans;
  for (const Span& span : log.spans()) {
    if (span.start <= span.end && span.end <= record.result.cycles) continue;
    broken.push_back(log.resources()[span.resource] + ": descriptor " + std::to_string(span.descriptor) +
                     " runs from " + std::to_string(span.start) + " to " + std::to_string(span.end) +
                     " in a run of " + std::to_string(record.result.cycles) + " cycles");
    return;  // one example is enough
  }
  for (std::uint32_t resource = 0; resource < log.resources().size(); ++resource) {
    std::uint64_t compute = 0;
    for (const Span& span : log.spans()) compute += span.resource == resource ? span.compute_cycles : 0;
    if (compute <= record.result.cycles) continue;
    broken.push_back(log.resources()[resource] + " computes for " + std::to_string(compute) + " of " +
                     std::to_string(record.result.cycles) + " cycles");
  }
}

}  // namespace

std::vector<std::string> out_of_balance(const RunRecord& record) {
  std::vector<std::string> broken = record.result.conservation_errors;
  check_spans(record, broken);
  std::uint64_t network = 0;
  for (const LayerRow& row : record.layers) network += row.macs;
  std::uint64_t spans = 0;
  for (const Span& span : record.result.spans.spans()) spans += span.macs;
  const std::uint64_t ledger = ledger_macs(record.result.ledger);
  if (spans != ledger) {
    broken.push_back("engines report " + std::to_string(spans) + " multiply-accumulates, the ledger counts " +
                     std::to_string(ledger));
  }
  // A run that ended well did all of the network's work, but for what the mapper has found a way around, and
  // what lies between the blocks of grouped weights.
  const bool ended_well = record.result.outcome == soc::Outcome::kExited && record.result.exit_code == 0;
  // A graph that somebody made by hand may say anything of its nodes.
  const bool mapped_here = record.scenario.workload.graph.empty();
  if (ended_well && mapped_here && spans + record.skipped_macs != network + record.gap_macs) {
    broken.push_back(
        "engines did " + std::to_string(spans) + " multiply-accumulates, the network needs " +
        std::to_string(network) +
        (record.skipped_macs > 0 ? " without the " + std::to_string(record.skipped_macs) + " to skip" : "") +
        (record.gap_macs > 0 ? " and the gaps of its groups " + std::to_string(record.gap_macs) : ""));
  }
  return broken;
}

}  // namespace systole::app
