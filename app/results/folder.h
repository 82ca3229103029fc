// A result folder: written beside its place, moved there when it is complete. Nothing half-written is ever
// seen.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "hw/base/issues.h"

namespace systole::app {

class ResultFolder {
public:
  /// Whether `target` can be a result folder; an issue if it is a file, or a folder that holds something
  /// else.
  static bool usable(const std::filesystem::path& target, Issues& issues);
  /// Makes a folder to write to beside `target`, which must be usable.
  static std::optional<ResultFolder> create(const std::filesystem::path& target, Issues& issues);
  ResultFolder(ResultFolder&& other) noexcept;
  ResultFolder& operator=(ResultFolder&&) = delete;
  ResultFolder(const ResultFolder&) = delete;
  ResultFolder& operator=(const ResultFolder&) = delete;
  /// Without commit() nothing is left.
  ~ResultFolder();

  /// Where to write; removed if it is never committed.
  [[nodiscard]] const std::filesystem::path& work() const { return work_; }
  /// Writes one file; false and an issue if that fails.
  bool write(const std::string& name, const std::string& text, Issues& issues) const;
  /// Puts the folder in its place, over older results.
  bool commit(Issues& issues);

private:
  ResultFolder(std::filesystem::path target, std::filesystem::path work)
      : target_(std::move(target)), work_(std::move(work)) {}
  std::filesystem::path target_;
  std::filesystem::path work_;  ///< empty once committed or moved from
};

/// Writes one file beside its place and moves it there; false and an issue if that fails.
bool write_file(const std::filesystem::path& target, const std::string& bytes, Issues& issues);

}  // namespace systole::app
