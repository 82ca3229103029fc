// Firmware on the simulated core: what it prints is held in golden/, whatever the quantum.
#include <gmock/gmock.h>

#include "tests/block/host/bench.h"

namespace systole::test {
namespace {

std::string golden(const std::string& name) {
  std::ifstream stream(SYSTOLE_SOURCE_DIR "/tests/block/host/golden/" + name + ".txt", std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

struct Run {
  const char* app;
  std::uint32_t quantum;
  std::uint32_t exit_code;
};
std::ostream& operator<<(std::ostream& stream, const Run& run) { return stream << run.app; }

class Firmware : public ::testing::TestWithParam<Run> {};

TEST_P(Firmware, PrintsAndExitsAsExpected) {
  HostBench bench(host_config(GetParam().quantum));
  bench.load(std::string("test_") + GetParam().app);
  sc_core::sc_start();
  const std::string expected = golden(GetParam().app);
  ASSERT_FALSE(expected.empty());
  // Where the compiler puts the faulting instruction is not held.
  std::string text = bench.uart.text();
  const std::size_t place = text.find("mepc 0x6");
  if (place != std::string::npos) text.replace(place, std::string("mepc 0x60000000").size(), "mepc PC");
  EXPECT_EQ(text, expected);
  ASSERT_TRUE(bench.power.exit_code()) << bench.core.state();
  EXPECT_EQ(*bench.power.exit_code(), GetParam().exit_code);
}

INSTANTIATE_TEST_SUITE_P(All, Firmware,
                         ::testing::Values(Run{"hello", 1, 7}, Run{"hello", 1000, 7},
                                           Run{"hello", 1000000, 7}, Run{"timer", 1, 0}, Run{"timer", 7, 0},
                                           Run{"timer", 1000, 0}, Run{"timer", 1000000, 0},
                                           Run{"faults", 1, 0}, Run{"faults", 1000, 0},
                                           Run{"unhandled", 1, 3}, Run{"unhandled", 1000, 3}),
                         [](const auto& test) {
                           return std::string(test.param.app) + "_" + std::to_string(test.param.quantum);
                         });

class FirmwareTime : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(FirmwareTime, IsTheSameForEveryQuantum) {
  HostBench bench(host_config(GetParam()));
  bench.load("test_hello");
  sc_core::sc_start();
  // 2 cycles an instruction. A write takes the bus's latency, the device's cycle, and the latency back: 3.
  // Each character is one; the last write ends the run when the device has done it: 2.
  EXPECT_EQ(in_cycles(sc_core::sc_time_stamp()),
            2 * bench.core.instructions() + 3 * bench.uart.text().size() + 2);
}

INSTANTIATE_TEST_SUITE_P(All, FirmwareTime, ::testing::Values(1, 3, 1000));

}  // namespace
}  // namespace systole::test
