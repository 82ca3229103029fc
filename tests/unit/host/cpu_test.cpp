// The core on Unicorn: exact counts, traps as the privileged specification has them, accesses outside RAM.
#include "hw/blocks/host/cpu.h"

#include <gmock/gmock.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/unit/host/rv32.h"

namespace systole::host {
namespace {

using namespace rv32;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint32_t kBase = 0x60000000;
constexpr std::uint32_t kHandler = kBase + 0x100;

class Recorder : public CpuEnvironment {
public:
  std::optional<std::uint32_t> load(std::uint32_t address, unsigned bytes) override {
    log.push_back("load " + std::to_string(bytes) + " " + std::to_string(address) + " @" +
                  std::to_string(cpu->executed()));
    if (throws) throw std::runtime_error("from the bus");
    if (interrupts) cpu->set_line(InterruptLine::kExternal, true);
    if (address == 0xdead0000) return std::nullopt;
    return 0x8899aabb;
  }
  bool store(std::uint32_t address, unsigned bytes, std::uint32_t value) override {
    log.push_back("store " + std::to_string(bytes) + " " + std::to_string(address) + " " +
                  std::to_string(value) + " @" + std::to_string(cpu->executed()));
    return address != 0xdead0000;
  }
  std::uint64_t cycle() override { return 1234; }
  std::vector<std::string> log;
  Cpu* cpu = nullptr;
  bool throws = false;
  bool interrupts = false;
};

class CpuTest : public ::testing::Test {
protected:
  CpuTest() : ram(0x10000), cpu(make_unicorn_cpu(environment, kBase, ram)) {
    environment.cpu = cpu.get();
    cpu->set_pc(kBase);
  }
  void program(std::uint32_t address, const std::vector<std::uint32_t>& words) {
    std::memcpy(&ram[address - kBase], words.data(), words.size() * 4);
  }
  /// x1 = handler, mtvec = x1; 3 instructions.
  static std::vector<std::uint32_t> with_handler(std::vector<std::uint32_t> body) {
    std::vector<std::uint32_t> words{lui(1, kHandler >> 12U), addi(1, 1, 0x100), csrrw(0, kMtvec, 1)};
    words.insert(words.end(), body.begin(), body.end());
    return words;
  }
  /// A handler that saves mcause, mepc and mtval in x10, x11, x12 and then sleeps.
  void report_handler() {
    program(kHandler, {csrrs(10, kMcause, 0), csrrs(11, kMepc, 0), csrrs(12, kMtval, 0), kWfi, j(-4)});
  }
  void expect_trap(std::uint32_t cause, std::uint32_t pc, std::uint32_t value) {
    EXPECT_EQ(cpu->reg(10), cause);
    EXPECT_EQ(cpu->reg(11), pc);
    EXPECT_EQ(cpu->reg(12), value);
  }

  Recorder environment;
  std::vector<std::byte> ram;
  std::unique_ptr<Cpu> cpu;
};

TEST_F(CpuTest, ExecutesExactlyTheInstructionsAskedFor) {
  program(kBase, {addi(5, 5, 1), j(-4)});
  for (const std::uint64_t n : {1, 2, 7, 1000, 12345}) {
    const std::uint64_t before = cpu->executed();
    const RunResult result = cpu->run(n);
    EXPECT_EQ(result.reason, Stop::kQuantum);
    EXPECT_EQ(result.instructions, n);
    EXPECT_EQ(cpu->executed(), before + n);
    EXPECT_EQ(cpu->reg(5), (cpu->executed() + 1) / 2);  // every second instruction is the addi
  }
}

TEST_F(CpuTest, WfiEndsTheRunBehindItAndIsCounted) {
  program(kBase, {kNop, kNop, kWfi, kNop, j(0)});
  const RunResult result = cpu->run(100);
  EXPECT_EQ(result.reason, Stop::kWfi);
  EXPECT_EQ(result.instructions, 3U);
  EXPECT_EQ(cpu->pc(), kBase + 12);
  EXPECT_EQ(cpu->run(10).instructions, 10U);
}

TEST_F(CpuTest, WfiDoesNotSleepWithAnEnabledInterruptPendingThoughMieIsOff) {
  // mie = 0x800 (external); mstatus.MIE stays off: no trap, but no sleep either.
  program(kBase, {lui(5, 1), addi(5, 5, -2048), csrrw(0, kMie, 5), kWfi, addi(6, 0, 9), j(0)});
  cpu->set_line(InterruptLine::kExternal, true);
  const RunResult result = cpu->run(50);
  EXPECT_EQ(result.reason, Stop::kQuantum);
  EXPECT_EQ(result.instructions, 50U);
  EXPECT_EQ(cpu->reg(6), 9U);
}

TEST_F(CpuTest, DeviceAccessesSeeTheInstructionsExecutedSoFar) {
  program(kBase, {lui(8, 0x10000), addi(5, 0, 0x41), sb(5, 8, 0), kNop, lw(6, 8, 4), lb(7, 8, 3),
                  lhu(9, 8, 6), j(0)});
  EXPECT_EQ(cpu->run(20).instructions, 20U);
  EXPECT_THAT(environment.log, ElementsAre("store 1 268435456 65 @3", "load 4 268435460 @5",
                                           "load 1 268435459 @6", "load 2 268435462 @7"));
  EXPECT_EQ(cpu->reg(6), 0x8899aabbU);
  EXPECT_EQ(cpu->reg(7), 0xffffffbbU);  // lb extends the sign
  EXPECT_EQ(cpu->reg(9), 0xaabbU);
}

TEST_F(CpuTest, InterruptIsTakenBetweenQuantaAndMretGoesBack) {
  // mie = external, MIE on, then count in x20. The handler counts in x21, clears nothing.
  program(kBase, with_handler({lui(5, 1), addi(5, 5, -2048), csrrw(0, kMie, 5), csrsi(kMstatus, 8),
                               addi(20, 20, 1), j(-4)}));
  program(kHandler, {addi(21, 21, 1), csrrs(11, kMepc, 0), csrrs(10, kMcause, 0), kMret});
  EXPECT_EQ(cpu->run(8).instructions, 8U);  // 7 of set-up, one addi
  EXPECT_EQ(cpu->reg(20), 1U);
  cpu->set_line(InterruptLine::kExternal, true);
  EXPECT_EQ(cpu->run(1).instructions, 1U);
  cpu->set_line(InterruptLine::kExternal, false);
  EXPECT_EQ(cpu->run(5).instructions, 5U);  // rest of the handler (3), j, addi
  EXPECT_EQ(cpu->reg(21), 1U);
  EXPECT_EQ(cpu->reg(10), 0x8000000bU);
  EXPECT_EQ(cpu->reg(11), kBase + 8 * 4);  // the j that was next
  EXPECT_EQ(cpu->reg(20), 2U);
}

TEST_F(CpuTest, InterruptRaisedByADeviceAccessIsTakenRightAfterIt) {
  program(kBase, with_handler({lui(5, 1), addi(5, 5, -2048), csrrw(0, kMie, 5), csrsi(kMstatus, 8),
                               lui(8, 0x10000), lw(6, 8, 0), addi(20, 20, 1), j(-4)}));
  report_handler();
  environment.interrupts = true;
  EXPECT_EQ(cpu->run(1000).reason,
            Stop::kQuantum);  // wfi in the handler does not sleep: the line is still up
  expect_trap(0x8000000b, kBase + 9 * 4, 0);
  EXPECT_EQ(cpu->reg(6), 0x8899aabbU);  // the load itself is complete
  EXPECT_EQ(cpu->reg(20), 0U);
}

TEST_F(CpuTest, EnablingInterruptsWithOnePendingTakesItAtOnce) {
  program(kBase,
          with_handler({addi(5, 0, 0x80), csrrw(0, kMie, 5), csrsi(kMstatus, 8), addi(20, 20, 1), j(0)}));
  report_handler();
  cpu->set_line(InterruptLine::kTimer, true);
  cpu->run(100);
  expect_trap(0x80000007, kBase + 6 * 4, 0);
  EXPECT_EQ(cpu->reg(20), 0U);
}

struct ExceptionCase {
  const char* name;
  std::vector<std::uint32_t> body;  // behind the 3 instructions of with_handler
  unsigned index;                   // of the trapping instruction in the body
  std::uint32_t cause;
  std::uint32_t value;
  std::uint64_t instructions;  // up to and with the handler's wfi (4)
};

std::ostream& operator<<(std::ostream& stream, const ExceptionCase& test) { return stream << test.name; }

class CpuException : public CpuTest, public ::testing::WithParamInterface<ExceptionCase> {};

TEST_P(CpuException, TrapsWithCauseAddressAndValue) {
  program(kBase, with_handler(GetParam().body));
  report_handler();
  cpu->set_reg(6, 0x1111);
  const RunResult result = cpu->run(1000);
  EXPECT_EQ(result.reason, Stop::kWfi);
  EXPECT_EQ(result.instructions, GetParam().instructions);
  expect_trap(GetParam().cause, kBase + 4 * (3 + GetParam().index), GetParam().value);
  EXPECT_EQ(cpu->reg(6), 0x1111U);  // the destination keeps its value
}

INSTANTIATE_TEST_SUITE_P(
    All, CpuException,
    ::testing::Values(
        ExceptionCase{"Illegal", {kNop, 0xffffffff, kNop}, 1, 2, 0xffffffff, 3 + 2 + 4},
        ExceptionCase{"IllegalZero", {0, kNop}, 0, 2, 0, 3 + 1 + 4},
        ExceptionCase{"FloatingPoint", {0x00c5f553, kNop}, 0, 2, 0x00c5f553, 3 + 1 + 4},
        ExceptionCase{"UnknownCsr", {csrrs(6, 0x180, 0), kNop}, 0, 2, csrrs(6, 0x180, 0), 3 + 1 + 4},
        ExceptionCase{"ReadOnlyCsr", {csrrw(6, 0xc00, 6), kNop}, 0, 2, csrrw(6, 0xc00, 6), 3 + 1 + 4},
        ExceptionCase{"Ecall", {kEcall, kNop}, 0, 11, 0, 3 + 1 + 4},
        ExceptionCase{"Ebreak", {kEbreak, kNop}, 0, 3, kBase + 12, 3 + 1 + 4},
        ExceptionCase{"CompressedEbreak", {0x00019002, kNop}, 0, 3, kBase + 12, 3 + 1 + 4},
        ExceptionCase{"LoadFault", {lui(8, 0xdead0), lw(6, 8, 0), kNop}, 1, 5, 0xdead0000, 3 + 2 + 4},
        ExceptionCase{"StoreFault", {lui(8, 0xdead0), sw(6, 8, 0), kNop}, 1, 7, 0xdead0000, 3 + 2 + 4},
        ExceptionCase{
            "MisalignedDeviceLoad", {lui(8, 0x10000), lw(6, 8, 2), kNop}, 1, 4, 0x10000002, 3 + 2 + 4},
        ExceptionCase{
            "MisalignedDeviceStore", {lui(8, 0x10000), sw(6, 8, 1), kNop}, 1, 6, 0x10000001, 3 + 2 + 4},
        ExceptionCase{
            "AcrossTheEndOfRam", {lui(8, 0x60010), lw(6, 8, -2), kNop}, 1, 4, 0x6000fffe, 3 + 2 + 4},
        ExceptionCase{"DeviceAtomic", {lui(8, 0x10000), amoadd(6, 5, 8), kNop}, 1, 7, 0x10000000, 3 + 2 + 4},
        ExceptionCase{"DeviceReserved", {lui(8, 0x10000), lr(6, 8), kNop}, 1, 5, 0x10000000, 3 + 2 + 4},
        ExceptionCase{
            "MisalignedAtomic", {addi(8, 1, 2), amoadd(6, 5, 8), kNop}, 1, 6, kHandler + 2, 3 + 2 + 4},
        ExceptionCase{"MisalignedReserved", {addi(8, 1, 2), lr(6, 8), kNop}, 1, 4, kHandler + 2, 3 + 2 + 4}),
    [](const auto& test) { return test.param.name; });

TEST_F(CpuTest, RefusedAccessesDoNotReachTheBus) {
  program(kBase, with_handler({lui(8, 0x10000), sw(6, 8, 1), kNop}));
  report_handler();
  cpu->run(1000);
  EXPECT_TRUE(environment.log.empty());
}

TEST_F(CpuTest, ExecutingOutsideRamIsAFetchFault) {
  program(kBase, with_handler({lui(8, 0x80000), jr(8)}));
  report_handler();
  const RunResult result = cpu->run(1000);
  EXPECT_EQ(result.reason, Stop::kWfi);
  EXPECT_EQ(result.instructions, 3U + 2 + 1 + 4);  // the fetch takes the time of an instruction
  expect_trap(1, 0x80000000, 0x80000000);
  EXPECT_TRUE(environment.log.empty());
}

TEST_F(CpuTest, WithoutAHandlerTheCoreLocksUp) {
  program(kBase, {kNop, 0xffffffff});
  EXPECT_EQ(cpu->lockup_report(), "");
  const RunResult result = cpu->run(1000);
  EXPECT_EQ(result.reason, Stop::kLockup);
  EXPECT_EQ(result.instructions, 2U);
  EXPECT_THAT(cpu->lockup_report(), HasSubstr("illegal instruction at pc 0x60000004, value 0xffffffff"));
  EXPECT_THAT(cpu->lockup_report(), HasSubstr("no trap handler"));
  EXPECT_EQ(cpu->run(1000).reason, Stop::kLockup);
  EXPECT_EQ(cpu->executed(), 2U);
}

TEST_F(CpuTest, AHandlerThatTrapsAtOnceIsALockUp) {
  program(kBase, with_handler({0xffffffff}));
  program(kHandler, {0xffffffff});
  EXPECT_EQ(cpu->run(1000).reason, Stop::kLockup);
  EXPECT_THAT(cpu->lockup_report(), HasSubstr("the trap handler itself traps"));
}

TEST_F(CpuTest, CountersAreTheSimulatedOnes) {
  program(kBase, {kNop, csrrs(10, kMinstret, 0), csrrs(11, kMcycle, 0), j(0)});
  cpu->run(10);
  EXPECT_EQ(cpu->reg(10), 2U);  // the nop and the reading instruction itself
  EXPECT_EQ(cpu->reg(11), 1234U);
}

TEST_F(CpuTest, AnExceptionOfTheEnvironmentLeavesRun) {
  program(kBase, {lui(8, 0x10000), lw(6, 8, 0), j(0)});
  environment.throws = true;
  EXPECT_THROW(cpu->run(1000), std::runtime_error);
}

TEST_F(CpuTest, AtomicsWorkInRam) {
  // x8 = kBase + 0x800; [x8] = 5 (amoadd 5 onto 0, twice); lr/sc adds one.
  const std::uint32_t sc = (3U << 27U) | amoadd(11, 7, 8);
  program(kBase, {lui(8, 0x60001), addi(8, 8, -2048), addi(5, 0, 5), amoadd(6, 5, 8), amoadd(6, 5, 8),
                  lr(7, 8), addi(7, 7, 1), sc, lw(9, 8, 0), j(0)});
  cpu->run(20);
  EXPECT_EQ(cpu->reg(6), 5U);
  EXPECT_EQ(cpu->reg(11), 0U);  // success
  EXPECT_EQ(cpu->reg(9), 11U);
}

}  // namespace
}  // namespace systole::host
