// A folder of scenario files that lives as long as a test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/config/resolve.h"

namespace systole::app {

class ConfigTest : public testing::Test {
protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    root_ = std::filesystem::path(testing::TempDir()) / (std::string("systole_config_") + info->name());
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ / "scenarios");
    write("scenarios/net.onnx", "");
    write("scenarios/soc.yaml",
          "name: base\nclock: 1GHz\nsram: {size: 64KiB}\nengines:\n  matrix: {rows: 8}\n");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::binary) << text;
  }

  [[nodiscard]] SearchPath search() const { return SearchPath(root_ / "scenarios"); }

  /// Resolves the text as if it stood in scenarios/run.yaml.
  std::optional<Resolved> resolve_text(const std::string& text,
                                       const std::vector<std::string>& settings = {}) {
    issues_ = {};
    const auto tree = load_scenario_text(text, (root_ / "scenarios/run.yaml").generic_string(), settings,
                                         search(), issues_);
    return tree ? resolve(*tree, search(), issues_) : std::nullopt;
  }

  /// The issues of resolving the text, without the folder in front.
  std::vector<std::string> issues_of(const std::string& text, const std::vector<std::string>& settings = {}) {
    EXPECT_FALSE(resolve_text(text, settings).has_value());
    return issue_texts();
  }

  [[nodiscard]] std::vector<std::string> issue_texts() const {
    std::vector<std::string> texts;
    for (const Issue& issue : issues_.list()) {
      std::string one = to_string(issue);
      const std::string folder = root_.generic_string() + "/";
      for (auto at = one.find(folder); at != std::string::npos; at = one.find(folder))
        one.erase(at, folder.size());
      texts.push_back(one);
    }
    return texts;
  }

  static constexpr const char* kGood = "soc: soc.yaml\nworkload: {network: net.onnx}\n";
  std::filesystem::path root_;
  Issues issues_;
};

}  // namespace systole::app
