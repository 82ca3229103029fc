#include "hw/timing/passes.h"

#include <gtest/gtest.h>

namespace systole::timing {
namespace {

using F = NumberFormat;

std::uint32_t cycles(const Multiplier& array, F a, F b) {
  const auto passes = array_passes(array, a, b);
  return passes ? passes->cycles_per_step : 0;
}

TEST(ArrayPasses, TakesItsOwnAndNarrowerFormatsInOneCycle) {
  const Multiplier int8{};
  for (const F a : {F::kInt8, F::kUInt8, F::kInt4, F::kInt2, F::kTernary, F::kBinary}) {
    for (const F b : {F::kInt8, F::kUInt8, F::kInt4, F::kInt2, F::kTernary, F::kBinary, F::kPowerOfTwo}) {
      EXPECT_EQ(array_passes(int8, a, b), (ArrayPasses{1, 1})) << name_of(a) << " x " << name_of(b);
    }
  }
}

TEST(ArrayPasses, GrowQuadraticallyWithTheWidth) {
  EXPECT_EQ(cycles({F::kInt8, F::kInt8}, F::kInt16, F::kInt16), 4U);
  EXPECT_EQ(cycles({F::kInt8, F::kInt8}, F::kInt16, F::kInt8), 2U);
  EXPECT_EQ(cycles({F::kInt4, F::kInt4}, F::kInt8, F::kInt8), 4U);
  EXPECT_EQ(cycles({F::kInt4, F::kInt4}, F::kInt16, F::kInt16), 16U);
  EXPECT_EQ(cycles({F::kInt2, F::kInt2}, F::kInt8, F::kInt4), 8U);
  EXPECT_EQ(cycles({F::kInt8, F::kInt4}, F::kUInt8, F::kInt8), 2U);
  EXPECT_EQ(cycles({F::kInt8, F::kInt4}, F::kInt8, F::kPowerOfTwo), 2U);  // values up to 64: 8 bits
  EXPECT_EQ(cycles({F::kInt2, F::kInt2}, F::kBinary, F::kBinary), 1U);    // +1 and -1 take two bits
}

TEST(ArrayPasses, TernaryAndBinarySidesHaveNoPieces) {
  EXPECT_EQ(cycles({F::kInt8, F::kTernary}, F::kInt8, F::kTernary), 1U);
  EXPECT_EQ(cycles({F::kInt8, F::kTernary}, F::kInt16, F::kBinary), 2U);
  EXPECT_EQ(cycles({F::kInt8, F::kTernary}, F::kInt8, F::kInt2), 0U);
  EXPECT_EQ(cycles({F::kBinary, F::kBinary}, F::kBinary, F::kBinary), 1U);
  EXPECT_EQ(cycles({F::kBinary, F::kBinary}, F::kTernary, F::kBinary), 0U);
}

TEST(ArrayPasses, FloatsAreNativeOrRefused) {
  for (const F f : {F::kFloat32, F::kFloat16, F::kBFloat16}) {
    EXPECT_EQ(cycles({f, f}, f, f), 1U);
    EXPECT_EQ(cycles({f, f}, F::kInt8, F::kInt8), 0U);
    EXPECT_EQ(cycles({F::kInt8, F::kInt8}, f, f), 0U);
    EXPECT_EQ(cycles({f, f, MatrixArithmetic::kBitSerial}, f, f), 0U);
  }
  EXPECT_EQ(cycles({F::kFloat16, F::kFloat16}, F::kFloat32, F::kFloat32), 0U);
  EXPECT_EQ(cycles({F::kFloat32, F::kFloat32}, F::kFloat16, F::kFloat16), 0U);
}

TEST(ArrayPasses, BitSerialTakesTheProductOfTheWidths) {
  const Multiplier array{F::kInt8, F::kInt8, MatrixArithmetic::kBitSerial};
  EXPECT_EQ(cycles(array, F::kInt8, F::kInt8), 64U);
  EXPECT_EQ(cycles(array, F::kUInt8, F::kInt4), 32U);
  EXPECT_EQ(cycles(array, F::kInt8, F::kTernary), 16U);
  EXPECT_EQ(cycles(array, F::kInt2, F::kInt2), 4U);
  EXPECT_EQ(cycles(array, F::kBinary, F::kBinary), 1U);
  EXPECT_EQ(cycles(array, F::kInt16, F::kInt8), 0U);
}

TEST(ArrayPasses, PopcountsTakeSeveralKAtOnce) {
  const Multiplier array{F::kBinary, F::kBinary, MatrixArithmetic::kXnorPopcount, 32};
  EXPECT_EQ(array_passes(array, F::kBinary, F::kBinary), (ArrayPasses{1, 32}));
  EXPECT_EQ(cycles(array, F::kInt8, F::kBinary), 0U);
}

TEST(ArrayPasses, ShiftersTakePowersOfTwo) {
  const Multiplier array{F::kInt8, F::kPowerOfTwo, MatrixArithmetic::kShiftAdd};
  EXPECT_EQ(cycles(array, F::kInt8, F::kPowerOfTwo), 1U);
  EXPECT_EQ(cycles(array, F::kInt16, F::kPowerOfTwo), 2U);
  EXPECT_EQ(cycles(array, F::kInt8, F::kTernary), 1U);
  EXPECT_EQ(cycles(array, F::kInt8, F::kInt8), 0U);
}

}  // namespace
}  // namespace systole::timing
