// Comparison with an approved file. What a test got is kept in the build tree when it differs;
// scripts/approve shows the difference and takes it over.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace systole::golden {

/// `name` is the path below tests/golden.
inline void expect_golden(const std::string& name, const std::string& actual) {
  const std::filesystem::path approved = std::filesystem::path(SYSTOLE_SOURCE_DIR) / "tests/golden" / name;
  const std::filesystem::path kept = std::filesystem::path(SYSTOLE_BINARY_DIR) / "golden-actual" / name;
  std::ifstream in(approved, std::ios::binary);
  std::ostringstream expected;
  if (in) expected << in.rdbuf();
  if (in && expected.str() == actual) {
    std::filesystem::remove(kept);
    return;
  }
  std::filesystem::create_directories(kept.parent_path());
  std::ofstream(kept, std::ios::binary) << actual;
  // The first line that differs says most.
  std::istringstream was(expected.str());
  std::istringstream is(actual);
  std::string old_line;
  std::string new_line;
  int line = 0;
  do {
    ++line;
    old_line.clear();
    new_line.clear();
    std::getline(was, old_line);
    std::getline(is, new_line);
  } while (old_line == new_line && (was || is));
  ADD_FAILURE() << "tests/golden/" << name << " differs in line " << line << "\n  approved: " << old_line
                << "\n  actual:   " << new_line << "\nIf the new one is right: scripts/approve";
}

}  // namespace systole::golden
