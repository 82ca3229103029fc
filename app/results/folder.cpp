#include "app/results/folder.h"

#include <unistd.h>

#include <fstream>
#include <system_error>
#include <utility>

namespace systole::app {
namespace fs = std::filesystem;
namespace {

/// shown: what messages call the file.
bool save(const fs::path& path, const fs::path& shown, const std::string& bytes, Issues& issues) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return true;
  issues.add({shown.generic_string(), 0, 0}, "", "cannot be written");
  return false;
}

// The folder in full, without a slash at its end.
fs::path place_of(const fs::path& target) {
  std::error_code error;
  fs::path place = fs::absolute(target, error).lexically_normal();
  return place.has_filename() ? place : place.parent_path();
}

// A name beside `path` that nobody else uses: the process id tells runs apart.
fs::path beside(const fs::path& path, const char* what) {
  return path.parent_path() / ("." + path.filename().string() + "." + what + "-" + std::to_string(getpid()));
}

}  // namespace

bool ResultFolder::usable(const fs::path& target, Issues& issues) {
  std::error_code error;
  const fs::path place = place_of(target);
  if (!fs::exists(place, error)) return true;
  const SourceLocation where{target.generic_string(), 0, 0};
  if (!fs::is_directory(place, error)) {
    issues.add(where, "--out", "is a file; name a folder for the results");
    return false;
  }
  if (!fs::is_empty(place, error) && !fs::exists(place / "summary.json", error)) {
    issues.add(where, "--out", "holds something else than results (no summary.json); name another folder");
    return false;
  }
  return true;
}

std::optional<ResultFolder> ResultFolder::create(const fs::path& target, Issues& issues) {
  if (!usable(target, issues)) return std::nullopt;
  std::error_code error;
  fs::path place = place_of(target);
  fs::path work = beside(place, "part");
  fs::remove_all(work, error);
  if (!fs::create_directories(work, error) || error) {
    issues.add({target.generic_string(), 0, 0}, "--out", "cannot be made: " + error.message());
    return std::nullopt;
  }
  return ResultFolder(std::move(place), std::move(work));
}

ResultFolder::ResultFolder(ResultFolder&& other) noexcept
    : target_(std::move(other.target_)), work_(std::exchange(other.work_, {})) {}

ResultFolder::~ResultFolder() {
  if (work_.empty()) return;
  std::error_code error;
  fs::remove_all(work_, error);
}

bool ResultFolder::write(const std::string& name, const std::string& text, Issues& issues) const {
  std::error_code error;
  fs::create_directories((work_ / name).parent_path(), error);
  return save(work_ / name, work_ / name, text, issues);
}

bool ResultFolder::commit(Issues& issues) {
  std::error_code error;
  const fs::path old = beside(target_, "old");
  const bool replaces = fs::exists(target_, error);
  if (replaces) fs::rename(target_, old, error);
  if (!error) fs::rename(work_, target_, error);
  if (error) {
    const std::string reason = error.message();
    if (replaces && !fs::exists(target_, error)) fs::rename(old, target_, error);
    issues.add({target_.generic_string(), 0, 0}, "--out", "cannot be put in place: " + reason);
    return false;
  }
  work_.clear();
  if (replaces) fs::remove_all(old, error);
  return true;
}

bool write_file(const fs::path& target, const std::string& bytes, Issues& issues) {
  std::error_code error;
  const fs::path place = fs::absolute(target, error).lexically_normal();
  const fs::path work = beside(place, "part");
  fs::create_directories(place.parent_path(), error);
  if (!save(work, target, bytes, issues)) return false;
  fs::rename(work, place, error);
  if (!error) return true;
  issues.add({target.generic_string(), 0, 0}, "", "cannot be written: " + error.message());
  fs::remove(work, error);
  return false;
}

}  // namespace systole::app
