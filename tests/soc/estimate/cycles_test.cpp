// Predicted cycles of single layers beside those that the simulated SoC takes.
//
// A layer is mapped as it stands inside a network whose feature maps live in DRAM: channels-last. Weights are
// streamed, so that nothing is hidden in the init graph.
#include <gmock/gmock.h>

#include <ostream>
#include <string>

#include "app/run/capability.h"
#include "models/mapper/tiling/estimate.h"
#include "tests/soc/support/soc_run.h"
#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

struct Layer {
  const char* name;
  std::int64_t size, in_c, out_c, kernel, stride, groups;
  std::uint64_t sram_kib;
  DType type = DType::kInt8;
  Dataflow dataflow = Dataflow::kWeightStationary;
  bool dot_product = false;
};

void PrintTo(const Layer& layer, std::ostream* os) { *os << layer.name; }

SocConfig soc_of(const Layer& layer) {
  SocConfig config;
  config.sram.size = Bytes(layer.sram_kib * 1024);
  config.matrix.format = *format_of(layer.type);
  config.matrix.dataflow = layer.dataflow;
  if (layer.dot_product) {
    config.matrix.organisation = MatrixOrganisation::kDotProduct;
    config.matrix.rows = config.matrix.cols = config.matrix.depth = 4;
  }
  return config;
}

/// kernel = 0: a matrix product of size x in_c by in_c x out_c.
void build(const Layer& layer, test::Network& net) {
  if (layer.kernel == 0) {
    const auto x = net.input(layer.type, {layer.size, layer.in_c});
    net.output(net.qmatmul(x, net.constant(layer.type, {layer.in_c, layer.out_c})));
    return;
  }
  ir::ConvAttributes a;
  a.window.kernel = {layer.kernel, layer.kernel};
  a.window.stride = {layer.stride, layer.stride};
  a.window.pad_begin = a.window.pad_end = {layer.kernel / 2, layer.kernel / 2};
  a.groups = layer.groups;
  const auto x = net.input(layer.type, {1, layer.in_c, layer.size, layer.size});
  net.output(layer.type == DType::kInt8 ? net.qconv(x, layer.out_c, a) : net.conv(x, layer.out_c, a));
}

/// Network inputs and outputs stand in DRAM channels-last, as feature maps do.
Program map_inside(const ir::Graph& graph, const mapper::Capability& capability) {
  mapper::MapOptions options{mapper::WeightPolicy::kStreamed};
  options.channels_last_io = true;
  return test::map_or_fail(graph, capability, options);
}

const Layer kLayers[] = {
    {"resnet_conv1", 224, 3, 64, 7, 2, 1, 512},
    {"resnet_2_1x1a", 56, 64, 64, 1, 1, 1, 512},
    {"resnet_2_3x3", 56, 64, 64, 3, 1, 1, 512},
    {"resnet_2_3x3_64k", 56, 64, 64, 3, 1, 1, 64},
    {"resnet_2_1x1b", 56, 64, 256, 1, 1, 1, 512},
    {"resnet_3_1x1_s2", 56, 256, 128, 1, 2, 1, 512},
    {"resnet_3_3x3", 28, 128, 128, 3, 1, 1, 512},
    {"resnet_4_3x3", 14, 256, 256, 3, 1, 1, 512},
    {"resnet_4_3x3_32k", 14, 256, 256, 3, 1, 1, 32},
    {"resnet_4_1x1", 14, 256, 1024, 1, 1, 1, 512},
    {"resnet_4_1x1_128k", 14, 1024, 256, 1, 1, 1, 128},
    {"resnet_5_3x3", 7, 512, 512, 3, 1, 1, 512},
    {"resnet_5_3x3_64k", 7, 512, 512, 3, 1, 1, 64},
    {"resnet_5_1x1", 7, 2048, 512, 1, 1, 1, 512},
    {"vgg_1_2_q", 56, 64, 64, 3, 1, 1, 256},
    {"vgg_5", 14, 512, 512, 3, 1, 1, 512},
    {"alexnet_2", 27, 96, 256, 5, 1, 1, 512},
    {"alexnet_3", 13, 256, 384, 3, 1, 1, 512},
    {"googlenet_3a_5x5", 28, 16, 32, 5, 1, 1, 512},
    {"googlenet_4a_1x1", 14, 480, 192, 1, 1, 1, 64},
    {"mobilenet_pw", 28, 128, 256, 1, 1, 1, 512},
    {"mobilenet_pw_14", 14, 512, 512, 1, 1, 1, 128},
    {"mobilenet_dw_28", 28, 128, 128, 3, 1, 128, 512},
    {"mobilenet_dw_14", 14, 512, 512, 3, 1, 512, 128},
    {"mobilenet_dw_56_s2", 56, 128, 128, 3, 2, 128, 256},
    {"alexnet_2_groups", 27, 96, 256, 5, 1, 2, 512},
    {"gemm_64", 64, 1024, 1024, 0, 1, 1, 512},
    {"gemm_256", 256, 512, 512, 0, 1, 1, 128},
    {"resnet_5_1x1_32k", 7, 2048, 512, 1, 1, 1, 32},
    {"resnet_4_3x3_128k", 14, 256, 256, 3, 1, 1, 128},
    {"vgg_2_2_q", 56, 128, 128, 3, 1, 1, 128},
    {"vgg_4_q_64k", 14, 512, 512, 3, 1, 1, 64},
    {"googlenet_5b_3x3", 7, 192, 384, 3, 1, 1, 128},
    {"mobilenet_pw_7", 7, 1024, 1024, 1, 1, 1, 256},
    {"gemm_256_32k", 256, 512, 512, 0, 1, 1, 32},
    {"gemv_fc", 1, 2048, 1000, 0, 1, 1, 512},
    {"gemv_4096", 1, 4096, 1024, 0, 1, 1, 512},
    {"float_3x3", 28, 64, 64, 3, 1, 1, 512, DType::kFloat32},
    {"float_1x1", 28, 128, 128, 1, 1, 1, 256, DType::kFloat32},
    {"os_resnet_3_3x3", 28, 128, 128, 3, 1, 1, 512, DType::kInt8, Dataflow::kOutputStationary},
    {"os_resnet_4_1x1", 14, 256, 1024, 1, 1, 1, 512, DType::kInt8, Dataflow::kOutputStationary},
    {"os_vgg_2_2_q", 56, 128, 128, 3, 1, 1, 128, DType::kInt8, Dataflow::kOutputStationary},
    {"os_gemm_64", 64, 1024, 1024, 0, 1, 1, 512, DType::kInt8, Dataflow::kOutputStationary},
    {"is_resnet_3_3x3", 28, 128, 128, 3, 1, 1, 512, DType::kInt8, Dataflow::kInputStationary},
    {"is_resnet_4_1x1", 14, 256, 1024, 1, 1, 1, 512, DType::kInt8, Dataflow::kInputStationary},
    {"is_vgg_2_2_q", 56, 128, 128, 3, 1, 1, 128, DType::kInt8, Dataflow::kInputStationary},
    {"dot_resnet_3_3x3", 28, 128, 128, 3, 1, 1, 512, DType::kInt8, Dataflow::kWeightStationary, true},
    {"dot_gemm_64", 64, 1024, 1024, 0, 1, 1, 512, DType::kInt8, Dataflow::kWeightStationary, true},
    {"is_gemm_64", 64, 1024, 1024, 0, 1, 1, 512, DType::kInt8, Dataflow::kInputStationary},
};

class Cycles : public ::testing::TestWithParam<Layer> {};
INSTANTIATE_TEST_SUITE_P(Layers, Cycles, ::testing::ValuesIn(kLayers),
                         [](const auto& tested) { return std::string(tested.param.name); });

struct Figures {
  double simulated = 0;
  double predicted = 0;
};

/// From the start of the first transfer until the end of the last one.
Figures run(const Layer& layer, const SocConfig& config) {
  const mapper::Capability capability = app::capability_of(config);
  test::Network net;
  build(layer, net);
  const Program program = map_inside(net.graph(), capability);
  const mapper::Estimate estimate = mapper::estimate_graph(program, SGB_GRAPH_EXEC, capability);
  test::RunOptions options;
  options.functional = false;
  const soc::RunResult run = test::run_program(program, config, {}, options);
  std::uint64_t first = ~std::uint64_t{0};
  std::uint64_t last = 0;
  for (const Span& span : run.spans.spans()) {
    if (span.compute_cycles == 0) continue;
    first = std::min(first, span.start);
    last = std::max(last, span.end);
  }
  return {static_cast<double>(last - first), estimate.work_cycles};
}

TEST_P(Cycles, ArePredicted) {
  const Figures figures = run(GetParam(), soc_of(GetParam()));
  const double ratio = figures.predicted / figures.simulated;
  RecordProperty("simulated", std::to_string(static_cast<std::uint64_t>(figures.simulated)));
  RecordProperty("predicted", std::to_string(static_cast<std::uint64_t>(figures.predicted)));
  EXPECT_GT(ratio, 0.95) << "simulated " << figures.simulated;
  EXPECT_LT(ratio, 1.05) << "simulated " << figures.simulated;
}

// Sixteen channels of a depthwise 3 x 3 convolution share a command: K = 9 x 16 rows are 9 folds of a cycle
// for every pixel, where one command for each channel would take a fold for each.
TEST(Depthwise, KeepsTheArrayBusyForNineFoldsOfSixteenChannels) {
  const Layer layer{"", 28, 128, 128, 3, 1, 128, 512};
  const double simulated = run(layer, soc_of(layer)).simulated;
  constexpr double kShared = 128.0 / 16 * 9 * 28 * 28;
  constexpr double kApart = 128.0 * 28 * 28;
  EXPECT_GE(simulated, kShared);
  EXPECT_LE(simulated, 1.25 * kShared);
  EXPECT_LT(simulated, 0.75 * kApart);
}

// A vector times a matrix reads every weight once: at 12.8 GB/s and 800 MHz 16 bytes a cycle. Only the first
// tile's load, the last one's computation and the descriptors' fetches (256 bytes each) come on top.
struct Vector {
  const char* name;
  Layer layer;
  std::uint32_t array;
  std::uint64_t bandwidth;
};

void PrintTo(const Vector& vector, std::ostream* os) { *os << vector.name; }

const Vector kVectors[] = {
    {"fc_2048", {"", 1, 2048, 1000, 0, 1, 1, 512}, 16, 12'800'000'000},
    {"fc_4096", {"", 1, 4096, 1024, 0, 1, 1, 512}, 16, 12'800'000'000},
    {"fc_4096_larger_array", {"", 1, 4096, 1024, 0, 1, 1, 512}, 64, 12'800'000'000},
    {"fc_4096_half_bandwidth", {"", 1, 4096, 1024, 0, 1, 1, 512}, 16, 6'400'000'000},
    {"fc_4096_half_bandwidth_larger_array", {"", 1, 4096, 1024, 0, 1, 1, 512}, 64, 6'400'000'000},
};

class VectorTimesMatrix : public ::testing::TestWithParam<Vector> {};
INSTANTIATE_TEST_SUITE_P(Layers, VectorTimesMatrix, ::testing::ValuesIn(kVectors),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(VectorTimesMatrix, IsBoundByTheBandwidthOfTheMemory) {
  const Vector& tested = GetParam();
  SocConfig config = soc_of(tested.layer);
  config.matrix.rows = config.matrix.cols = tested.array;
  config.dram.bandwidth = BytesPerSecond(tested.bandwidth);
  const double weights = static_cast<double>(tested.layer.in_c * tested.layer.out_c);
  const double bound = weights / (static_cast<double>(tested.bandwidth) / 800e6);
  const double simulated = run(tested.layer, config).simulated;
  RecordProperty("ratio", std::to_string(simulated / bound));
  EXPECT_GE(simulated, bound);
  EXPECT_LE(simulated, 1.1 * bound);
}

}  // namespace
}  // namespace systole
