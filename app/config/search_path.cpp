#include "app/config/search_path.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace systole::app {
namespace fs = std::filesystem;
namespace {

fs::path normal(const fs::path& path) {
  std::error_code error;
  fs::path full = fs::weakly_canonical(path, error);
  return error ? path.lexically_normal() : full;
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

}  // namespace

SearchPath SearchPath::standard() {
  const char* chosen = std::getenv("SYSTOLE_SCENARIOS");
  return SearchPath(chosen != nullptr && *chosen != '\0' ? chosen : SYSTOLE_SCENARIOS_DIR);
}

std::string SearchPath::shown(const fs::path& path) const {
  const fs::path full = normal(path);
  const fs::path relative = full.lexically_relative(normal(scenarios_));
  if (!relative.empty() && *relative.begin() != "..") return relative.generic_string();
  return full.generic_string();
}

std::optional<FileRef> SearchPath::find(const std::string& name, const SourceLocation& named_in,
                                        const std::string& key, Issues& issues) const {
  if (name.empty() || name.find('\0') != std::string::npos) {
    issues.add(named_in, key, "names no file");
    return std::nullopt;
  }
  const fs::path wanted(name);
  // What the command line names has no file of its own: it is relative to the working directory.
  const bool in_file = named_in.line > 0;
  const fs::path beside = in_file ? fs::path(named_in.file).parent_path() / wanted : wanted;
  if (is_there(beside)) return FileRef{beside, shown(beside)};
  if (wanted.is_relative() && is_there(scenarios_ / wanted)) {
    return FileRef{scenarios_ / wanted, shown(scenarios_ / wanted)};
  }
  std::string message = "there is no file \"" + name + "\"; looked for " + beside.generic_string();
  if (wanted.is_relative()) message += " and " + (scenarios_ / wanted).generic_string();
  issues.add(named_in, key, message);
  return std::nullopt;
}

std::optional<std::string> read_text(const fs::path& path, const SourceLocation& named_in,
                                     const std::string& key, Issues& issues) {
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
    const char* what = fs::is_directory(path, error) ? " is a folder" : " is a device or a pipe";
    issues.add(named_in, key, path.generic_string() + what + "; a file is expected");
    return std::nullopt;
  }
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});  // an empty file is a text too
  if (!in.is_open() || in.bad()) {
    issues.add(named_in, key, "cannot read " + path.generic_string());
    return std::nullopt;
  }
  return text;
}

}  // namespace systole::app
