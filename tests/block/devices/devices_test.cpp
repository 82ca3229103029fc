// The small devices behind their sockets, at 1 GHz with an access time of 2 cycles.
#include <gmock/gmock.h>

#include <array>
#include <cstring>

#include "hw/abi/registers.h"
#include "hw/base/assert.h"
#include "hw/blocks/intc/intc.h"
#include "hw/blocks/power/power.h"
#include "hw/blocks/timer/timer.h"
#include "hw/blocks/uart/uart.h"
#include "tests/block/support/stubs.h"

namespace systole::test {
namespace {

/// Words to and from the device on the other side of a protocol checker.
struct DeviceBench {
  StubInitiator initiator{"initiator", 1};
  tl::ProtocolChecker checker{"checker"};

  explicit DeviceBench(tl::TargetSocket& device) {
    initiator.port.socket.bind(checker.target_socket);
    checker.initiator_socket.bind(device);
  }
  /// Waits until the access has ended; its error.
  std::uint32_t write(std::uint64_t offset, std::uint32_t word) {
    std::array<std::byte, 4> bytes{};
    std::memcpy(bytes.data(), &word, 4);
    const tl::Outcome outcome = initiator.port.write(offset, bytes.data(), 4, kNoNode, Stream::kMmio);
    sc_core::wait(outcome.end - sc_core::sc_time_stamp());
    return outcome.error;
  }
  std::uint32_t read(std::uint64_t offset) {
    std::array<std::byte, 4> bytes{};
    const tl::Outcome outcome = initiator.port.read(offset, bytes.data(), 4, kNoNode, Stream::kMmio);
    sc_core::wait(outcome.end - sc_core::sc_time_stamp());
    EXPECT_EQ(outcome.error, SGB_ERROR_NONE);
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data(), 4);
    return word;
  }
  void run(std::function<void()> body) {
    initiator.body = std::move(body);
    sc_core::sc_start();
  }
};

std::uint64_t now() { return in_cycles(sc_core::sc_time_stamp()); }

TEST(Uart, PrintsTheLowByteOfEveryWrite) {
  std::string sunk;
  Uart uart("uart", cycles(2), [&](std::string_view text) { sunk += text; });
  DeviceBench bench(uart.socket());
  bench.run([&] {
    EXPECT_EQ(bench.read(SYS_UART_STATUS_OFFSET), 1U);
    for (const char c : std::string("ok\n"))
      bench.write(SYS_UART_TXDATA_OFFSET, 0xffffff00U | static_cast<unsigned char>(c));
    EXPECT_EQ(now(), 8U);  // four accesses
    EXPECT_EQ(bench.write(SYS_UART_STATUS_OFFSET, 1), SGB_ERROR_BUS_ACCESS);
  });
  EXPECT_EQ(uart.text(), "ok\n");
  EXPECT_EQ(sunk, "ok\n");
}

TEST(Power, StopsWhenTheWriteArrives) {
  std::vector<std::uint32_t> codes;
  Power power("power", cycles(2), [&](std::uint32_t code) { codes.push_back(code); });
  DeviceBench bench(power.socket());
  bench.run([&] {
    sc_core::wait(cycles(10));
    EXPECT_FALSE(power.exit_code());
    bench.initiator.port.write(SYS_POWER_EXIT_OFFSET, std::array<std::byte, 4>{std::byte{3}}.data(), 4,
                               kNoNode, Stream::kMmio);
    bench.initiator.port.write(SYS_POWER_EXIT_OFFSET, std::array<std::byte, 4>{std::byte{4}}.data(), 4,
                               kNoNode, Stream::kMmio);
    sc_core::wait(cycles(1000));
    ADD_FAILURE() << "the simulation goes on";
  });
  EXPECT_EQ(now(), 12U);
  EXPECT_EQ(power.exit_code(), 3U);  // the first write counts
  EXPECT_EQ(codes, std::vector<std::uint32_t>{3});
}

struct TimerParts {
  tl::IrqLine line{"line"};
  Timer timer{"timer", clock_1ghz(), cycles(2), line};
};
struct TimerBench : TimerParts, DeviceBench {
  TimerBench() : DeviceBench(timer.socket()) {}
  void compare(std::uint64_t value) {
    write(SYS_TIMER_MTIMECMP_LO_OFFSET, static_cast<std::uint32_t>(value));
    write(SYS_TIMER_MTIMECMP_HI_OFFSET, static_cast<std::uint32_t>(value >> 32U));
  }
};

TEST(Timer, RisesAtTheExactCycleAndFallsWhenMoved) {
  TimerBench bench;
  bench.run([&] {
    EXPECT_EQ(bench.read(SYS_TIMER_MTIMECMP_HI_OFFSET), 0xffffffffU);  // never, at reset
    bench.compare(1000);
    EXPECT_FALSE(bench.line.level());
    sc_core::wait(cycles(999) - sc_core::sc_time_stamp());
    EXPECT_FALSE(bench.line.level());
    sc_core::wait(bench.line.changed());
    EXPECT_EQ(now(), 1000U);
    EXPECT_TRUE(bench.line.level());
    bench.compare(5000);
    // The write has been applied within its two cycles each: the low word alone moves it.
    sc_core::wait(sc_core::SC_ZERO_TIME);
    EXPECT_FALSE(bench.line.level());
    sc_core::wait(bench.line.changed());
    EXPECT_EQ(now(), 5000U);
    bench.compare(0xffffffffffffffffULL);
    sc_core::wait(sc_core::SC_ZERO_TIME);
    EXPECT_FALSE(bench.line.level());
  });
  EXPECT_EQ(now(), 5004U);  // and nothing is left to happen
}

TEST(Timer, AnAlarmInThePastIsDueAtOnce) {
  TimerBench bench;
  bench.run([&] {
    sc_core::wait(cycles(100));
    bench.compare(50);
    sc_core::wait(sc_core::SC_ZERO_TIME);
    EXPECT_TRUE(bench.line.level());
    EXPECT_EQ(now(), 104U);
  });
}

TEST(Timer, ReadsOneInstantInTwoHalves) {
  TimerBench bench;
  bench.run([&] {
    sc_core::wait(cycles(0xffffffff));
    EXPECT_EQ(bench.read(SYS_TIMER_MTIME_LO_OFFSET), 0xffffffffU);
    EXPECT_EQ(bench.read(SYS_TIMER_MTIME_HI_OFFSET), 0U);  // latched, though it is 1 by now
    EXPECT_EQ(bench.read(SYS_TIMER_MTIME_LO_OFFSET), 3U);
    EXPECT_EQ(bench.read(SYS_TIMER_MTIME_HI_OFFSET), 1U);
  });
}

TEST(Intc, MasksPrioritisesAndFollowsLevels) {
  tl::IrqLine host("host"), first("first"), second("second");
  Intc intc("intc", cycles(2), host);
  intc.connect(3, first);
  intc.connect(17, second);
  DeviceBench bench(intc.socket());
  const auto settle = [] {
    sc_core::wait(sc_core::SC_ZERO_TIME);
    sc_core::wait(sc_core::SC_ZERO_TIME);
  };
  bench.run([&] {
    second.set(true);
    settle();
    EXPECT_EQ(bench.read(SYS_INTC_PENDING_OFFSET), 1U << 17U);
    EXPECT_EQ(bench.read(SYS_INTC_CLAIM_OFFSET), 0U);
    EXPECT_FALSE(host.level());  // not enabled
    bench.write(SYS_INTC_ENABLE_OFFSET, (1U << 3U) | (1U << 17U));
    settle();
    EXPECT_TRUE(host.level());
    EXPECT_EQ(bench.read(SYS_INTC_CLAIM_OFFSET), 17U);
    first.set(true);
    settle();
    EXPECT_EQ(bench.read(SYS_INTC_CLAIM_OFFSET), 3U);  // the lowest
    first.set(false);
    second.set(false);
    settle();
    EXPECT_FALSE(host.level());
    EXPECT_EQ(bench.read(SYS_INTC_PENDING_OFFSET), 0U);
    second.set(true);
    settle();
    EXPECT_TRUE(host.level());
    bench.write(SYS_INTC_ENABLE_OFFSET, 1U << 3U);
    settle();
    EXPECT_FALSE(host.level());
  });
}

TEST(Intc, RefusesLinesThatDoNotExist) {
  tl::IrqLine host("host"), line("line");
  Intc intc("intc", cycles(2), host);
  EXPECT_THROW(intc.connect(0, line), InternalError);
  EXPECT_THROW(intc.connect(32, line), InternalError);
  intc.connect(1, line);
  EXPECT_THROW(intc.connect(1, line), InternalError);
}

}  // namespace
}  // namespace systole::test
