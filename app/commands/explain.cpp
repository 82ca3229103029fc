// systole explain: the fully resolved configuration.
#include <iostream>
#include <memory>

#include "app/commands/command.h"
#include "app/config/keys.h"
#include "app/config/resolve.h"
#include "app/terminal/text.h"
#include "app/utilization/array.h"
#include "models/analytic/utilization.h"

namespace systole::app {
namespace {

struct Options {
  std::string scenario;
  std::vector<std::string> settings;
  bool keys = false;
};

/// What the array could do at most, as a comment above the configuration.
std::string peak_comment(const SocConfig& soc) {
  const MatrixConfig& matrix = soc.matrix;
  if (matrix.count == 0) return "";
  const double peak = matrix.count * analytic::peak_operations(array_at_its_best(matrix), soc.clock);
  const std::string arrays = matrix.count == 1 ? "an array" : std::to_string(matrix.count) + " arrays";
  return "# peak: " + with_prefix(peak, "op/s") + " of " + arrays + " of " + std::to_string(matrix.rows) +
         " x " + std::to_string(matrix.cols) + " at " + to_text(soc.clock) + "\n";
}

ExitCode explain(const Options& options) {
  if (options.keys) {
    std::cout << keys_markdown();
    return kDone;
  }
  Issues issues;
  const auto resolved = read_scenario(options.scenario, options.settings, SearchPath::standard(), issues);
  if (!resolved) return report(issues);
  std::cout << peak_comment(resolved->scenario.soc) << to_yaml(resolved->scenario);
  return kDone;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("explain", "Print the fully resolved configuration of a scenario");
  auto options = std::make_shared<Options>();
  auto* scenario = command->add_option("SCENARIO", options->scenario, "Scenario file");
  command->add_option("--set", options->settings, "KEY=VALUE: override a key")->allow_extra_args(false);
  auto* keys =
      command->add_flag("--keys", options->keys, "Print the table of all keys instead")->excludes(scenario);
  command->callback([=, &exit_code] {
    if (scenario->count() + keys->count() == 0) throw CLI::RequiredError("SCENARIO");
    exit_code = explain(*options);
  });
}

}  // namespace systole::app
