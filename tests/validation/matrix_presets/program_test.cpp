// The presets in the whole program: `systole run` of the tools' own topologies without data, on a SoC whose
// memories hold a layer whole. A layer is one command then, and its compute cycles are the tool's.
#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "tests/golden/cli/fixture.h"
#include "tests/validation/matrix_presets/published.h"

namespace systole::cli {
namespace {

using presets::Reported;

const char* name_of(Dataflow dataflow) {
  switch (dataflow) {
    case Dataflow::kWeightStationary:
      return "weight_stationary";
    case Dataflow::kOutputStationary:
      return "output_stationary";
    case Dataflow::kInputStationary:
      return "input_stationary";
  }
  return "";
}

class Presets : public CliTest {
protected:
  /// compute_cycles by the name of the layer.
  std::map<std::string, std::uint64_t> run(const std::string& topology, const std::string& array) {
    write(folder_ / "layers.csv", topology);
    write(folder_ / "soc.yaml",
          "sram: {size: 256MiB, width: 4KiB, banks: 16}\n"
          "bus: {width: 256B}\n"
          "dram: {bandwidth: 10000GB/s}\n"
          "engines: {matrix: {accumulators: 64MiB, " +
              array + "}}\n");
    const Output output =
        systole({"run", "layers.csv", "--soc", "soc.yaml", "--functional", "off", "--quiet", "--out", "out"});
    EXPECT_EQ(output.exit_code, 0) << output.err;
    std::map<std::string, std::uint64_t> cycles;
    std::istringstream rows(read(folder_ / "out/layers.csv"));
    std::string row;
    std::getline(rows, row);
    EXPECT_EQ(row.rfind("index,name,op,engine,macs,macs_performed,compute_cycles,", 0), 0U) << row;
    while (std::getline(rows, row)) {
      std::vector<std::string> cells;
      std::istringstream text(row);
      for (std::string cell; std::getline(text, cell, ',');) cells.push_back(cell);
      if (cells.size() > 6) cycles[cells[1]] = std::stoull(cells[6]);
    }
    return cycles;
  }

  static std::string square(const std::string& preset, const char* dataflow, std::uint32_t side) {
    return "preset: " + preset + ", dataflow: " + dataflow + ", rows: " + std::to_string(side) +
           ", cols: " + std::to_string(side);
  }
};

class ScaleSimPreset : public Presets, public testing::WithParamInterface<Reported> {};

TEST_P(ScaleSimPreset, RunsAlexNetLayerByLayer) {
  const Reported& reported = GetParam();
  const auto cycles =
      run(presets::alexnet_csv(), square("scale-sim", name_of(reported.dataflow), reported.side));
  ASSERT_EQ(cycles.size(), presets::kAlexNet.size());
  for (std::size_t i = 0; i < presets::kAlexNet.size(); ++i) {
    EXPECT_EQ(cycles.at(presets::kAlexNet[i].name), reported.cycles[i]) << presets::kAlexNet[i].name;
  }
}

INSTANTIATE_TEST_SUITE_P(Reported, ScaleSimPreset, testing::ValuesIn(presets::kScaleSim),
                         [](const auto& tested) { return std::string(tested.param.name); });

// No figure of the tool is at hand for input stationary; its formula is.
TEST_F(Presets, ScaleSimInputStationary) {
  const auto cycles = run(presets::alexnet_csv(), square("scale-sim", "input_stationary", 32));
  ASSERT_EQ(cycles.size(), presets::kAlexNet.size());
  for (const presets::Shape& layer : presets::kAlexNet) {
    EXPECT_EQ(cycles.at(layer.name),
              presets::scale_sim(Dataflow::kInputStationary, 32, 32, layer.m, layer.n, layer.k))
        << layer.name;
  }
}

TEST_F(Presets, CamuyAlexNetLayerByLayer) {
  const auto cycles = run(presets::alexnet_csv(), square("camuy", "weight_stationary", 32));
  ASSERT_EQ(cycles.size(), presets::kAlexNet.size());
  for (std::size_t i = 0; i < presets::kAlexNet.size(); ++i) {
    EXPECT_EQ(cycles.at(presets::kAlexNet[i].name), presets::kCamuy[i]) << presets::kAlexNet[i].name;
  }
}

TEST_F(Presets, CamuyResNet50Conv1) {
  const auto cycles = run(presets::resnet50_csv(), square("camuy", "weight_stationary", 32));
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_EQ(cycles.at("Conv1"), presets::kCamuyResNet50Conv1);
}

}  // namespace
}  // namespace systole::cli
