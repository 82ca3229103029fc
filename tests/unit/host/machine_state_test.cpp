#include "hw/blocks/host/machine_state.h"

#include <gtest/gtest.h>

namespace systole::host {
namespace {

constexpr std::uint32_t kMstatus = 0x300, kMisa = 0x301, kMie = 0x304, kMtvec = 0x305, kMepc = 0x341,
                        kMcause = 0x342, kMtval = 0x343, kMip = 0x344;

TEST(MachineState, TrapSavesAndReturnRestores) {
  MachineState state;
  ASSERT_TRUE(state.write(kMtvec, 0x60000100));
  ASSERT_TRUE(state.write(kMstatus, 0x8));  // MIE
  EXPECT_EQ(state.enter_trap(Cause::kLoadFault, 0x1234, 0x60000040), 0x60000100U);
  EXPECT_EQ(state.read(kMepc, {}), 0x60000040U);
  EXPECT_EQ(state.read(kMcause, {}), 5U);
  EXPECT_EQ(state.read(kMtval, {}), 0x1234U);
  EXPECT_EQ(state.read(kMstatus, {}), 0x1880U);  // MPP = 3, MPIE, MIE clear
  EXPECT_EQ(state.leave_trap(), 0x60000040U);
  EXPECT_EQ(state.read(kMstatus, {}), 0x1888U);  // MIE again
}

TEST(MachineState, ExternalComesBeforeTimerAndBothNeedTheirEnable) {
  MachineState state;
  state.set_pending(MachineState::kTimerBit, true);
  state.set_pending(MachineState::kExternalBit, true);
  EXPECT_EQ(state.read(kMip, {}), 0x880U);
  EXPECT_FALSE(state.wake_pending());
  ASSERT_TRUE(state.write(kMie, 0xffffffff));
  EXPECT_EQ(state.read(kMie, {}), 0x880U);
  EXPECT_TRUE(state.wake_pending());
  EXPECT_FALSE(state.interrupt());  // MIE is clear
  ASSERT_TRUE(state.write(kMstatus, 8));
  EXPECT_EQ(state.interrupt(), Cause::kExternalInterrupt);
  state.set_pending(MachineState::kExternalBit, false);
  EXPECT_EQ(state.interrupt(), Cause::kTimerInterrupt);
  ASSERT_TRUE(state.write(kMie, MachineState::kExternalBit));
  EXPECT_FALSE(state.interrupt());
}

TEST(MachineState, VectoredModeSpreadsInterruptsOnly) {
  MachineState state;
  ASSERT_TRUE(state.write(kMtvec, 0x60000103));  // mode 3 is reserved: only bit 0 is kept
  EXPECT_EQ(state.read(kMtvec, {}), 0x60000101U);
  EXPECT_EQ(state.handler(Cause::kIllegalInstruction), 0x60000100U);
  EXPECT_EQ(state.handler(Cause::kTimerInterrupt), 0x6000011cU);     // + 4 * 7
  EXPECT_EQ(state.handler(Cause::kExternalInterrupt), 0x6000012cU);  // + 4 * 11
}

TEST(MachineState, WhatTheHartDoesNotHaveIsIllegal) {
  MachineState state;
  EXPECT_EQ(state.read(kMisa, {}), 0x40001105U);  // RV32, I M A C
  EXPECT_FALSE(state.read(0xc01, {}));            // time: the timer device has it
  EXPECT_FALSE(state.read(0x180, {}));            // satp: no supervisor mode
  EXPECT_FALSE(state.write(0xc00, 0));            // cycle is read-only
  EXPECT_EQ(state.read(0xc80, {5ULL << 32U, 0}), 5U);
  EXPECT_EQ(state.read(0xb02, {0, 77}), 77U);
}

}  // namespace
}  // namespace systole::host
