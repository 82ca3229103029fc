// The mapper's parts by hand-made numbers: memory allocation, footprints, transfers, schedules.
#include <gmock/gmock.h>

#include "models/mapper/lower/transfer.h"
#include "models/mapper/memory/allocator.h"
#include "models/mapper/schedule/footprint.h"
#include "models/mapper/schedule/schedule.h"
#include "models/mapper/tiling/tile.h"
#include "tests/support/abstract_machine/network.h"

namespace systole::mapper {
namespace {

// ---- allocator ----

TEST(Allocator, SharesAddressesBetweenLifetimesThatDoNotMeet) {
  Allocator memory(256, 64);
  EXPECT_EQ(memory.place({0, 2}, 100), 0);  // [0, 100) -> the next block at 128
  EXPECT_EQ(memory.place({1, 3}, 64), 128);
  EXPECT_EQ(memory.place({3, 5}, 128), 0);  // the first is dead, the second begins at 128
  EXPECT_EQ(memory.place({2, 2}, 64), 192);
  EXPECT_EQ(memory.place({2, 2}, 1), std::nullopt);
  EXPECT_EQ(memory.place({4, 9}, 128), 128);
  EXPECT_EQ(memory.high_water(), 256);
}

TEST(Allocator, RefusesWhatIsLargerThanItsCapacity) {
  Allocator memory(100, 64);
  EXPECT_EQ(memory.place({0, 0}, 101), std::nullopt);
  EXPECT_EQ(memory.place({0, 0}, 100), 0);
  EXPECT_EQ(memory.high_water(), 100);
}

// ---- footprints ----

Footprint range(std::int64_t low, std::int64_t high) { return {0, low, high, high - low, 0, false}; }
/// `count` runs of `run` bytes, `period` bytes apart.
Footprint runs(std::int64_t low, std::int64_t run, std::int64_t period, std::int64_t count) {
  return {0, low, low + (count - 1) * period + run, run, period, false};
}

TEST(Footprint, RangesOverlapByTheirBytes) {
  EXPECT_TRUE(may_overlap(range(0, 10), range(9, 12)));
  EXPECT_FALSE(may_overlap(range(0, 10), range(10, 12)));
  Footprint elsewhere = range(0, 10);
  elsewhere.space = 1;
  EXPECT_FALSE(may_overlap(range(0, 10), elsewhere));
}

TEST(Footprint, InterleavedChannelsDoNotOverlap) {
  // Pixels of 16 bytes: channels 0-3 and 4-7 and 2-5.
  EXPECT_FALSE(may_overlap(runs(0, 4, 16, 9), runs(4, 4, 16, 9)));
  EXPECT_TRUE(may_overlap(runs(0, 4, 16, 9), runs(2, 4, 16, 9)));
  // A run that wraps around the period: bytes 14, 15, 0, 1.
  EXPECT_TRUE(may_overlap(runs(14, 4, 16, 8), runs(0, 1, 16, 9)));
  EXPECT_FALSE(may_overlap(runs(14, 4, 16, 8), runs(2, 12, 16, 9)));
  // A range within a gap, and one that reaches out of it.
  EXPECT_FALSE(may_overlap(runs(0, 4, 16, 9), range(20, 32)));
  EXPECT_TRUE(may_overlap(runs(0, 4, 16, 9), range(20, 33)));
  EXPECT_TRUE(may_overlap(range(19, 21), runs(0, 4, 16, 9)));
}

TEST(Footprint, OfACopyWithPaddingIsWhatItReallyReads) {
  // 4 x 4 from a 3 x 3 source of row stride 8 with a border of one: reads rows 0-2 of 3 bytes.
  sgb_descriptor d{};
  d.opcode = SGB_OP_DMA;
  d.u.dma.src = 100;
  d.u.dma.dst = 1000;
  d.u.dma.rank = 2;
  d.u.dma.element_bytes = 1;
  d.u.dma.dim[0] = {4, -1, 3, 8, 4};
  d.u.dma.dim[1] = {4, -1, 3, 1, 1};
  const auto list = footprints(d, {});
  ASSERT_EQ(list.size(), 2U);
  EXPECT_FALSE(list[0].write);
  EXPECT_EQ(list[0].low, 100);
  EXPECT_EQ(list[0].high, 100 + 2 * 8 + 3);
  EXPECT_EQ(list[0].run, 3);
  EXPECT_EQ(list[0].period, 8);
  EXPECT_TRUE(list[1].write);
  EXPECT_EQ(list[1].low, 1000);
  EXPECT_EQ(list[1].high, 1016);
  EXPECT_TRUE(list[1].contiguous());
}

TEST(Footprint, SurvivesAnyFieldValues) {
  for (const int byte : {0xff, 0x7f, 0x80}) {
    for (std::uint16_t opcode = SGB_OP_NOP; opcode <= SGB_OP_SORT; ++opcode) {
      sgb_descriptor d{};
      std::memset(&d.u, byte, sizeof d.u);
      d.opcode = opcode;
      for (const Footprint& f : footprints(d, {})) EXPECT_LT(f.low, f.high);
    }
  }
}

// ---- transfers ----

TEST(Transfer, OfADenseBlockIsOneDimension) {
  Copy copy;
  copy.src = {3, 64};
  copy.dst = {Location::kAbsolute, 0x2000};
  copy.element_bytes = 4;
  copy.dims = {{2, 96, 96}, {3, 32, 32}, {8, 4, 4}, {1, 999, 999}};
  const Operation op = make_transfer(copy);
  EXPECT_EQ(op.descriptor.u.dma.rank, 1);
  EXPECT_EQ(op.descriptor.u.dma.dim[0].extent, 48U);
  EXPECT_EQ(op.descriptor.u.dma.dim[0].src_stride, 4);
  EXPECT_EQ(op.descriptor.u.dma.dst, 0x2000U);
  ASSERT_EQ(op.links.size(), 1U);
  EXPECT_EQ(op.links[0].field, 64U);  // src
  EXPECT_EQ(op.links[0].symbol, 3U);
  EXPECT_EQ(op.links[0].addend, 64U);
}

TEST(Transfer, WalksTheDramSideInAscendingAddresses) {
  // (C, H, W) = (3, 2, 5) bytes in DRAM to (H, W, C) in SRAM: W innermost, rows of 5 in a run.
  Copy copy;
  copy.src = {0, 0};
  copy.dst = {Location::kAbsolute, 0};
  copy.dims = {{2, 5, 15}, {5, 1, 3}, {3, 10, 1}};
  const sgb_dma in = make_transfer(copy).descriptor.u.dma;
  ASSERT_EQ(in.rank, 2);  // H and W are one walk of 10 on both sides
  EXPECT_EQ(in.dim[0].extent, 3U);
  EXPECT_EQ(in.dim[0].src_stride, 10);
  EXPECT_EQ(in.dim[0].dst_stride, 1);
  EXPECT_EQ(in.dim[1].extent, 10U);
  EXPECT_EQ(in.dim[1].src_stride, 1);
  EXPECT_EQ(in.dim[1].dst_stride, 3);
}

// ---- schedules ----

Operation copy_op(std::uint64_t src, std::uint64_t dst, std::int64_t bytes, std::uint32_t step,
                  bool is_load) {
  Copy copy;
  copy.src = {Location::kAbsolute, src};
  copy.dst = {Location::kAbsolute, dst};
  copy.dims = {{bytes, 1, 1}};
  Operation op = make_transfer(copy);
  op.step = step;
  op.is_load = is_load;
  return op;
}

/// Reads 16 bytes at `in`, writes 16 at `out`.
Operation clip_op(std::uint64_t in, std::uint64_t out, std::uint32_t step) {
  Operation op;
  op.engine = EngineKind::kVector;
  op.step = step;
  op.descriptor.opcode = SGB_OP_VECTOR;
  op.descriptor.u.vector.op = SGB_VECTOR_CLIP;
  op.descriptor.u.vector.in_type = op.descriptor.u.vector.out_type = SGB_TYPE_INT8;
  op.descriptor.u.vector.a = in;
  op.descriptor.u.vector.out = out;
  op.descriptor.u.vector.count = 16;
  return op;
}

std::string summary(const ScheduledGraph& graph) {
  std::string text;
  for (const sgb_descriptor& d : graph.descriptors) {
    text += (d.opcode == SGB_OP_DMA   ? "dma"
             : d.opcode == SGB_OP_NOP ? "nop"
                                      : "op") +
            std::to_string(d.queue) + "(";
    for (unsigned w = 0; w < d.wait_count; ++w) {
      text += std::to_string(d.wait[w].semaphore) + ">=" + std::to_string(d.wait[w].value) + " ";
    }
    text += ") ";
  }
  return text;
}

/// Three tiles through two buffers each way: load to 0x1000/0x1100, compute into 0x1200/0x1300, store.
std::vector<Operation> three_tiles() {
  std::vector<Operation> list;
  for (std::uint32_t t = 0; t < 3; ++t) {
    const std::uint64_t in = 0x1000 + t % 2 * 0x100;
    const std::uint64_t out = 0x1200 + t % 2 * 0x100;
    list.push_back(copy_op(0x8000 + t * 16, in, 16, t, true));
    list.push_back(clip_op(in, out, t));
    list.push_back(copy_op(out, 0x9000 + t * 16, 16, t, false));
  }
  return list;
}

TEST(Schedule, LoadsOneTileAheadAndWaitsOnlyForWhatMatters) {
  const Capability c = test::capability();  // queues: dma 0 and 1, matrix 2, vector 3, sort 4
  const ScheduledGraph graph = schedule(three_tiles(), c, SGB_GRAPH_EXEC);
  // L0 L1 C0 S0 L2 C1 S1 C2 S2. L2 overwrites what C0 has read, so it waits for it; C2 overwrites what S0 has
  // read, which comes before L2 in queue 1?  S0 is the 3rd transfer: queue 0, its 2nd; L2 is queue 1's 2nd;
  // S1 queue 0's 3rd; S2 queue 1's 3rd.
  EXPECT_EQ(
      summary(graph),
      "dma0() dma1() op3(0>=1 ) dma0(3>=1 ) dma1(3>=1 ) op3(1>=1 ) dma0(3>=2 ) op3(0>=2 1>=2 ) dma1(3>=3 ) ");
}

TEST(Schedule, WithoutPingPongTransfersAndComputationTakeTurns) {
  Capability c = test::capability();
  c.ping_pong = false;
  const ScheduledGraph graph = schedule(three_tiles(), c, SGB_GRAPH_EXEC);
  // L0 C0 S0 L1 C1 S1 L2 C2 S2 on queues 0 3 1 0 3 1 0 3 1. C1 needs L1, and S0 must be over too.
  EXPECT_EQ(
      summary(graph),
      "dma0() op3(0>=1 ) dma1(3>=1 ) dma0(3>=1 ) op3(0>=2 1>=1 ) dma1(3>=2 ) dma0(3>=2 ) op3(0>=3 1>=2 ) "
      "dma1(3>=3 ) ");
}

TEST(Schedule, PassesMoreThanSixWaitsOnThroughANop) {
  Capability c = test::capability();
  c.engines = {8, 1, 1, 1};  // vector: queue 9
  std::vector<Operation> list;
  for (std::uint64_t i = 0; i < 8; ++i) list.push_back(copy_op(0x8000 + i * 2, 0x1000 + i * 2, 2, 0, true));
  list.push_back(clip_op(0x1000, 0x2000, 0));
  const ScheduledGraph graph = schedule(std::move(list), c, SGB_GRAPH_EXEC);
  EXPECT_EQ(summary(graph).substr(summary(graph).find("nop")),
            "nop9(2>=1 3>=1 4>=1 5>=1 6>=1 7>=1 ) op9(0>=1 1>=1 ) ");
}

// ---- tiles ----

TEST(WindowSpan, IsTheRowsThatATileReads) {
  // 3 rows of kernel, stride 2, padding 1, 9 input rows: output row 0 reads -1..1, row 4 reads 7..9.
  Span1 s = window_span(0, 1, 0, 3, 2, 1, 1, 9);
  EXPECT_EQ(s.begin, 0);
  EXPECT_EQ(s.end, 2);
  EXPECT_EQ(s.pad, 1);
  s = window_span(4, 1, 0, 3, 2, 1, 1, 9);
  EXPECT_EQ(s.begin, 7);
  EXPECT_EQ(s.end, 9);
  EXPECT_EQ(s.pad, 0);
  s = window_span(1, 2, 0, 3, 2, 1, 1, 9);  // rows 1..3 and 3..5
  EXPECT_EQ(s.begin, 1);
  EXPECT_EQ(s.end, 6);
  // Wholly in the padding behind 4 rows: one row is kept, which no window reaches: it begins 2 rows later.
  s = window_span(3, 1, 0, 1, 2, 1, 0, 4);
  EXPECT_EQ(s.begin, 3);
  EXPECT_EQ(s.end, 4);
  EXPECT_EQ(s.pad, -3);
}

}  // namespace
}  // namespace systole::mapper
