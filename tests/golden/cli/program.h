// Runs the built program as a user does.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace systole::cli {

struct Output {
  int exit_code = -1;
  std::string out;
  std::string err;
};

/// `systole ARGUMENTS` with `folder` as the working directory. The words reach the program as they are.
Output systole(const std::filesystem::path& folder, const std::vector<std::string>& arguments);

std::string read(const std::filesystem::path& path);
void write(const std::filesystem::path& path, const std::string& bytes);

/// Files below the folder, relative to it, sorted.
std::vector<std::string> files_in(const std::filesystem::path& folder);

}  // namespace systole::cli
