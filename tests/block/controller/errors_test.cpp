#include <gtest/gtest.h>

#include "tests/block/controller/bench.h"

namespace systole::test {
namespace {

using Bench = ControllerBench;

struct Errors {
  std::uint32_t status, code, node, descriptor;
  std::uint64_t address;
};

Errors read_errors(Bench& bench) {
  const std::uint64_t high = bench.read(SYS_CONTROLLER_ERROR_ADDRESS_HI_OFFSET);
  return {.status = bench.read(SYS_CONTROLLER_STATUS_OFFSET),
          .code = bench.read(SYS_CONTROLLER_ERROR_CODE_OFFSET),
          .node = bench.read(SYS_CONTROLLER_ERROR_NODE_OFFSET),
          .descriptor = bench.read(SYS_CONTROLLER_ERROR_DESCRIPTOR_OFFSET),
          .address = high << 32U | bench.read(SYS_CONTROLLER_ERROR_ADDRESS_LO_OFFSET)};
}

/// Runs command(1), `bad`, command(1): the registers must name descriptor 1, and the third command must not
/// run.
void expect_refused(const sgb_descriptor& bad, std::uint32_t code) {
  Bench bench;
  bench.load({Bench::command(1), bad, Bench::command(1)});
  bench.simulate([&] {
    bench.run_graph();
    const Errors errors = read_errors(bench);
    EXPECT_EQ(errors.status, SYS_CONTROLLER_STATUS_ERROR_MASK);
    EXPECT_EQ(errors.code, code);
    EXPECT_EQ(errors.node, bad.node);
    EXPECT_EQ(errors.descriptor, 1U);
    EXPECT_EQ(errors.address, 0U);
    EXPECT_EQ(bench.read(SYS_CONTROLLER_COMPLETED_OFFSET), 1U);
  });
  EXPECT_EQ(bench.matrix.records.size(), 1U);
  EXPECT_TRUE(bench.dma.records.empty());
}

TEST(GraphControllerErrors, UnknownOpcode) {
  sgb_descriptor bad = Bench::command(1);
  bad.opcode = 99;
  expect_refused(bad, SGB_ERROR_BAD_OPCODE);
}

TEST(GraphControllerErrors, OpcodeOfAnotherEngine) {
  sgb_descriptor bad = Bench::command(0);
  bad.opcode = SGB_OP_MATRIX;
  expect_refused(bad, SGB_ERROR_BAD_OPCODE);
}

TEST(GraphControllerErrors, NoSuchQueue) {
  sgb_descriptor bad = Bench::command(1);
  bad.queue = 2;
  expect_refused(bad, SGB_ERROR_BAD_QUEUE);
}

TEST(GraphControllerErrors, NoSuchSemaphoreToSignal) {
  sgb_descriptor bad = Bench::command(1);
  bad.signal_semaphore = 64;
  expect_refused(bad, SGB_ERROR_BAD_SEMAPHORE);
}

TEST(GraphControllerErrors, NoSuchSemaphoreToWaitFor) {
  expect_refused(Bench::command(1, {{64, 0, 1}}), SGB_ERROR_BAD_SEMAPHORE);
}

TEST(GraphControllerErrors, TooManyWaits) {
  sgb_descriptor bad = Bench::command(1);
  bad.wait_count = SGB_MAX_WAITS + 1;
  expect_refused(bad, SGB_ERROR_BAD_FIELD);
}

TEST(GraphControllerErrors, ANopNeedsNoEngineOfItsKindAndNoSignal) {
  Bench bench;
  sgb_descriptor nop = Bench::command(1);
  nop.opcode = SGB_OP_NOP;
  nop.signal_semaphore = SGB_NO_SEMAPHORE;
  bench.load({nop});
  bench.simulate([&] {
    bench.run_graph();
    EXPECT_EQ(bench.read(SYS_CONTROLLER_STATUS_OFFSET), SYS_CONTROLLER_STATUS_DONE_MASK);
  });
}

TEST(GraphControllerErrors, ADescriptorThatCannotBeRead) {
  Bench bench;
  bench.load({Bench::command(1), Bench::command(1)});
  bench.memory.responses = {tlm::TLM_ADDRESS_ERROR_RESPONSE};
  bench.simulate([&] {
    bench.write(SYS_CONTROLLER_BASE_LO_OFFSET, 0x1000);
    bench.write(SYS_CONTROLLER_BASE_HI_OFFSET, 0x2);
    bench.run_graph();
    const Errors errors = read_errors(bench);
    EXPECT_EQ(errors.code, SGB_ERROR_FETCH);
    EXPECT_EQ(errors.node, SGB_NO_NODE);
    EXPECT_EQ(errors.descriptor, 0U);
    EXPECT_EQ(errors.address, 0x200001000U);
  });
  EXPECT_TRUE(bench.matrix.records.empty());
}

TEST(GraphControllerErrors, AMisalignedBase) {
  Bench bench;
  bench.load({Bench::command(1)});
  bench.simulate([&] {
    bench.write(SYS_CONTROLLER_BASE_LO_OFFSET, 4);
    bench.run_graph();
    EXPECT_EQ(bench.read(SYS_CONTROLLER_ERROR_CODE_OFFSET), SGB_ERROR_BAD_FIELD);
    EXPECT_EQ(bench.read(SYS_CONTROLLER_ERROR_ADDRESS_LO_OFFSET), 4U);
  });
  EXPECT_TRUE(bench.memory.records.empty());
}

TEST(GraphControllerErrors, TheFirstErrorFreezesAndWhatRunsEnds) {
  Bench bench;
  // The matrix command fails at 24 + 10 = 34, while DMA 0 runs (until 122) and DMA 1 is in the engine. DMA 2
  // waits in its queue and must never go down, nor the matrix command behind.
  bench.load({Bench::command(0), Bench::command(1), Bench::command(0), Bench::command(0),
              Bench::command(1, {{0, 0, 1}})});
  bench.matrix.outcome = [](const EngineCommand&) {
    return EngineCompletion{.error = SGB_ERROR_BUS_ADDRESS, .address = 0xdead00000010ULL};
  };
  // A later error must not replace the first one.
  bench.dma.outcome = [](const EngineCommand& command) {
    return EngineCompletion{.error = command.index == 2 ? SGB_ERROR_BUS_ACCESS : SGB_ERROR_NONE};
  };
  bench.simulate([&] {
    bench.run_graph();
    // DMA: 22 .. 122, 122 .. 222, taken in at 224.
    EXPECT_EQ(in_cycles(sc_core::sc_time_stamp()) - bench.doorbell, 224U);
    const Errors errors = read_errors(bench);
    EXPECT_EQ(errors.status, SYS_CONTROLLER_STATUS_ERROR_MASK);
    EXPECT_EQ(errors.code, SGB_ERROR_BUS_ADDRESS);
    EXPECT_EQ(errors.node, 1U);
    EXPECT_EQ(errors.descriptor, 1U);
    EXPECT_EQ(errors.address, 0xdead00000010ULL);
    EXPECT_EQ(bench.read(SYS_CONTROLLER_COMPLETED_OFFSET), 1U);
  });
  EXPECT_EQ(bench.dma.records.size(), 2U);
  EXPECT_EQ(bench.matrix.records.size(), 1U);
  EXPECT_EQ(bench.controller.issued(), 3U);
  EXPECT_EQ(bench.controller.completed(), 3U);
}

TEST(GraphControllerErrors, TheNextDoorbellStartsAfresh) {
  Bench bench;
  sgb_descriptor bad = Bench::command(1);
  bad.opcode = 99;
  bench.load({bad, Bench::command(1), Bench::command(0)});
  bench.simulate([&] {
    bench.run_graph();
    EXPECT_EQ(bench.read(SYS_CONTROLLER_ERROR_CODE_OFFSET), SGB_ERROR_BAD_OPCODE);
    bench.write(SYS_CONTROLLER_IRQ_PENDING_OFFSET, 1);
    bench.load({Bench::command(1)});
    bench.run_graph();
    const Errors errors = read_errors(bench);
    EXPECT_EQ(errors.status, SYS_CONTROLLER_STATUS_DONE_MASK);
    EXPECT_EQ(errors.code, SGB_ERROR_NONE);
    EXPECT_EQ(errors.node, SGB_NO_NODE);
    EXPECT_EQ(errors.descriptor, 0xffffffffU);
  });
  EXPECT_EQ(bench.matrix.records.at(0).taken, bench.doorbell + 22);
}

}  // namespace
}  // namespace systole::test
