// The program: one subcommand per file of app/commands.
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "app/commands/command.h"
#include "hw/base/assert.h"
#include "hw/base/issues.h"

namespace systole::app {
namespace {

// What to say if the first word is no command; "" if it is one. CLI11 would only say that a subcommand is
// missing.
std::string unknown_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  std::string list;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == word) return "";
    names.push_back(command->get_name());
    list += (list.empty() ? "" : ", ") + command->get_name();
  }
  const std::string near = closest_match(word, names);
  return "unknown command \"" + word + "\"" +
         (near.empty() ? "; the commands are: " + list : "; did you mean " + near + "?");
}

int run_program(int argc, char** argv) {
  CLI::App app("Systole: a simulator of neural-network accelerator SoCs", "systole");
  app.set_version_flag("--version", std::string("systole ") + SYSTOLE_VERSION);
  app.require_subcommand(1);
  int exit_code = kDone;
  add_run(app, exit_code);
  add_explain(app, exit_code);
  add_map(app, exit_code);
  add_inspect(app, exit_code);
  add_utilization(app, exit_code);
  add_list(app, exit_code);
  const std::string first = argc > 1 && argv[1][0] != '-' ? argv[1] : "";
  if (const std::string wrong = first.empty() ? "" : unknown_command(app, first); !wrong.empty()) {
    std::cerr << "error: " << wrong << "\n";
    return kBadInput;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);  // --help
    std::cerr << "error: " << error.what() << "; see systole " << first << (first.empty() ? "" : " ")
              << "--help\n";
    return kBadInput;
  }
  return exit_code;
}

}  // namespace
}  // namespace systole::app

int main(int argc, char** argv) {
  try {
    return systole::app::run_program(argc, argv);
  } catch (const std::exception& error) {
    // Nothing that a user or a guest does may end here.
    std::cerr << "error: internal: " << error.what() << "\n";
    return systole::app::kInternalBug;
  }
}
