// Where a file that is named in a scenario or on the command line is looked for.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/config/scenario.h"
#include "hw/base/issues.h"

namespace systole::app {

class SearchPath {
public:
  explicit SearchPath(std::filesystem::path scenarios) : scenarios_(std::move(scenarios)) {}
  /// The project's scenarios/, or the folder that SYSTOLE_SCENARIOS names.
  static SearchPath standard();

  [[nodiscard]] const std::filesystem::path& scenarios() const { return scenarios_; }
  /// Looks for `name` beside `named_in` (a file; "" is the working directory), then in scenarios/.
  /// nullopt and an issue that says where it looked.
  [[nodiscard]] std::optional<FileRef> find(const std::string& name, const SourceLocation& named_in,
                                            const std::string& key, Issues& issues) const;
  /// How results write this path (see FileRef::shown).
  [[nodiscard]] std::string shown(const std::filesystem::path& path) const;

private:
  std::filesystem::path scenarios_;
};

/// The whole file, or nullopt and an issue.
std::optional<std::string> read_text(const std::filesystem::path& path, const SourceLocation& named_in,
                                     const std::string& key, Issues& issues);

}  // namespace systole::app
