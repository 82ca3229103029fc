// systole map: a network becomes a descriptor graph, without being run.
#include <iostream>
#include <memory>
#include <vector>

#include "app/commands/command.h"
#include "app/config/resolve.h"
#include "app/results/folder.h"
#include "app/run/compile.h"
#include "app/terminal/text.h"

namespace systole::app {
namespace {

struct Options {
  std::string network;
  std::string soc;
  std::string output;
  std::string weights = "auto";
  std::vector<std::string> settings;
  bool table = false;
};

std::string shape_text(const ir::Shape& shape) {
  std::string text;
  for (const std::int64_t dim : shape) text += (text.empty() ? "" : "x") + std::to_string(dim);
  return text;
}

/// The network as its file has it.
std::string figures_text(const ir::NetworkFigures& figures) {
  const auto left = Table::Align::kLeft;
  Table table(
      {{"layer", left}, {"op", left}, {"output", left}, {"parameters"}, {"macs"}, {"feature map bytes"}});
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  for (const ir::LayerFigures& layer : figures.layers) {
    table.add({layer.name, layer.op, shape_text(layer.output), number(layer.parameters), number(layer.macs),
               number(layer.feature_map_bytes)});
  }
  table.add({"network", "", "with its inputs", number(figures.parameters), number(figures.macs),
             number(figures.feature_map_bytes)});
  return table.text(false);
}

ExitCode map(const Options& options) {
  Issues issues;
  const SearchPath search = SearchPath::standard();
  std::vector<std::string> settings = options.settings;
  settings.push_back("mapping.weights=" + options.weights);
  const auto tree = load_soc(options.soc, settings, search, issues);
  auto resolved = tree ? resolve_soc(*tree, search, issues) : std::nullopt;
  auto network = search.find(options.network, {options.network, 0, 0}, "", issues);
  if (!resolved || !network) return report(issues);
  resolved->workload.network = std::move(*network);
  const auto compiled = compile(*resolved, {}, issues);
  if (!compiled) return report(issues);
  if (!options.output.empty()) {
    const std::vector<std::byte> image = encode(compiled->program);
    const std::string bytes(reinterpret_cast<const char*>(image.data()), image.size());
    if (!write_file(options.output, bytes, issues)) return report(issues);
  }
  if (options.table) std::cout << figures_text(compiled->figures) << "\n" << to_table(compiled->report);
  return kDone;
}

}  // namespace

void add_map(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("map", "Map a network onto a SoC: write its descriptor graph");
  auto options = std::make_shared<Options>();
  command->add_option("NETWORK", options->network, "ONNX file, or SCALE-Sim topology (.csv)")->required();
  command->add_option("--soc", options->soc, "SoC file")->required();
  command->add_option("-o,--output", options->output, "Where to write the graph (.sgb)");
  command->add_flag("--table", options->table,
                    "Print the bookkeeping: memory, operations, parameters, descriptors");
  command->add_option("--weights", options->weights, "Where weights stand")
      ->check(CLI::IsMember({"auto", "resident", "streamed"}));
  command
      ->add_option("--set", options->settings,
                   "KEY=VALUE: override a key, as in soc.clock=1GHz or workload.dims.N=1")
      ->allow_extra_args(false);
  command->callback([=, &exit_code] {
    if (options->output.empty() && !options->table) throw CLI::RequiredError("-o or --table");
    exit_code = map(*options);
  });
}

}  // namespace systole::app
