#include "app/terminal/run_report.h"

#include <iomanip>
#include <sstream>

#include "app/terminal/text.h"
#include "hw/observe/overlap.h"

namespace systole::app {
namespace {

std::string count_cell(std::uint64_t value) { return value == 0 ? "-" : grouped(value); }
std::string energy_cell(double joules) { return joules > 0 ? with_prefix(joules, "J") : "-"; }
std::string traffic_cell(std::uint64_t bytes) { return bytes == 0 ? "-" : bytes_text(bytes); }

// What belongs to no layer, so that the columns add up: descriptors are fetched, firmware links and reads
// results.
std::vector<std::string> rest_row(const RunRecord& record) {
  const Ledger& ledger = record.result.ledger;
  const auto traffic = [&](const char* read, const char* write) {
    return traffic_cell(ledger.node_total(read, kNoNode) + ledger.node_total(write, kNoNode));
  };
  return {"",
          "(control)",
          "",
          "",
          "",
          "",
          "",
          traffic("dram.read", "dram.write"),
          traffic("sram.read", "sram.write"),
          record.account ? energy_cell(record.account->no_node_j) : "?"};
}

std::string layer_table(const RunRecord& record, bool colour) {
  using Align = Table::Align;
  Table table({{"#"},
               {"layer", Align::kLeft},
               {"operator", Align::kLeft},
               {"engine", Align::kLeft},
               {"cycles"},
               {"stall"},
               {"utilisation"},
               {"DRAM"},
               {"SRAM"},
               {"energy"}});
  for (const LayerRow& row : record.layers) {
    const bool fused = !row.fused_into.empty();
    const bool macs = row.macs_performed > 0;
    table.add({std::to_string(row.index), row.name, row.op, fused ? "in " + row.fused_into : row.engine,
               count_cell(row.compute_cycles + row.stall_cycles), count_cell(row.stall_cycles),
               macs ? percent(row.utilization) : "-",
               traffic_cell(row.dram_read_bytes + row.dram_write_bytes),
               traffic_cell(row.sram_read_bytes + row.sram_write_bytes),
               row.energy_j ? energy_cell(*row.energy_j) : "?"});
  }
  table.add(rest_row(record));
  return table.text(colour);
}

std::string line(const std::string& label, const std::string& text) {
  return label + std::string(label.size() < 14 ? 14 - label.size() : 1, ' ') + text + "\n";
}

std::string accuracy_line(const Accuracy& accuracy, const std::optional<QuantisationRecord>& quantisation) {
  const auto text = [&](std::uint64_t correct) {
    const double share = static_cast<double>(correct) / static_cast<double>(accuracy.total);
    return std::to_string(correct) + " of " + std::to_string(accuracy.total) + " correct (" + percent(share) +
           ")";
  };
  const bool both = quantisation && quantisation->float_accuracy;
  return line("accuracy", text(accuracy.correct) + (both ? " in integers" : "")) +
         (both ? line("", text(quantisation->float_accuracy->correct) + " in float32") : "");
}

std::string quantisation_line(const QuantisationRecord& record) {
  const auto some = [](std::uint64_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
  };
  std::string text = some(record.int8_nodes, "node") + " in integers, " + std::to_string(record.float_nodes) +
                     " in float32, " + some(record.conversions, "conversion") + "; ";
  text += record.calibration_inputs == 0 ? "no ranges, for timing only"
                                         : "ranges of " + some(record.calibration_inputs, "input");
  if (record.sqnr_db) {
    std::ostringstream decibels;
    decibels << std::fixed << std::setprecision(1) << *record.sqnr_db;
    text += ", SQNR " + decibels.str() + " dB";
  }
  return line("quantised", text);
}

// Names on lines of at most a terminal's width.
std::string listed(const std::string& title, const std::vector<std::string>& names) {
  constexpr std::size_t kWidth = 112;
  std::string text;
  std::string row;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!row.empty() && row.size() + names[i].size() > kWidth) {
      text += line(text.empty() ? title : "", row);
      row.clear();
    }
    row += (row.empty() ? "" : " ") + names[i] + (i + 1 < names.size() ? "," : "");
  }
  return row.empty() ? text : text + line(text.empty() ? title : "", row);
}

std::string energy_line(const RunRecord& record) {
  if (!record.account) return line("energy", "unknown: the scenario names no technology");
  std::string parts;
  for (const energy::Component& component : record.account->components) {
    parts += (parts.empty() ? "" : ", ") + component.name + " " + with_prefix(component.joules, "J");
  }
  std::string text = with_prefix(record.account->total_j, "J") + ", " +
                     with_prefix(record.account->total_j / record.inferences, "J") + " per inference (" +
                     parts + ")";
  return line("energy", text) + listed("  not costed", record.account->not_costed);
}

// What the arrays' multipliers did while they were at work.
std::string array_line(const RunRecord& record) {
  Losses losses;
  std::uint64_t cycles = 0;
  for (const Span& span : record.result.spans.spans()) {
    losses += span.losses;
    if (span.macs > 0) cycles += span.compute_cycles;
  }
  const double all = static_cast<double>(array_multipliers(record.scenario.soc) * cycles);
  if (losses.total() == 0 || all == 0) return {};
  const auto share = [&](std::uint64_t lost) { return percent(static_cast<double>(lost) / all); };
  const double products = 1 - static_cast<double>(losses.total()) / all;
  std::string text = "products " + percent(products) + ", edges " + share(losses.edge) + ", fill and drain " +
                     share(losses.fill_drain) + ", stationary operand " + share(losses.stationary);
  if (losses.starvation > 0) text += ", starved " + share(losses.starvation);
  if (losses.accumulator > 0) text += ", accumulators " + share(losses.accumulator);
  return line("array", text + " of its compute cycles");
}

}  // namespace

std::string run_report(const RunRecord& record, const std::string& folder, bool colour) {
  const double hertz = static_cast<double>(record.scenario.soc.clock.count());
  const double cycles = static_cast<double>(record.result.cycles);
  const double seconds = cycles / hertz;
  const Overlap overlap = overlap_of(record.result.spans);
  const std::string inferences =
      record.inferences == 1 ? "1 inference" : grouped(record.inferences) + " inferences";

  std::string text = record.scenario.name + " on " + record.scenario.soc.name + ", " + inferences +
                     (record.inferences == 1 ? "" : " (sums over all of them)") + "\n\n";
  text += layer_table(record, colour) + "\n";
  if (record.accuracy) text += accuracy_line(*record.accuracy, record.quantisation);
  if (record.quantisation) text += quantisation_line(*record.quantisation);
  text += line("cycles", grouped(record.result.cycles) + " at " + to_text(record.scenario.soc.clock) + ", " +
                             grouped(record.result.cycles / record.inferences) + " per inference");
  text +=
      line("latency", with_prefix(seconds / record.inferences, "s") + " per inference, " +
                          grouped(static_cast<std::uint64_t>(record.inferences / seconds)) + " inferences/s");
  const std::uint64_t moved =
      record.result.ledger.total("dram.read") + record.result.ledger.total("dram.write");
  if (record.compulsory_dram_bytes > 0) {
    text += line("traffic",
                 bytes_text(moved) + " of DRAM, " +
                     percent(static_cast<double>(moved) / static_cast<double>(record.compulsory_dram_bytes)) +
                     " of the compulsory " + bytes_text(record.compulsory_dram_bytes));
  }
  text += line("overlap", "compute " + grouped(overlap.compute_busy) + ", DMA " + grouped(overlap.dma_busy) +
                              ", both " + grouped(overlap.both_busy) + " cycles");
  text += array_line(record);
  text += energy_line(record);
  text += line("time", with_prefix(seconds, "s") + " simulated in " +
                           with_prefix(record.host.wall_seconds, "s") + " on this machine");
  text += line("results", folder);
  return text;
}

}  // namespace systole::app
