// The digits networks of scenarios/, mapped and executed.
#include <gmock/gmock.h>

#include "models/onnx/import.h"
#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

ir::Graph load(const std::string& name) {
  Issues issues;
  auto graph = import_onnx(SYSTOLE_SOURCE_DIR "/scenarios/networks/" + name, issues);
  EXPECT_TRUE(graph.has_value());
  return graph ? std::move(*graph) : ir::Graph{};
}

TEST(Digits, Int8) {
  const ir::Graph graph = load("digits.onnx");
  test::expect_right_in_all_modes(graph, test::capability(DType::kInt8, 512 * 1024), 1);
}

TEST(Digits, Int8InASmallScratchpad) {
  const ir::Graph graph = load("digits.onnx");
  test::expect_right_in_all_modes(graph, test::capability(DType::kInt8, 4 * 1024), 1);
}

TEST(Digits, Float) {
  const ir::Graph graph = load("digits-float.onnx");
  test::expect_right_in_all_modes(graph, test::capability(DType::kFloat32, 32 * 1024), 1);
}

TEST(Digits, ReportCountsWhatTheNetworkHolds) {
  const ir::Graph graph = load("digits.onnx");
  mapper::MapReport report;
  const Program program = test::map_or_fail(graph, test::capability(DType::kInt8, 512 * 1024), {}, &report);
  EXPECT_EQ(report.macs, 607872U);  // as scenarios/networks/digits.md says
  EXPECT_EQ(report.parameters, 32192U);
  EXPECT_EQ(report.nodes.size(), program.nodes.size());
  EXPECT_EQ(report.streamed_bytes, 0U);
  // 32,192 parameters are 32,016 bytes of weights and 176 biases of 4 bytes; 186 scales (fc2 has no bias); an
  // image of 64 floats, 10 probabilities and a class.
  EXPECT_EQ(report.compulsory_dram_bytes, 32016U + 4 * 176 + 4 * 186 + 256 + 40 + 8);
  const std::string table = to_table(report);
  EXPECT_THAT(table, testing::HasSubstr("relu1       Relu              in conv1"));
  EXPECT_THAT(table, testing::HasSubstr("multiply-accumulates   607872"));
}

}  // namespace
}  // namespace systole
