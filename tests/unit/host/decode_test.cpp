#include "hw/blocks/host/rv32_decode.h"

#include <gtest/gtest.h>

#include "tests/unit/host/rv32.h"

namespace systole::host {
namespace {

using Kind = MemoryAccess::Kind;

struct Expected {
  std::uint32_t instruction;
  Kind kind;
  unsigned bytes, base, destination;
  int offset;
};

// The encodings of the compressed forms come from the GNU assembler.
TEST(Decode, Accesses) {
  const Expected cases[] = {
      {rv32::lw(5, 8, -4), Kind::kLoad, 4, 8, 5, -4},
      {rv32::lb(5, 8, 2047), Kind::kLoad, 1, 8, 5, 2047},
      {rv32::lhu(31, 1, -2048), Kind::kLoad, 2, 1, 31, -2048},
      {rv32::sw(6, 9, -4), Kind::kStore, 4, 9, 0, -4},
      {rv32::sb(6, 9, 33), Kind::kStore, 1, 9, 0, 33},
      {rv32::amoadd(7, 5, 10), Kind::kAtomic, 4, 10, 7, 0},
      {rv32::lr(7, 10), Kind::kLoadReserved, 4, 10, 7, 0},
      {0x43a2, Kind::kLoad, 4, 2, 7, 8},      // c.lwsp t2, 8(sp)
      {0x4f82, Kind::kLoad, 4, 2, 31, 0},     // c.lwsp t6, 0(sp)
      {0xdfbe, Kind::kStore, 4, 2, 0, 252},   // c.swsp a5, 252(sp)
      {0x5d7c, Kind::kLoad, 4, 10, 15, 124},  // c.lw a5, 124(a0)
      {0xc3d8, Kind::kStore, 4, 15, 0, 4},    // c.sw a4, 4(a5)
  };
  for (const Expected& e : cases) {
    const auto access = decode_access(e.instruction);
    ASSERT_TRUE(access) << std::hex << e.instruction;
    EXPECT_EQ(access->kind, e.kind) << std::hex << e.instruction;
    EXPECT_EQ(access->bytes, e.bytes) << std::hex << e.instruction;
    EXPECT_EQ(access->base, e.base) << std::hex << e.instruction;
    EXPECT_EQ(access->destination, e.destination) << std::hex << e.instruction;
    EXPECT_EQ(access->offset, e.offset) << std::hex << e.instruction;
  }
  EXPECT_FALSE(decode_access(rv32::addi(1, 2, 3)));
  EXPECT_FALSE(decode_access(0x0001));                          // c.nop
  EXPECT_FALSE(decode_access(rv32::i_type(0x03, 3, 1, 2, 0)));  // ld: not of RV32
}

TEST(Decode, System) {
  using System = SystemInstruction::Kind;
  EXPECT_EQ(decode_system(rv32::kWfi).kind, System::kWait);
  EXPECT_EQ(decode_system(rv32::kMret).kind, System::kReturn);
  EXPECT_EQ(decode_system(rv32::kEcall).kind, System::kEnvironmentCall);
  EXPECT_EQ(decode_system(rv32::kEbreak).kind, System::kBreakpoint);
  EXPECT_EQ(decode_system(0x10200073).kind, System::kIllegal);  // sret
  const SystemInstruction csr = decode_system(rv32::csrrs(5, rv32::kMip, 6));
  EXPECT_EQ(csr.kind, System::kCsrSet);
  EXPECT_EQ(csr.csr, rv32::kMip);
  EXPECT_EQ(csr.destination, 5);
  EXPECT_EQ(csr.source, 6);
  EXPECT_FALSE(csr.immediate);
  EXPECT_TRUE(decode_system(rv32::csrci(rv32::kMstatus, 8)).immediate);
  EXPECT_EQ(decode_system(rv32::csrci(rv32::kMstatus, 8)).kind, System::kCsrClear);
  EXPECT_EQ(decode_system(rv32::i_type(0x73, 4, 0, 0, 0)).kind, System::kIllegal);
}

}  // namespace
}  // namespace systole::host
