// Programs that end badly: the guest sees what silicon would show it, and the run says who waits for what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hw/abi/memory_map.h"
#include "tests/soc/support/soc_run.h"

namespace systole::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// The first descriptor of the execution graph with this operation.
sgb_descriptor& first(Program& program, std::uint16_t opcode) {
  for (sgb_descriptor& descriptor : program.exec) {
    if (descriptor.opcode == opcode) return descriptor;
  }
  throw std::runtime_error("no such descriptor");
}

class Failure : public ::testing::Test {
protected:
  soc::RunResult run(RunOptions options = {}) {
    return run_program(mapped_.program, config_, digits_images(options.inferences), options);
  }
  SocConfig config_;
  Mapped mapped_ = map_network_file("digits.onnx", config_);
};

TEST_F(Failure, WildAddressReachesTheFirmwareAndEndsWithCodeOne) {
  sgb_descriptor& descriptor = first(mapped_.program, SGB_OP_MATRIX);
  descriptor.u.matrix.a = 0x4000'0000;  // between SRAM and host RAM: nothing is there
  const soc::RunResult result = run();
  ASSERT_EQ(result.outcome, soc::Outcome::kExited) << result.report;
  EXPECT_EQ(result.exit_code, 1U);
  EXPECT_THAT(result.console, AllOf(HasSubstr("bus address"), HasSubstr("40000000"),
                                    HasSubstr(mapped_.program.nodes[descriptor.node].name)));
}

TEST_F(Failure, UnknownOperationIsRefused) {
  first(mapped_.program, SGB_OP_VECTOR).opcode = 77;
  const soc::RunResult result = run();
  EXPECT_EQ(result.exit_code, 1U);
  EXPECT_THAT(result.console, HasSubstr("opcode"));
}

TEST_F(Failure, AWaitThatNobodyMeetsIsReportedAsADeadlock) {
  sgb_descriptor& descriptor = first(mapped_.program, SGB_OP_SORT);
  ASSERT_GE(descriptor.wait_count, 1U);
  descriptor.wait[0].value = 1'000'000;
  const soc::RunResult result = run();
  EXPECT_EQ(result.outcome, soc::Outcome::kDeadlock);
  EXPECT_THAT(result.report, AllOf(HasSubstr("deadlock"), HasSubstr("1000000"), HasSubstr("sort")));
}

TEST_F(Failure, WatchdogStopsALongRun) {
  RunOptions options;
  options.inferences = 100;
  options.watchdog_cycles = 5000;
  const soc::RunResult result = run(options);
  EXPECT_EQ(result.outcome, soc::Outcome::kWatchdog);
  EXPECT_EQ(result.cycles, 5000U);
}

TEST_F(Failure, GraphForAnotherSocIsAnIssueNotARun) {
  const std::vector<std::byte> image = encode(mapped_.program);
  soc::RunRequest request;
  request.graph_image = image;
  request.config.dma.engines = 3;
  Issues issues;
  EXPECT_FALSE(soc::run(request, issues).has_value());
  EXPECT_FALSE(issues.empty());
}

}  // namespace
}  // namespace systole::test
