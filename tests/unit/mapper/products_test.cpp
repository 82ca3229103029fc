// Matrix products in all their forms, mapped and executed.
#include <gmock/gmock.h>

#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

using test::capability;
using test::expect_right_in_all_modes;
using test::Network;

constexpr DType kInt8 = DType::kInt8;
constexpr DType kFloat = DType::kFloat32;

struct Shapes {
  const char* name;
  ir::Shape a;
  ir::Shape b;
  std::uint64_t sram;
};

const Shapes kProducts[] = {
    {"small", {3, 5}, {5, 7}, 16384},
    {"one_row", {1, 64}, {64, 10}, 16384},
    {"exact_tiles", {8, 8}, {8, 8}, 16384},
    {"tiled_m", {200, 16}, {16, 8}, 1024},
    {"tiled_n", {4, 32}, {32, 200}, 2048},
    {"tiled_k", {4, 600}, {600, 4}, 1024},
    {"tiled_all", {40, 300}, {300, 40}, 1280},
    {"batch", {3, 4, 6}, {3, 6, 5}, 16384},
    {"batch_shared_b", {3, 4, 6}, {6, 5}, 16384},
    {"batch_of_one", {1, 4, 6}, {1, 6, 5}, 16384},
    {"rank_4", {2, 3, 4, 6}, {2, 3, 6, 5}, 16384},
    {"rank_4_shared_b", {2, 3, 4, 6}, {6, 5}, 16384},
    {"rank_5", {2, 1, 3, 4, 6}, {2, 1, 3, 6, 5}, 16384},
    {"tiled_batch", {4, 20, 40}, {4, 40, 20}, 1024},
};

class Product : public ::testing::TestWithParam<Shapes> {};
INSTANTIATE_TEST_SUITE_P(Shapes, Product, ::testing::ValuesIn(kProducts),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(Product, Int8WithConstantB) {
  Network net;
  net.output(net.qmatmul(net.input(kInt8, GetParam().a), net.constant(kInt8, GetParam().b)));
  expect_right_in_all_modes(net.graph(), capability(kInt8, GetParam().sram));
}

TEST_P(Product, Int8WithComputedB) {
  Network net;
  const auto a = net.input(kInt8, GetParam().a);
  net.output(net.qmatmul(a, net.input(kInt8, GetParam().b)));
  expect_right_in_all_modes(net.graph(), capability(kInt8, GetParam().sram));
}

ir::TensorId float_matmul(Network& net, ir::TensorId a, ir::TensorId b) {
  ir::Shape shape = net.info(a).shape;
  shape.back() = net.info(b).shape.back();
  return net.node(ir::OpKind::kMatMul, {}, {a, b}, kFloat, shape);
}

TEST_P(Product, FloatWithBiasAndRelu) {
  Network net;
  const auto product = float_matmul(net, net.input(kFloat, GetParam().a), net.constant(kFloat, GetParam().b));
  net.output(net.relu(net.add(product, net.constant(kFloat, {GetParam().b.back()}))));
  const auto& graph = net.graph();
  expect_right_in_all_modes(graph, capability(kFloat, GetParam().sram * 4));
  mapper::MapReport report;
  test::map_or_fail(graph, capability(kFloat, 1 << 20), {}, &report);
  EXPECT_EQ(report.nodes[1].fused_into, report.nodes[0].name);
  EXPECT_EQ(report.nodes[2].fused_into, report.nodes[0].name);
}

TEST(QGemm, TakesARelu) {
  for (const bool transposed : {false, true}) {
    Network net;
    const auto a = net.input(kInt8, {5, 40});
    const auto b = net.constant(kInt8, transposed ? ir::Shape{24, 40} : ir::Shape{40, 24});
    ir::GemmAttributes gemm;
    gemm.transpose_b = transposed;
    const auto product =
        net.node(ir::OpKind::kQGemm, gemm,
                 {a, net.scalar(0.03F), net.zero(kInt8, 2), b, net.scalar(0.02F), net.zero(kInt8, 1),
                  net.constant(DType::kInt32, {24}), net.scalar(0.2F), net.zero(kInt8, -4)},
                 kInt8, {5, 24});
    net.output(net.relu(product));
    const auto& graph = net.graph();
    expect_right_in_all_modes(graph, capability(kInt8, 2048));
    mapper::MapReport report;
    test::map_or_fail(graph, capability(kInt8, 1 << 20), {}, &report);
    EXPECT_EQ(report.nodes[1].fused_into, report.nodes[0].name);
  }
}

TEST_P(Product, FloatWithComputedB) {
  Network net;
  const auto a = net.relu(net.input(kFloat, GetParam().a));
  net.output(float_matmul(net, a, net.relu(net.input(kFloat, GetParam().b))));
  expect_right_in_all_modes(net.graph(), capability(kFloat, GetParam().sram * 4));
}

TEST(Vectors, TimesMatrices) {
  Network net;
  const auto row = net.input(kFloat, {6});
  const auto matrix = net.constant(kFloat, {6, 9});
  net.output(net.node(ir::OpKind::kMatMul, {}, {row, matrix}, kFloat, {9}));
  const auto wide = net.input(kFloat, {4, 6});
  net.output(net.node(ir::OpKind::kMatMul, {}, {wide, net.constant(kFloat, {6})}, kFloat, {4}));
  net.output(net.node(ir::OpKind::kMatMul, {}, {wide, row}, kFloat, {4}));
  net.output(net.node(ir::OpKind::kMatMul, {}, {row, row}, kFloat, {}));
  expect_right_in_all_modes(net.graph(), capability(kFloat));
}

TEST(QLinearMatMul, WithAScaleAndZeroPointPerColumn) {
  Network net;
  const auto a = net.input(DType::kUInt8, {5, 12});
  const auto zeros = net.tensor(kInt8, {6}, ir::make_data(std::vector<std::int8_t>{0, 1, -2, 3, 0, 7}));
  net.output(net.node(ir::OpKind::kQLinearMatMul, {},
                      {a, net.scalar(0.1F), net.zero(DType::kUInt8, 128), net.constant(kInt8, {12, 6}),
                       net.floats({0.1F, 0.2F, 0.05F, 0.01F, 0.3F, 0.02F}), zeros, net.scalar(0.4F),
                       net.zero(DType::kUInt8, 90)},
                      DType::kUInt8, {5, 6}));
  expect_right_in_all_modes(net.graph(), capability());
  expect_right_in_all_modes(net.graph(), capability(kInt8, 512));
}

struct GemmCase {
  const char* name;
  bool transpose_a, transpose_b;
  float alpha, beta;
  ir::Shape c;  ///< empty and no_c: without
  bool constant_c;
  bool no_c = false;
};
const GemmCase kGemms[] = {
    {"plain", false, false, 1, 1, {9}, true},
    {"transposed", true, true, 1, 1, {1, 9}, true},
    {"computed_row", false, true, 1, 1, {9}, false},
    {"computed_matrix", false, true, 1, 1, {7, 9}, false},
    {"column", true, false, 1, 1, {7, 1}, false},
    {"constant_column", true, false, 1, 1, {7, 1}, true},
    {"scalar", false, false, 1, 1, {}, true},
    {"alpha", false, false, 0.5F, 1, {9}, true},
    {"beta", false, false, 1, 0.25F, {9}, true},
    {"alpha_beta_computed", true, true, 0.3F, 0.7F, {7, 9}, false},
    {"beta_computed_row", false, false, 1, 0.7F, {9}, false},
    {"without_c", false, true, 2, 1, {}, true, true},
};
class Gemm : public ::testing::TestWithParam<GemmCase> {};
INSTANTIATE_TEST_SUITE_P(Forms, Gemm, ::testing::ValuesIn(kGemms),
                         [](const auto& tested) { return std::string(tested.param.name); });

void expect_gemm(const GemmCase& c, bool constant_b) {
  Network net;
  ir::GemmAttributes attributes{c.alpha, c.beta, c.transpose_a, c.transpose_b};
  const auto a = net.input(kFloat, c.transpose_a ? ir::Shape{20, 7} : ir::Shape{7, 20});
  const ir::Shape b_shape = c.transpose_b ? ir::Shape{9, 20} : ir::Shape{20, 9};
  const auto b = constant_b ? net.constant(kFloat, b_shape) : net.input(kFloat, b_shape);
  std::vector<ir::TensorId> inputs{a, b};
  if (!c.no_c) inputs.push_back(c.constant_c ? net.constant(kFloat, c.c) : net.input(kFloat, c.c));
  net.output(net.relu(net.node(ir::OpKind::kGemm, attributes, inputs, kFloat, {7, 9})));
  expect_right_in_all_modes(net.graph(), capability(kFloat));
  expect_right_in_all_modes(net.graph(), capability(kFloat, 1024));
}
TEST_P(Gemm, WithConstantB) { expect_gemm(GetParam(), true); }
TEST_P(Gemm, WithComputedB) { expect_gemm(GetParam(), false); }

}  // namespace
}  // namespace systole
