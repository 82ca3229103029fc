// systole inspect: a descriptor graph as text, and back.
#include <iostream>
#include <memory>
#include <span>

#include "app/commands/command.h"
#include "app/config/search_path.h"
#include "app/results/folder.h"
#include "models/program/program.h"

namespace systole::app {
namespace {

struct Options {
  std::string file;
  std::string output;
  bool data = false;
  bool assemble = false;
};

ExitCode inspect(const Options& options) {
  Issues issues;
  const auto content = read_text(options.file, {options.file, 0, 0}, "", issues);
  std::optional<Program> program;
  if (content) {
    program =
        options.assemble ? assemble(*content, issues) : decode(std::as_bytes(std::span(*content)), issues);
    issues.set_default_file(options.file);
  }
  if (!program) return report(issues);
  if (!options.assemble) {
    std::cout << to_text(*program, options.data);
    return kDone;
  }
  const auto image = encode(*program);
  const std::string bytes(reinterpret_cast<const char*>(image.data()), image.size());
  return write_file(options.output, bytes, issues) ? kDone : report(issues);
}

}  // namespace

void add_inspect(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("inspect", "Print a descriptor graph (.sgb) as text");
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->file, "The graph; with --assemble, its text")->required();
  auto* data = command->add_flag("--data", options->data, "Print the static data too");
  auto* output = command->add_option("-o,--output", options->output, "Where --assemble writes the graph");
  command->add_flag("--assemble", options->assemble, "Make a graph of the text that `inspect --data` prints")
      ->needs(output)
      ->excludes(data);
  command->callback([=, &exit_code] {
    if (output->count() > 0 && !options->assemble) throw CLI::RequiresError("--output", "--assemble");
    exit_code = inspect(*options);
  });
}

}  // namespace systole::app
