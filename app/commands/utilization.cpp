// systole utilization: how well arrays of many sizes are used by a network, by closed forms; nothing is
// simulated.
#include <unistd.h>

#include <iostream>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "app/commands/command.h"
#include "app/config/resolve.h"
#include "app/results/folder.h"
#include "app/terminal/text.h"
#include "app/utilization/array.h"
#include "app/utilization/sizes.h"
#include "app/utilization/usage_text.h"
#include "models/onnx/import.h"
#include "models/topology/csv.h"
#include "models/topology/network.h"

namespace systole::app {
namespace {

/// Most array sizes of one call.
constexpr std::size_t kMaxSizes = 65'536;
constexpr const char* kGrid = "16:256:16";

struct Options {
  std::string network;
  std::string rows;
  std::string cols;
  std::string soc;
  std::string dataflow;
  std::string preset;
  std::string groups = "joined";
  std::string output;
  std::vector<std::string> settings;
  bool layers = false;
  bool table = false;
};

/// The words of --dataflow and --preset.
const std::map<std::string, Dataflow>& dataflows() {
  static const std::map<std::string, Dataflow> words{{"weight_stationary", Dataflow::kWeightStationary},
                                                     {"output_stationary", Dataflow::kOutputStationary},
                                                     {"input_stationary", Dataflow::kInputStationary}};
  return words;
}
const std::map<std::string, MatrixPreset>& presets() {
  static const std::map<std::string, MatrixPreset> words{
      {"none", MatrixPreset::kNone}, {"scale-sim", MatrixPreset::kScaleSim}, {"camuy", MatrixPreset::kCamuy}};
  return words;
}

template <typename T>
std::string word_of(const std::map<std::string, T>& words, T value) {
  for (const auto& [word, meaning] : words) {
    if (meaning == value) return word;
  }
  return "";
}

/// The SoC that --soc names, or one with an array as by default, with the options' array.
std::optional<Scenario> soc_of(const Options& options, const SearchPath& search, Issues& issues) {
  const auto tree = options.soc.empty() ? load_scenario_text("soc: {engines: {matrix: {}}}", "",
                                                             options.settings, search, issues)
                                        : load_soc(options.soc, options.settings, search, issues);
  auto scenario = tree ? resolve_soc(*tree, search, issues) : std::nullopt;
  if (!scenario) return std::nullopt;
  MatrixConfig& matrix = scenario->soc.matrix;
  if (matrix.count == 0) {
    issues.add({options.soc, 0, 0}, "soc.engines.matrix", "this SoC has no matrix engine");
    return std::nullopt;
  }
  const bool other = !options.dataflow.empty() || !options.preset.empty();
  if (matrix.organisation == MatrixOrganisation::kDotProduct && other) {
    issues.add({options.soc, 0, 0}, "soc.engines.matrix.organisation",
               "is dot_product; --dataflow and --preset are of systolic arrays");
    return std::nullopt;
  }
  if (!options.dataflow.empty()) matrix.dataflow = dataflows().at(options.dataflow);
  if (!options.preset.empty()) matrix.preset = presets().at(options.preset);
  if (matrix.preset == MatrixPreset::kCamuy && matrix.dataflow != Dataflow::kWeightStationary) {
    issues.add({options.preset.empty() ? options.soc : "--preset " + options.preset, 0, 0}, "",
               "Camuy's arrays are weight_stationary, and not " + word_of(dataflows(), matrix.dataflow));
    return std::nullopt;
  }
  return scenario;
}

/// The shapes alone: weights are never made.
std::optional<ir::Graph> read_network(const FileRef& file, const Scenario& scenario, Issues& issues) {
  const std::string name = file.path.generic_string();
  const auto text = read_text(file.path, {name, 0, 0}, "", issues);
  if (!text) return std::nullopt;
  if (file.path.extension() == ".csv") {
    const auto layers = topology::read_csv(*text, name, issues);
    if (!layers) return std::nullopt;
    return topology::network_of(*layers, file.path.stem().string(), {});
  }
  const ImportOptions import{{}, scenario.workload.dims, ir::Synthesis{}};
  return import_onnx(std::as_bytes(std::span(*text)), name, issues, import);
}

std::optional<std::vector<std::uint32_t>> sizes_of(const std::string& text, std::uint32_t of_soc,
                                                   const std::string& option, const Options& options,
                                                   Issues& issues) {
  if (!text.empty()) return parse_sizes(text, option, issues);
  if (!options.soc.empty()) return std::vector<std::uint32_t>{of_soc};
  return parse_sizes(kGrid, option, issues);
}

std::string words_of(const MatrixConfig& matrix) {
  if (matrix.organisation == MatrixOrganisation::kDotProduct) {
    return "dot_product, " + std::to_string(matrix.depth) + " deep";
  }
  const std::string dataflow = word_of(dataflows(), matrix.dataflow);
  return matrix.preset == MatrixPreset::kNone ? dataflow
                                              : dataflow + ", " + word_of(presets(), matrix.preset);
}

template <typename T>
CLI::IsMember one_of(const std::map<std::string, T>& words) {
  std::vector<std::string> names;
  names.reserve(words.size());
  for (const auto& [word, meaning] : words) names.push_back(word);
  return CLI::IsMember(names);
}

ExitCode utilization(const Options& options) {
  Issues issues;
  const SearchPath search = SearchPath::standard();
  const auto scenario = soc_of(options, search, issues);
  const auto file = search.find(options.network, {options.network, 0, 0}, "", issues);
  MatrixConfig matrix = scenario ? scenario->soc.matrix : MatrixConfig{};
  const auto rows = sizes_of(options.rows, matrix.rows, "--rows", options, issues);
  const auto cols = sizes_of(options.cols, matrix.cols, "--cols", options, issues);
  if (rows && cols && rows->size() * cols->size() > kMaxSizes) {
    issues.add("", std::to_string(rows->size() * cols->size()) + " array sizes are asked for; at most " +
                       std::to_string(kMaxSizes) + " are; make the steps of --rows and --cols larger");
  }
  if (!issues.empty() || !scenario || !file) return report(issues);
  const auto graph = read_network(*file, *scenario, issues);
  if (!graph) return report(issues);
  UsageStudy study;
  study.network = file->path.stem().string();
  study.products = ir::products_of(*graph);
  study.array = words_of(matrix);
  if (!options.soc.empty()) study.clock = scenario->soc.clock;
  if (study.products.empty()) {
    issues.add({file->path.generic_string(), 0, 0}, "",
               "has no convolution and no matrix product: there is nothing for an array to do");
    return report(issues);
  }
  study.sizes.reserve(rows->size() * cols->size());
  for (const std::uint32_t r : *rows) {
    for (const std::uint32_t c : *cols) {
      UsageOfSize& size = study.sizes.emplace_back();
      matrix.rows = r;
      matrix.cols = c;
      size.array.shape = array_at_its_best(matrix);
      // Only a SoC says how many sums there is room for.
      if (options.soc.empty()) size.array.shape.accumulator_depth = 0;
      size.array.join_groups = options.groups == "joined";
      size.network = analytic::usage_of(size.array, study.products);
      if (!options.layers) continue;
      size.layers.reserve(study.products.size());
      for (const ir::MatrixProduct& product : study.products) {
        size.layers.push_back(analytic::usage_of(size.array, product));
      }
    }
  }
  const bool terminal = options.output.empty() && isatty(STDOUT_FILENO) != 0;
  if (options.table || terminal)
    std::cout << usage_table(study, options.layers, is_colour_terminal(STDOUT_FILENO));
  if (!options.output.empty()) {
    if (!write_file(options.output, usage_csv(study, options.layers), issues)) return report(issues);
  } else if (!options.table && !terminal) {
    std::cout << usage_csv(study, options.layers);
  }
  return kDone;
}

}  // namespace

void add_utilization(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("utilization", "Utilisation of arrays of many sizes by a network, by closed forms");
  auto options = std::make_shared<Options>();
  command->add_option("NETWORK", options->network, "ONNX file, or SCALE-Sim topology (.csv)")->required();
  command->add_option("--rows", options->rows,
                      "Heights of the array: N, or FIRST:LAST:STEP (default: the SoC's, else 16:256:16)");
  command->add_option("--cols", options->cols, "Widths of the array, likewise");
  command->add_option("--dataflow", options->dataflow, "What stands still, in place of the SoC's")
      ->check(one_of(dataflows()));
  command->add_option("--preset", options->preset, "As another tool's array, in place of the SoC's")
      ->check(one_of(presets()));
  command->add_option("--soc", options->soc, "SoC file, for its array and its clock");
  command->add_option("--groups", options->groups, "Groups of a convolution: joined to blocks, or apart")
      ->check(CLI::IsMember({"joined", "apart"}));
  command->add_flag("--layers", options->layers, "Every layer, with the causes of its losses");
  command->add_flag("--table", options->table, "A table for people (default on a terminal), else CSV");
  command->add_option("-o,--output", options->output, "Where to write the CSV");
  command
      ->add_option("--set", options->settings,
                   "KEY=VALUE: override a key, as in soc.clock=1GHz or workload.dims.N=1")
      ->allow_extra_args(false);
  command->callback([=, &exit_code] { exit_code = utilization(*options); });
}

}  // namespace systole::app
