// systole run: from a scenario to a result folder.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <sstream>

#include "app/commands/run_options.h"
#include "app/config/network_scenario.h"
#include "app/config/resolve.h"
#include "app/results/conservation.h"
#include "app/results/folder.h"
#include "app/results/hash.h"
#include "app/results/summary.h"
#include "app/results/trace.h"
#include "app/run/compile.h"
#include "app/run/float_comparison.h"
#include "app/run/inputs.h"
#include "app/run/io_layout.h"
#include "app/run/verify.h"
#include "app/terminal/console.h"
#include "app/terminal/progress.h"
#include "app/terminal/run_report.h"
#include "app/terminal/text.h"
#include "hw/base/assert.h"
#include "hw/base/log.h"
#include "models/onnx/tensor_file.h"

namespace systole::app {
namespace {

namespace fs = std::filesystem;
using WallClock = std::chrono::steady_clock;

/// Everything that a run needs, read and checked before the simulation starts.
struct Prepared {
  Resolved resolved;
  Compiled compiled;
  InputSet inputs;
  std::string firmware;
};

std::optional<Prepared> prepare(const RunOptions& options, Issues& issues) {
  const SearchPath search = SearchPath::standard();
  auto resolved = is_network(options.scenario)
                      ? read_network_scenario(options.scenario, options.all_settings(), search, issues)
                      : read_scenario(options.scenario, options.all_settings(), search, issues);
  if (!resolved) return std::nullopt;
  // The command line's seed stands above the one that the scenario may give its inputs.
  if (!options.seed.empty()) resolved->scenario.inputs.random.seed = resolved->scenario.seed;
  const Scenario& scenario = resolved->scenario;
  const bool mapped_before = !scenario.workload.graph.empty();
  auto compiled = mapped_before ? load_graph(scenario.workload.graph, issues)
                                : compile(scenario, resolved->provenance, issues);
  if (compiled && !mapped_before) make_image(*compiled);
  std::optional<InputSet> inputs;
  if (compiled) {
    InputRequest request{scenario.inputs, resolved->provenance};
    request.fed = compiled->fed;
    request.is_used = scenario.functional;
    inputs = read_inputs(request, compiled->network, issues);
  }
  const fs::path elf = scenario.firmware ? scenario.firmware->path : fs::path(SYSTOLE_FIRMWARE);
  auto firmware = read_text(elf, {elf.generic_string(), 0, 0}, "firmware", issues);
  if (!compiled || !inputs || !firmware) return std::nullopt;
  return Prepared{std::move(*resolved), std::move(*compiled), std::move(*inputs), std::move(*firmware)};
}

std::optional<soc::RunResult> simulate(const Prepared& prepared, bool quiet, Issues& issues) {
  const Scenario& scenario = prepared.resolved.scenario;
  soc::RunRequest request;
  request.config = scenario.soc;
  request.graph_image = prepared.compiled.image;
  request.static_data = prepared.compiled.static_data;
  request.firmware_elf = std::as_bytes(std::span(prepared.firmware));
  request.inferences = prepared.inputs.inferences;
  const ir::Graph& network = prepared.compiled.network;
  const bool reorder = prepared.compiled.channels_last && scenario.functional;
  std::vector<std::vector<std::byte>> reordered;
  for (std::size_t i = 0; i < prepared.inputs.data.size() && reorder; ++i) {
    reordered.push_back(channels_last(network.tensor(network.inputs()[i]).value, prepared.inputs.data[i]));
  }
  for (const auto& data : reorder ? reordered : prepared.inputs.data) request.inputs.emplace_back(data);
  request.class_output = class_output_of(prepared.compiled.network).value_or(SGB_RUN_NO_CLASS);
  request.functional = scenario.functional;
  request.watchdog_cycles = scenario.limits.cycles;
  ConsoleView console(std::cout, !quiet);
  ProgressBar progress(request.inferences, !quiet);
  request.console = [&](std::string_view text) {
    console.print(text);
    progress.update(console.inferences());
  };
  auto result = soc::run(request, issues);
  for (std::size_t i = 0; result && i < result->outputs.size() && reorder; ++i) {
    result->outputs[i] = channels_first(network.tensor(network.outputs()[i]).value, result->outputs[i]);
  }
  return result;
}

std::string config_hash(const Prepared& prepared) {
  return Hash().add(to_yaml(prepared.resolved.scenario)).add(prepared.compiled.source_bytes).text();
}

/// Static data once, and every inference's inputs and outputs once.
std::uint64_t compulsory_dram_bytes(const Prepared& prepared) {
  const ir::Graph& network = prepared.compiled.network;
  std::uint64_t io = 0;
  for (const ir::TensorId id : network.inputs()) io += network.tensor(id).value.bytes();
  for (const ir::TensorId id : network.outputs()) io += network.tensor(id).value.bytes();
  // The mapper's figure is of one inference from cold.
  return prepared.compiled.report.compulsory_dram_bytes + io * (prepared.inputs.inferences - 1);
}

std::uint64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts KiB
}

/// Costs the run; issues if the technology does not fit the counters.
void add_energy(RunRecord& record, Issues& issues) {
  const energy::TechnologyTable& technology = record.scenario.technology;
  if (technology.name.empty()) return;
  Issues found;
  record.account = energy::account(record.result.ledger, technology, found);
  found.set_default_file(record.scenario.technology_file.path.generic_string());
  for (const Issue& issue : found.list()) issues.add(issue);
  for (const std::string& name : energy::unused_costs(record.result.ledger, technology)) {
    log().info("technology {}: this SoC has no action {}", technology.name, name);
  }
}

RunRecord record_of(const Prepared& prepared, soc::RunResult result, Issues& issues) {
  RunRecord record;
  record.scenario = prepared.resolved.scenario;
  record.config_hash = config_hash(prepared);
  record.inferences = prepared.inputs.inferences;
  record.nodes = prepared.compiled.program.nodes;
  record.compulsory_dram_bytes = compulsory_dram_bytes(prepared);
  record.skipped_macs = prepared.compiled.report.skipped_macs * record.inferences;
  record.gap_macs = prepared.compiled.report.gap_macs * record.inferences;
  record.result = std::move(result);
  add_energy(record, issues);
  record.layers = layer_rows({record.nodes, record.result.ledger, record.result.spans,
                              record.account ? &*record.account : nullptr, record.inferences,
                              array_pes(record.scenario.soc)});
  return record;
}

bool ended_well(const soc::RunResult& result) {
  return result.outcome == soc::Outcome::kExited && result.exit_code == 0;
}

bool is_checked(const Scenario& scenario) { return scenario.functional && scenario.check != Check::kNone; }

/// What is wrong with the simulator, if anything: sums that do not add up, outputs that are not the
/// reference's, whose first inference was begun before.
void require_truth(const Prepared& prepared, const RunRecord& record, std::future<ReferenceResult> first) {
  for (const std::string& broken : out_of_balance(record)) throw InternalError("out of balance: " + broken);
  if (!ended_well(record.result) || !is_checked(record.scenario)) return;
  if (const auto difference = difference_from_reference(prepared.compiled.network, prepared.inputs,
                                                        record.result.outputs, std::move(first))) {
    throw InternalError("simulator bug: " + *difference);
  }
}

/// A file name of a tensor's name.
std::string file_name(std::string name) {
  for (char& c : name) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (!plain) c = '_';
  }
  return name;
}

bool write_outputs(const ResultFolder& folder, const Prepared& prepared, const RunRecord& record,
                   Issues& issues) {
  const ir::Graph& network = prepared.compiled.network;
  for (std::size_t i = 0; i < record.result.outputs.size() && i < network.outputs().size(); ++i) {
    ir::Tensor tensor = network.tensor(network.outputs()[i]).value;
    const std::size_t bytes = tensor.bytes();
    for (std::uint32_t inference = 0; inference < record.inferences; ++inference) {
      const std::byte* start = record.result.outputs[i].data() + bytes * inference;
      tensor.data = std::make_shared<const std::vector<std::byte>>(start, start + bytes);
      const std::string name = "outputs/" + file_name(tensor.name) + "_" + std::to_string(inference) + ".pb";
      if (!folder.write(name, write_tensor_pb(tensor), issues)) return false;
    }
  }
  return true;
}

bool write_results(ResultFolder& folder, const Prepared& prepared, const RunRecord& record, bool trace,
                   Issues& issues) {
  bool good = folder.write("summary.json", summary_of(record).dump(2) + "\n", issues) &&
              folder.write("layers.csv", to_csv(record.layers), issues) &&
              folder.write("resolved.yaml", to_yaml(record.scenario), issues) &&
              folder.write("console.txt", record.result.console, issues);
  if (good && ended_well(record.result)) good = write_outputs(folder, prepared, record, issues);
  if (good && !ended_well(record.result))
    good = folder.write("failure.txt", record.result.report + "\n", issues);
  if (good && trace) {
    std::ostringstream events;
    write_trace(events, record.result.spans, record.nodes, record.scenario.soc.clock);
    good = folder.write("trace.json", events.str(), issues);
  }
  return good && folder.commit(issues);
}

ExitCode report_failure(const soc::RunResult& result, const std::string& scenario) {
  std::cerr << "error: " << scenario << ": " << result.report << "\n";
  if (!result.console.empty()) std::cerr << "last lines of the console:\n" << last_lines(result.console, 10);
  return kSimulationFailed;
}

ExitCode run(const RunOptions& options) {
  const auto start = WallClock::now();
  Issues issues;
  const auto prepared = prepare(options, issues);
  if (!prepared) return report(issues);
  const std::string out =
      options.out.empty() ? "out/" + fs::path(options.scenario).stem().generic_string() : options.out;
  if (!ResultFolder::usable(out, issues)) return report(issues);
  std::future<ReferenceResult> reference;
  if (is_checked(prepared->resolved.scenario)) {
    reference = begin_reference(prepared->compiled.network, prepared->inputs);
  }
  auto result = simulate(*prepared, options.quiet, issues);
  if (!result) {
    issues.set_default_file(options.scenario);
    return report(issues);
  }
  RunRecord record = record_of(*prepared, std::move(*result), issues);
  if (!issues.empty()) return report(issues);
  require_truth(*prepared, record, std::move(reference));
  if (ended_well(record.result)) {
    record.accuracy = accuracy_of(prepared->compiled.network, prepared->inputs, record.result.outputs);
  }
  if (const auto& quantisation = prepared->compiled.quantisation; quantisation && ended_well(record.result)) {
    record.quantisation = compare_with_float(*quantisation, prepared->inputs, record.result.outputs);
  }
  record.host = {std::chrono::duration<double>(WallClock::now() - start).count(), peak_memory()};
  auto folder = ResultFolder::create(out, issues);
  if (!folder || !write_results(*folder, *prepared, record, options.trace, issues)) return report(issues);
  if (!ended_well(record.result)) return report_failure(record.result, options.scenario);
  if (!options.quiet) std::cout << run_report(record, out, is_colour_terminal(STDOUT_FILENO));
  return kDone;
}

}  // namespace

std::vector<std::string> RunOptions::all_settings() const {
  std::vector<std::string> all;
  if (!soc.empty()) all.push_back("soc=" + soc);
  all.insert(all.end(), settings.begin(), settings.end());
  if (!fidelity.empty()) all.push_back("fidelity=" + fidelity);
  if (!functional.empty())
    all.push_back(std::string("functional=") + (functional == "on" ? "true" : "false"));
  if (!firmware.empty()) all.push_back("firmware=" + firmware);
  if (!seed.empty()) all.push_back("seed=" + seed);
  return all;
}

void add_run(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("run", "Simulate a scenario and write its results");
  auto options = std::make_shared<RunOptions>();
  command->add_option("SCENARIO", options->scenario, "Scenario file, or a network (.onnx, .csv)")->required();
  command->add_option("--soc", options->soc, "SoC file, in place of the scenario's");
  command->add_option("--out", options->out, "Result folder (default: out/ and the scenario file's name)");
  command->add_option("--set", options->settings, "KEY=VALUE: override a key, as in soc.clock=1GHz")
      ->allow_extra_args(false);
  command->add_option("--fidelity", options->fidelity, "transaction");
  command->add_option("--functional", options->functional, "off: timing and energy only")
      ->check(CLI::IsMember({"on", "off"}));
  command->add_option("--firmware", options->firmware, "RV32 ELF file for the host core");
  command->add_option("--seed", options->seed, "Seed of everything that is random");
  command->add_flag("--trace", options->trace, "Write trace.json, a timeline for Perfetto");
  command->add_flag("--quiet", options->quiet, "Print nothing but errors");
  command->callback([=, &exit_code] { exit_code = run(*options); });
}

}  // namespace systole::app
