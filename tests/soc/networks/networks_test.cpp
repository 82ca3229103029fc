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

class Networks : public testing::TestWithParam<Case> {};

TEST_P(Networks, RunsAndEqualsTheReference) {
  const Case& run = GetParam();
  const fs::path folder =
      fs::path(testing::TempDir()) / (std::string("systole_") + run.scenario + "_" + run.soc);
  fs::remove_all(folder);
  const std::string size = std::to_string(run.image);
  std::vector<std::string> arguments{"run",    std::string(run.scenario) + ".yaml",
                                     "--soc",  "socs/" + std::string(run.soc) + ".yaml",
                                     "--out",  "out",
                                     "--quiet"};
  if (run.image != 0) {
    arguments.insert(arguments.end(),
                     {"--set", "workload.dims={'input[2]': " + size + ", 'input[3]': " + size + "}"});
  }
  const cli::Output output = cli::systole(folder, arguments);
  EXPECT_EQ(output.exit_code, 0) << output.err;
  const auto summary = nlohmann::json::parse(cli::read(folder / "out/summary.json"), nullptr, false);
  ASSERT_TRUE(summary.is_object());
  EXPECT_EQ(summary["firmware"]["outcome"], "exited");
  EXPECT_EQ(summary["scenario"]["functional"], true);
  EXPECT_GT(summary["compute"]["macs"], 0);
  // Nothing is skipped, and no network is moved by less than its weights, input and output.
  EXPECT_GE(summary["compute"]["macs_performed"], summary["compute"]["macs"]);
  EXPECT_GE(summary["traffic"]["dram_read_bytes"].get<std::uint64_t>() +
                summary["traffic"]["dram_write_bytes"].get<std::uint64_t>(),
            summary["traffic"]["compulsory_dram_bytes"].get<std::uint64_t>() / 2);
  fs::remove_all(folder);
}

std::vector<Case> runs() {
  std::vector<Case> all;
  for (const char* soc : {"edge16", "tpu-v1"}) {
    for (const char* scenario : {"resnet18", "resnet50", "resnet152", "googlenet", "mobilenet_v1",
                                 "mobilenet_v2", "densenet121", "densenet264"}) {
      all.push_back({scenario, soc, 64});
    }
    for (const char* scenario : {"alexnet", "tpu_mlp0", "tpu_mlp1"}) all.push_back({scenario, soc, 0});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, Networks, testing::ValuesIn(runs()), [](const auto& tested) {
  std::string name = std::string(tested.param.scenario) + "_" + tested.param.soc;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

}  // namespace
}  // namespace systole
