// Additions that the matrix operation before them takes over.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

using test::capability;
using test::expect_right_in_all_modes;
using test::Network;

ir::ConvAttributes square(std::int64_t kernel) {
  ir::ConvAttributes a;
  a.window.kernel = {kernel, kernel};
  a.window.pad_begin = a.window.pad_end = {kernel / 2, kernel / 2};
  return a;
}

std::int64_t commands(const Program& program, std::uint16_t opcode) {
  return std::count_if(program.exec.begin(), program.exec.end(),
                       [&](const sgb_descriptor& d) { return d.opcode == opcode; });
}
std::int64_t residuals(const Program& program) {
  return std::count_if(program.exec.begin(), program.exec.end(), [](const sgb_descriptor& d) {
    return d.opcode == SGB_OP_MATRIX && d.u.matrix.residual != 0;
  });
}

/// conv -> add (of the input) -> relu, as a residual block has it.
const ir::Graph& block(Network& net, DType type, bool input_first) {
  const auto x = net.input(type, {2, 6, 9, 7});
  if (type == DType::kFloat32) {
    const auto y = net.conv(x, 6, square(3));
    net.output(net.relu(input_first ? net.add(x, y) : net.add(y, x)));
  } else {
    const auto y = net.qconv(x, 6, square(3));
    const std::int32_t zero = type == DType::kInt8 ? 5 : 100;  // that of qconv's result
    net.output(net.relu(input_first ? net.qadd(x, y, 9, zero) : net.qadd(y, x, zero, 9)));
  }
  return net.graph();
}

TEST(Residual, BlocksAreExactWithAndWithoutTiles) {
  for (const DType type : {DType::kInt8, DType::kUInt8, DType::kFloat32}) {
    for (const bool input_first : {false, true}) {
      for (const std::uint64_t sram : {65536U, 6144U}) {
        Network net;
        const ir::Graph& graph = block(net, type, input_first);
        const auto c = capability(type == DType::kFloat32 ? type : DType::kInt8, sram);
        SCOPED_TRACE(std::string(name_of(type)) + (input_first ? ", input first" : "") + ", SRAM " +
                     std::to_string(sram));
        expect_right_in_all_modes(graph, c);
        mapper::MapReport report;
        const Program program = test::map_or_fail(graph, c, {}, &report);
        EXPECT_EQ(commands(program, SGB_OP_VECTOR), 0);
        EXPECT_GT(residuals(program), 0);
        EXPECT_EQ(report.nodes[1].fused_into, report.nodes[0].name);  // the addition
        EXPECT_EQ(report.nodes[2].fused_into, report.nodes[0].name);  // and its Relu
      }
    }
  }
}

TEST(Residual, OfTwoProductsTheLaterTakesTheAddition) {
  Network net;
  const auto x = net.input(DType::kInt8, {1, 5, 8, 8});
  const auto left = net.qconv(x, 7, square(3));
  const auto right = net.qconv(x, 7, square(1));
  net.output(net.qadd(left, right, 5, 5));
  expect_right_in_all_modes(net.graph(), capability());
  mapper::MapReport report;
  const Program program = test::map_or_fail(net.graph(), capability(), {}, &report);
  EXPECT_EQ(commands(program, SGB_OP_VECTOR), 0);
  EXPECT_EQ(report.nodes[2].fused_into, report.nodes[1].name);
}

TEST(Residual, WithASplitSumItComesLast) {
  Network net;
  const auto x = net.input(DType::kInt8, {1, 64, 3, 3});
  net.output(net.qadd(net.qconv(x, 64, square(3)), x, 5));
  expect_right_in_all_modes(net.graph(), capability(DType::kInt8, 1536));
  const Program program = test::map_or_fail(net.graph(), capability(DType::kInt8, 1536));
  for (const sgb_descriptor& d : program.exec) {
    if (d.opcode == SGB_OP_MATRIX && (d.u.matrix.flags & SGB_MATRIX_KEEP) != 0) {
      EXPECT_EQ(d.u.matrix.residual, 0U);
    }
  }
}

TEST(Residual, StaysAnAdditionWhereItMust) {
  {
    SCOPED_TRACE("the product is clipped before");
    Network net;
    const auto x = net.input(DType::kInt8, {1, 4, 6, 6});
    net.output(net.qadd(net.relu(net.qconv(x, 4, square(3))), x, 5));
    expect_right_in_all_modes(net.graph(), capability());
    EXPECT_EQ(commands(test::map_or_fail(net.graph(), capability()), SGB_OP_VECTOR), 1);
  }
  {
    SCOPED_TRACE("somebody else reads the product");
    Network net;
    const auto x = net.input(DType::kInt8, {1, 4, 6, 6});
    const auto y = net.qconv(x, 4, square(3));
    net.output(y);
    net.output(net.qadd(y, x, 5));
    expect_right_in_all_modes(net.graph(), capability());
    EXPECT_EQ(commands(test::map_or_fail(net.graph(), capability()), SGB_OP_VECTOR), 1);
  }
  {
    SCOPED_TRACE("the addition takes the product by another zero point");
    Network net;
    const auto x = net.input(DType::kInt8, {1, 4, 6, 6});
    net.output(net.qadd(net.qconv(x, 4, square(3)), x, 6));
    expect_right_in_all_modes(net.graph(), capability());
    EXPECT_EQ(commands(test::map_or_fail(net.graph(), capability()), SGB_OP_VECTOR), 1);
  }
  {
    SCOPED_TRACE("both summands are the product");
    Network net;
    const auto x = net.input(DType::kInt8, {1, 4, 6, 6});
    const auto y = net.qconv(x, 4, square(3));
    net.output(net.qadd(y, y, 5, 5));
    expect_right_in_all_modes(net.graph(), capability());
    EXPECT_EQ(commands(test::map_or_fail(net.graph(), capability()), SGB_OP_VECTOR), 1);
  }
}

}  // namespace
}  // namespace systole
