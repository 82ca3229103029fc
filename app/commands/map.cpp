// systole map: a network becomes a descriptor graph, without being run.
#include <iostream>
#include <memory>

#include "app/commands/command.h"
#include "app/config/resolve.h"
#include "app/results/folder.h"
#include "app/run/compile.h"
#include "app/terminal/text.h"
#include "models/ir/bookkeeping.h"

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

std::string cell(std::int64_t value) { return value == 0 ? "" : grouped(static_cast<std::uint64_t>(value)); }

// Operations of every node by kind, whatever engine does them.
std::string operations_table(const ir::Graph& network) {
  const Table::Column left{"", Table::Align::kLeft};
  Table table({{"node", left.align},
               {"operator", left.align},
               {"MACs"},
               {"add"},
               {"multiply"},
               {"divide"},
               {"compare"},
               {"exp"},
               {"convert"},
               {"parameters"}});
  ir::NodeCost sum;
  const auto row = [&](const std::string& name, const std::string& op, const ir::NodeCost& cost) {
    const ir::Operations& o = cost.operations;
    table.add({name, op, cell(o.macs), cell(o.additions), cell(o.multiplications), cell(o.divisions),
               cell(o.comparisons), cell(o.exponentials), cell(o.conversions), cell(cost.parameters)});
  };
  for (ir::NodeIndex index = 0; index < network.node_count(); ++index) {
    const ir::NodeCost cost = ir::cost_of(network, index);
    row(network.node(index).name, std::string(name_of(network.node(index).op)), cost);
    sum.operations.macs += cost.operations.macs;
    sum.operations.additions += cost.operations.additions;
    sum.operations.multiplications += cost.operations.multiplications;
    sum.operations.divisions += cost.operations.divisions;
    sum.operations.comparisons += cost.operations.comparisons;
    sum.operations.exponentials += cost.operations.exponentials;
    sum.operations.conversions += cost.operations.conversions;
    sum.parameters += cost.parameters;
  }
  row("total", "", sum);
  return table.text(is_colour_terminal(1));
}

ExitCode map(const Options& options) {
  Issues issues;
  const SearchPath search = SearchPath::standard();
  std::vector<std::string> settings = options.settings;
  settings.push_back("mapping.weights=" + options.weights);
  const auto tree = load_soc(options.soc, settings, search, issues);
  const auto resolved = tree ? resolve_soc(*tree, search, issues) : std::nullopt;
  const auto network = search.find(options.network, {options.network, 0, 0}, "", issues);
  if (!resolved || !network) return report(issues);
  const auto compiled = compile(*network, resolved->soc, resolved->mapping, issues);
  if (!compiled) return report(issues);
  if (!options.output.empty()) {
    const std::string bytes(reinterpret_cast<const char*>(compiled->image.data()), compiled->image.size());
    if (!write_file(options.output, bytes, issues)) return report(issues);
  }
  if (options.table) {
    std::cout << to_table(compiled->report) << "\nOperations of one inference\n"
              << operations_table(compiled->network);
  }
  return kDone;
}

}  // namespace

void add_map(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("map", "Map a network onto a SoC: write its descriptor graph");
  auto options = std::make_shared<Options>();
  command->add_option("NETWORK", options->network, "ONNX file")->required();
  command->add_option("--soc", options->soc, "SoC file")->required();
  command->add_option("-o,--output", options->output, "Where to write the graph (.sgb)");
  command->add_flag("--table", options->table,
                    "Print the bookkeeping: memory, operations, parameters, descriptors");
  command->add_option("--weights", options->weights, "Where weights stand")
      ->check(CLI::IsMember({"auto", "resident", "streamed"}));
  command->add_option("--set", options->settings, "KEY=VALUE: override a key of the SoC (soc.clock=1GHz)")
      ->allow_extra_args(false);
  command->callback([=, &exit_code] {
    if (options->output.empty() && !options->table) throw CLI::RequiredError("-o or --table");
    exit_code = map(*options);
  });
}

}  // namespace systole::app
