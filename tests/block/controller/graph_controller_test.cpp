#include <gtest/gtest.h>

#include "tests/block/controller/bench.h"

namespace systole::test {
namespace {

using Bench = ControllerBench;

// Dispatch and completion take 2 cycles each (the defaults of ControllerConfig).
TEST(GraphController, OneDescriptorTakesFetchDispatchWorkAndCompletion) {
  Bench bench;
  bench.load({Bench::command(1)});
  bench.simulate([&] {
    bench.run_graph();
    // 20 to fetch, 2 to dispatch, 10 of work, 2 to complete.
    EXPECT_EQ(in_cycles(sc_core::sc_time_stamp()) - bench.doorbell, 34U);
    EXPECT_EQ(bench.read(SYS_CONTROLLER_CYCLES_LO_OFFSET), 34U);
    EXPECT_EQ(bench.read(SYS_CONTROLLER_CYCLES_HI_OFFSET), 0U);
    EXPECT_EQ(bench.read(SYS_CONTROLLER_STATUS_OFFSET), SYS_CONTROLLER_STATUS_DONE_MASK);
    EXPECT_EQ(bench.read(SYS_CONTROLLER_COMPLETED_OFFSET), 1U);
    EXPECT_EQ(bench.read(SYS_CONTROLLER_QUEUES_OFFSET), 2U);
    EXPECT_EQ(bench.read(SYS_CONTROLLER_SEMAPHORES_OFFSET), 64U);
  });
  EXPECT_EQ(bench.matrix.records.at(0).taken, bench.doorbell + 22);
  EXPECT_EQ(bench.ledger.total("controller.fetch"), 1U);
  EXPECT_EQ(bench.ledger.node_total("controller.dispatch", 1), 1U);
  EXPECT_EQ(bench.ledger.node_total("controller.completion", 1), 1U);
  EXPECT_EQ(bench.controller.issued(), 1U);
  EXPECT_EQ(bench.controller.completed(), 1U);
}

TEST(GraphController, QueuesAreInOrderAndIndependentOfOneAnother) {
  Bench bench;
  // Dispatch ends at 22, 24, 26, 28, 30 after the doorbell.
  bench.load({Bench::command(0), Bench::command(0), Bench::command(1), Bench::command(1), Bench::command(1)});
  bench.simulate([&] { bench.run_graph(); });
  const std::uint64_t t0 = bench.doorbell;
  ASSERT_EQ(bench.dma.records.size(), 2U);
  ASSERT_EQ(bench.matrix.records.size(), 3U);
  EXPECT_EQ(bench.dma.records[0].index, 0U);
  EXPECT_EQ(bench.dma.records[0].completed, t0 + 122);
  EXPECT_EQ(bench.dma.records[1].index, 1U);
  EXPECT_EQ(bench.dma.records[1].taken, t0 + 122);
  // The matrix commands, later in the graph, overtake the DMA's.
  EXPECT_EQ(bench.matrix.records[0].index, 2U);
  EXPECT_EQ(bench.matrix.records[0].taken, t0 + 26);
  EXPECT_EQ(bench.matrix.records[0].completed, t0 + 36);
  EXPECT_EQ(bench.matrix.records[1].index, 3U);
  EXPECT_EQ(bench.matrix.records[1].completed, t0 + 46);
  // Two slots: command 4 goes down when the completion of 2 has been taken in (36 + 2), before 46.
  EXPECT_EQ(bench.matrix.records[2].index, 4U);
  EXPECT_EQ(bench.matrix.records[2].completed, t0 + 56);
}

TEST(GraphController, WaitsForSemaphores) {
  Bench bench;
  // Matrix waits for both DMA commands, the third DMA for the matrix.
  bench.load(
      {Bench::command(0), Bench::command(0), Bench::command(1, {{0, 0, 2}}), Bench::command(0, {{1, 0, 1}})});
  bench.simulate([&] { bench.run_graph(); });
  const std::uint64_t t0 = bench.doorbell;
  // DMA ends at 122 and 222; its completion is taken in at 224.
  EXPECT_EQ(bench.matrix.records.at(0).taken, t0 + 224);
  EXPECT_EQ(bench.dma.records.at(2).taken, t0 + 224 + 10 + 2);
}

TEST(GraphController, ACompletionWaitsForTheOneBefore) {
  ControllerConfig config;
  config.completion_cycles = 30;
  Bench bench(config);
  bench.load({Bench::command(1), Bench::command(1)});
  bench.simulate([&] { bench.run_graph(); });
  // Commands end at 32 and 42 (the second is in its slot already); completions at 62 and 92.
  EXPECT_EQ(in_cycles(sc_core::sc_time_stamp()) - bench.doorbell, 92U);
}

TEST(GraphController, AFullQueueBlocksTheFetchOrder) {
  ControllerConfig config;
  config.queue_depth = 1;
  Bench bench(config);
  // DMA: two in the engine, one in the queue; the fourth blocks dispatch until the first has completed, and
  // with it the matrix command behind.
  bench.load({Bench::command(0), Bench::command(0), Bench::command(0), Bench::command(0), Bench::command(1)});
  bench.simulate([&] { bench.run_graph(); });
  // Completion of the first at 124: the third goes down, its place is free; the fourth is dispatched until
  // 126, the matrix command until 128.
  EXPECT_EQ(bench.matrix.records.at(0).taken, bench.doorbell + 128);
}

TEST(GraphController, FetchesAheadAsFarAsItMay) {
  ControllerConfig config;
  config.prefetch = 2;
  config.dispatch_cycles = 5;
  Bench bench(config);
  bench.load({Bench::command(1), Bench::command(1), Bench::command(1), Bench::command(1)});
  bench.simulate([&] { bench.run_graph(); });
  ASSERT_EQ(bench.memory.records.size(), 4U);
  const std::uint64_t t0 = bench.doorbell;
  EXPECT_EQ(bench.memory.records[0].at, t0);
  EXPECT_EQ(bench.memory.records[1].at, t0 + 1);
  // Descriptor 0 leaves its place at 20 + 5, descriptor 1 at 30.
  EXPECT_EQ(bench.memory.records[2].at, t0 + 25);
  EXPECT_EQ(bench.memory.records[3].at, t0 + 30);
  EXPECT_EQ(bench.memory.records[3].address, 3U * SGB_DESCRIPTOR_BYTES);
  EXPECT_EQ(bench.memory.records[3].bytes, SGB_DESCRIPTOR_BYTES);
}

TEST(GraphController, AnEmptyGraphIsDoneAtOnce) {
  Bench bench;
  bench.simulate([&] {
    bench.run_graph();
    EXPECT_EQ(in_cycles(sc_core::sc_time_stamp()), bench.doorbell);
    EXPECT_EQ(bench.read(SYS_CONTROLLER_STATUS_OFFSET), SYS_CONTROLLER_STATUS_DONE_MASK);
    EXPECT_EQ(bench.read(SYS_CONTROLLER_CYCLES_LO_OFFSET), 0U);
  });
  EXPECT_TRUE(bench.memory.records.empty());
}

TEST(GraphController, TheInterruptStaysUntilItIsCleared) {
  Bench bench;
  bench.load({Bench::command(1)});
  bench.simulate([&] {
    bench.run_graph();
    EXPECT_EQ(bench.read(SYS_CONTROLLER_IRQ_PENDING_OFFSET), 1U);
    bench.write(SYS_CONTROLLER_IRQ_PENDING_OFFSET, 0);  // writing 0 clears nothing
    EXPECT_TRUE(bench.controller.irq().level());
    bench.write(SYS_CONTROLLER_IRQ_ENABLE_OFFSET, 0);
    EXPECT_FALSE(bench.controller.irq().level());
    bench.write(SYS_CONTROLLER_IRQ_ENABLE_OFFSET, 1);
    EXPECT_TRUE(bench.controller.irq().level());
    bench.write(SYS_CONTROLLER_IRQ_PENDING_OFFSET, 1);
    EXPECT_FALSE(bench.controller.irq().level());
    EXPECT_EQ(bench.read(SYS_CONTROLLER_IRQ_PENDING_OFFSET), 0U);
  });
}

TEST(GraphController, ADoorbellWhileBusyIsIgnored) {
  Bench bench;
  bench.load({Bench::command(1)});
  bench.simulate([&] {
    bench.start_graph();
    EXPECT_EQ(bench.read(SYS_CONTROLLER_STATUS_OFFSET), SYS_CONTROLLER_STATUS_BUSY_MASK);
    bench.write(SYS_CONTROLLER_DOORBELL_OFFSET, 1);
    while (!bench.controller.irq().level()) sc_core::wait(bench.controller.irq().changed());
    bench.write(SYS_CONTROLLER_IRQ_PENDING_OFFSET, 1);
  });
  EXPECT_EQ(bench.matrix.records.size(), 1U);
  EXPECT_FALSE(bench.controller.irq().level());
}

TEST(GraphController, SemaphoresStartFromZeroWithEveryGraph) {
  Bench bench;
  bench.load({Bench::command(0), Bench::command(1, {{0, 0, 1}})});
  bench.simulate([&] {
    bench.run_graph();
    bench.write(SYS_CONTROLLER_IRQ_PENDING_OFFSET, 1);
    bench.run_graph();
  });
  // In the second graph, too, the matrix command waits for the DMA's completion.
  ASSERT_EQ(bench.matrix.records.size(), 2U);
  EXPECT_EQ(bench.matrix.records[1].taken, bench.doorbell + 124);
}

TEST(GraphController, ADeadlockStaysBusyAndTellsWhoWaits) {
  Bench bench;
  bench.load({Bench::command(0, {{1, 0, 1}}), Bench::command(1, {{0, 0, 1}})});
  bench.simulate([&] { bench.start_graph(); });
  EXPECT_TRUE(bench.controller.busy());
  EXPECT_FALSE(bench.controller.irq().level());
  EXPECT_EQ(bench.controller.blocked_report(),
            "0 of 2 descriptors completed\n"
            "dma0, queue 0: descriptor 0 waits for semaphore 1 >= 1, which is 0\n"
            "matrix0, queue 1: descriptor 1 waits for semaphore 0 >= 1, which is 0\n");
}

}  // namespace
}  // namespace systole::test
