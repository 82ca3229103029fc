// Every network of the project, whole, on both SoCs: the program compares every output with the reference
// executor's, bit for bit. Images are smaller than the networks' own where the networks allow it;
// scripts/run-networks runs them at full size.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/golden/cli/program.h"

namespace systole {
namespace {

namespace fs = std::filesystem;

struct Case {
  const char* scenario;
  const char* soc;
  int image;  ///< rows and columns; 0: the network's own size, for fully connected layers behind the
              ///< convolutions
};

void PrintTo(const Case& run, std::ostream* out) { *out << run.scenario << " on " << run.soc; }

/// Runs it; summary.json, or nothing if there is none.
nlohmann::json run(const std::string& scenario, const Case& run, const std::vector<std::string>& more) {
  const fs::path folder = fs::path(testing::TempDir()) /
                          ("systole_" + std::string(run.scenario) + "_" + run.soc + "_" +
                           testing::UnitTest::GetInstance()->current_test_info()->test_suite_name());
  fs::remove_all(folder);
  std::vector<std::string> arguments{"run",   scenario, "--soc",  "socs/" + std::string(run.soc) + ".yaml",
                                     "--out", "out",    "--quiet"};
  if (run.image != 0) {
    const std::string size = std::to_string(run.image);
    arguments.insert(arguments.end(),
                     {"--set", "workload.dims={'input[2]': " + size + ", 'input[3]': " + size + "}"});
  }
  arguments.insert(arguments.end(), more.begin(), more.end());
  const cli::Output output = cli::systole(folder, arguments);
  EXPECT_EQ(output.exit_code, 0) << output.err;
  auto summary = nlohmann::json::parse(cli::read(folder / "out/summary.json"), nullptr, false);
  fs::remove_all(folder);
  if (!summary.is_object()) return nullptr;
  EXPECT_EQ(summary["firmware"]["outcome"], "exited");
  EXPECT_GT(summary["compute"]["macs"], 0);
  // Nothing is skipped, and no network is moved by less than its weights, input and output.
  EXPECT_GE(summary["compute"]["macs_performed"], summary["compute"]["macs"]);
  EXPECT_GE(summary["traffic"]["dram_read_bytes"].get<std::uint64_t>() +
                summary["traffic"]["dram_write_bytes"].get<std::uint64_t>(),
            summary["traffic"]["compulsory_dram_bytes"].get<std::uint64_t>() / 2);
  return summary;
}

class Networks : public testing::TestWithParam<Case> {};

TEST_P(Networks, RunsAndEqualsTheReference) {
  const auto summary = run(std::string(GetParam().scenario) + ".yaml", GetParam(), {});
  ASSERT_TRUE(summary.is_object());
  EXPECT_EQ(summary["scenario"]["functional"], true);
}

class FloatNetworks : public testing::TestWithParam<Case> {};

TEST_P(FloatNetworks, RunsAndEqualsTheReference) {
  const auto summary =
      run(std::string(GetParam().scenario) + ".yaml", GetParam(),
          {"--set", "soc.engines.matrix.format=float32", "--set", "workload.precision=as_is"});
  ASSERT_TRUE(summary.is_object());
  EXPECT_EQ(summary["scenario"]["functional"], true);
}

class Topologies : public testing::TestWithParam<Case> {};

// Every layer for itself: a network of as many inputs and outputs.
TEST_P(Topologies, RunsForTimingOnly) {
  const auto summary = run(
      "networks/" + std::string(GetParam().scenario) + ".csv", GetParam(),
      {"--functional", "off", "--set", "soc.engines.matrix.rows=32", "--set", "soc.engines.matrix.cols=32"});
  ASSERT_TRUE(summary.is_object());
  EXPECT_GT(summary["time"]["cycles"].get<std::uint64_t>(),
            summary["compute"]["macs"].get<std::uint64_t>() / (32 * 32));
}

std::vector<Case> runs() {
  std::vector<Case> all;
  for (const char* soc : {"edge16", "tpu-v1"}) {
    for (const char* scenario : {"resnet18", "resnet50", "resnet152", "googlenet", "mobilenet_v1",
                                 "mobilenet_v2", "densenet121", "densenet264"}) {
      all.push_back({scenario, soc, 64});
    }
    all.push_back({"inception_v3", soc, 96});  // the smallest that its strides leave something of is 75
    for (const char* scenario : {"alexnet", "vgg16", "tpu_mlp0", "tpu_mlp1"})
      all.push_back({scenario, soc, 0});
  }
  return all;
}

std::string name_of(const testing::TestParamInfo<Case>& tested) {
  std::string name = std::string(tested.param.scenario) + "_" + tested.param.soc;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Networks, testing::ValuesIn(runs()), name_of);
INSTANTIATE_TEST_SUITE_P(All, FloatNetworks,
                         testing::Values(Case{"mobilenet_v2", "edge16", 64},
                                         Case{"mobilenet_v2", "tpu-v1", 64}, Case{"resnet18", "edge16", 64},
                                         Case{"densenet121", "tpu-v1", 32}),
                         name_of);
INSTANTIATE_TEST_SUITE_P(All, Topologies,
                         testing::Values(Case{"alexnet", "edge16", 0}, Case{"resnet50", "edge16", 0}),
                         name_of);

}  // namespace
}  // namespace systole
