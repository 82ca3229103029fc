// An empty working directory for the program.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/golden/cli/program.h"

namespace systole::cli {

class CliTest : public testing::Test {
protected:
  void SetUp() override {
    unsetenv("SYSTOLE_LOG");  // what the program says must not depend on who tests it
    unsetenv("SYSTOLE_SCENARIOS");
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("systole_cli_") + info->test_suite_name() + "_" + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] Output systole(const std::vector<std::string>& arguments) const {
    return cli::systole(folder_, arguments);
  }
  /// The project's scenarios/.
  static std::filesystem::path scenarios() { return std::filesystem::path(SYSTOLE_SOURCE_DIR) / "scenarios"; }

  std::filesystem::path folder_;
};

}  // namespace systole::cli
