// systole list: what the project brings along.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <vector>

#include "app/commands/command.h"
#include "app/config/search_path.h"
#include "app/terminal/text.h"

namespace systole::app {
namespace {

namespace fs = std::filesystem;

struct Kind {
  const char* name;
  const char* folder;
  std::vector<const char*> extensions;
};
std::vector<Kind> kinds() {
  return {{"socs", "socs", {".yaml"}},
          {"networks", "networks", {".onnx", ".csv"}},
          {"technologies", "technologies", {".yaml"}},
          {"scenarios", "", {".yaml"}}};
}

// The comment in the file's first line says what it is.
std::string first_comment(const fs::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line.compare(0, 2, "# ") == 0 ? line.substr(2) : "";
}

void add_files(Table& table, const fs::path& root, const Kind& kind) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root / kind.folder, error)) {
    const auto is = [&](const char* extension) { return entry.path().extension() == extension; };
    if (std::any_of(kind.extensions.begin(), kind.extensions.end(), is)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const bool text = file.extension() == ".yaml";
    table.add({file.lexically_relative(root).generic_string(), text ? first_comment(file) : ""});
  }
}

ExitCode list(const std::string& wanted) {
  const fs::path root = SearchPath::standard().scenarios();
  std::error_code error;
  if (!fs::is_directory(root, error)) {
    Issues issues;
    issues.add({root.generic_string(), 0, 0}, "", "there is no such folder; set SYSTOLE_SCENARIOS to one");
    return report(issues);
  }
  for (const Kind& kind : kinds()) {
    if (!wanted.empty() && wanted != kind.name) continue;
    Table table({{kind.name, Table::Align::kLeft}, {"", Table::Align::kLeft}});
    add_files(table, root, kind);
    std::cout << table.text(is_colour_terminal(1)) << (wanted.empty() ? "\n" : "");
  }
  return kDone;
}

}  // namespace

void add_list(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("list", "List the SoCs, networks, technologies and scenarios of the project");
  auto wanted = std::make_shared<std::string>();
  command->add_option("KIND", *wanted, "One kind only")
      ->check(CLI::IsMember({"socs", "networks", "technologies", "scenarios"}));
  command->callback([=, &exit_code] { exit_code = list(*wanted); });
}

}  // namespace systole::app
