#include "hw/blocks/host/instruction_time.h"

#include <gtest/gtest.h>

namespace systole::host {
namespace {

// 700 MHz: 1,428,571 fs. At 1.5 cycles an instruction takes 2,142,856.5 fs.
TEST(InstructionTime, FractionsAreCarriedOn) {
  InstructionTime time(1'428'571, 1500, 1000);
  EXPECT_EQ(time.ahead(1), 2'142'856U);
  EXPECT_EQ(time.advance(1), 2'142'856U);
  EXPECT_EQ(time.ahead(1), 2'142'857U);  // the half that was left, and its own
  EXPECT_EQ(time.advance(1), 2'142'857U);
  EXPECT_EQ(time.advance(2), 4'285'713U);
}

TEST(InstructionTime, TheSumDoesNotDependOnThePieces) {
  InstructionTime one(1'428'571, 1333, 1000), many(1'428'571, 1333, 1000);
  std::uint64_t sum = 0;
  for (std::uint64_t pieces = 0, left = 1000; left > 0; ++pieces) {
    const std::uint64_t n = pieces % 7 < left ? pieces % 7 : left;
    sum += many.advance(n);
    left -= n;
  }
  EXPECT_EQ(sum, one.advance(1000));
  EXPECT_EQ(sum, 1'904'285'143U);  // 1,428,571 x 1.333 x 1000 = 1,904,285,143.0
}

TEST(InstructionTime, RefusesAQuantumThatOverflows) {
  EXPECT_THROW(InstructionTime(1'000'000'000'000, 1'000'000, 1000), InternalError);
}

}  // namespace
}  // namespace systole::host
