// Several engines of a kind share every operation.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

using test::Network;

mapper::Capability with_engines(unsigned matrix, unsigned vector, std::uint64_t sram = 16 * 1024) {
  mapper::Capability c = test::capability(DType::kInt8, sram);
  c.engines = {2, matrix, vector, vector};
  return c;
}

ir::ConvAttributes square(std::int64_t kernel, std::int64_t groups = 1) {
  ir::ConvAttributes a;
  a.window.kernel = {kernel, kernel};
  a.window.pad_begin = a.window.pad_end = {kernel / 2, kernel / 2};
  a.groups = groups;
  return a;
}

/// Multiply-accumulates by queue.
std::map<std::uint16_t, std::uint64_t> macs_by_queue(const Program& program) {
  std::map<std::uint16_t, std::uint64_t> macs;
  for (const sgb_descriptor& d : program.exec) {
    if (d.opcode != SGB_OP_MATRIX) continue;
    const sgb_matrix& m = d.u.matrix;
    macs[d.queue] += std::uint64_t{m.out_h} * m.out_w * m.n * m.kernel_h * m.kernel_w * m.in_c;
  }
  return macs;
}

TEST(Engines, ShareAConvolutionByRows) {
  Network net;
  net.output(net.qconv(net.input(DType::kInt8, {1, 4, 8, 8}), 8, square(3)));
  for (const unsigned engines : {2U, 4U}) {
    const auto macs = macs_by_queue(test::map_or_fail(net.graph(), with_engines(engines, 1)));
    ASSERT_EQ(macs.size(), engines);  // the queues behind the two DMA engines'
    for (const auto& [queue, count] : macs) EXPECT_EQ(count, 8U * 8 * 8 * 9 * 4 / engines) << queue;
  }
}

TEST(Engines, ShareAVectorTimesMatrixByChannels) {
  Network net;
  const auto a = net.input(DType::kInt8, {1, 24});
  net.output(net.qmatmul(a, net.constant(DType::kInt8, {24, 32})));
  for (const unsigned engines : {2U, 4U}) {
    const auto macs = macs_by_queue(test::map_or_fail(net.graph(), with_engines(engines, 1)));
    ASSERT_EQ(macs.size(), engines);
    for (const auto& [queue, count] : macs) EXPECT_EQ(count, 24U * 32 / engines) << queue;
  }
}

// The image comes channel by channel and is wanted pixel by pixel: an element a cycle, the slowest of all
// copies.
TEST(Engines, BothDmaQueuesBringALargeImageInPieces) {
  Network net;
  const auto image = net.input(DType::kFloat32, {1, 3, 64, 64});
  net.output(
      net.qconv(net.node(ir::OpKind::kQuantizeLinear, ir::AxisAttributes{1},
                         {image, net.scalar(0.5F), net.zero(DType::kInt8, 0)}, DType::kInt8, {1, 3, 64, 64}),
                8, square(1)));
  std::map<std::uint16_t, std::uint64_t> loads;
  std::size_t commands = 0;
  for (const sgb_descriptor& d : test::map_or_fail(net.graph(), with_engines(1, 1, 512 * 1024)).exec) {
    commands += d.opcode == SGB_OP_VECTOR;
    if (d.opcode != SGB_OP_DMA || d.u.dma.stream != SGB_STREAM_INPUT) continue;
    std::uint64_t elements = 1;
    for (std::uint32_t i = 0; i < d.u.dma.rank; ++i) elements *= d.u.dma.dim[i].extent;
    loads[d.queue] += elements;
  }
  // 48 KiB: in boxes of 12 KiB, at most 16 KiB. The quantised image stays.
  EXPECT_EQ(commands, 4U);
  EXPECT_EQ(loads, (std::map<std::uint16_t, std::uint64_t>{{0, 6144}, {1, 6144}}));
}

TEST(Engines, GiveTheSameResultsInEveryOrder) {
  for (const unsigned engines : {2U, 3U, 4U}) {
    for (const std::uint64_t sram : {32768U, 4096U, 2048U}) {
      SCOPED_TRACE(std::to_string(engines) + " engines, SRAM " + std::to_string(sram));
      Network net(engines);
      const auto x = net.input(DType::kInt8, {2, 6, 9, 8});
      const auto y = net.relu(net.qadd(net.qconv(x, 6, square(3)), x, 5));
      const auto z = net.qconv(net.relu(net.qconv(y, 12, square(1))), 12, square(3, 3));
      ir::PoolAttributes pool;
      pool.window.kernel = pool.window.stride = {2, 2};
      const auto small = net.pool(ir::OpKind::kMaxPool, z, pool);
      net.output(net.relu(small));
      net.output(net.qmatmul(net.reshape(small, {2, 192}), net.constant(DType::kInt8, {192, 10})));
      test::expect_right_in_all_modes(net.graph(), with_engines(engines, engines, sram));
    }
  }
}

TEST(Engines, PartialSumsStayWithTheirEngine) {
  Network net;
  net.output(net.qconv(net.input(DType::kInt8, {1, 64, 4, 4}), 16, square(3)));
  const auto c = with_engines(2, 1, 1024);
  test::expect_right_in_all_modes(net.graph(), c);
  const Program program = test::map_or_fail(net.graph(), c);
  EXPECT_TRUE(std::any_of(program.exec.begin(), program.exec.end(), [](const sgb_descriptor& d) {
    return d.opcode == SGB_OP_MATRIX && (d.u.matrix.flags & SGB_MATRIX_CONTINUE) != 0;
  }));
  EXPECT_EQ(macs_by_queue(program).size(), 2U);
}

}  // namespace
}  // namespace systole
