#include <gtest/gtest.h>

#include "hw/base/assert.h"
#include "hw/tlm/time.h"

namespace systole::tl {
namespace {

sc_core::sc_time fs(std::uint64_t n) { return sc_core::sc_time::from_value(n); }

TEST(Clock, PeriodIsTheNearestFemtosecond) {
  initialise_time();
  EXPECT_EQ(Clock(Hertz(1'000'000'000)).period(), fs(1'000'000));
  EXPECT_EQ(Clock(Hertz(800'000'000)).period(), fs(1'250'000));
  // 10^15 / 7 * 10^-8 = 1428571.43 and 10^15 / 6 * 10^-8 = 1666666.67.
  EXPECT_EQ(Clock(Hertz(700'000'000)).period(), fs(1'428'571));
  EXPECT_EQ(Clock(Hertz(600'000'000)).period(), fs(1'666'667));
  EXPECT_EQ(sc_core::sc_get_time_resolution(), sc_core::sc_time(1, sc_core::SC_FS));
}

TEST(Clock, CountsDownAndRoundsUpToEdges) {
  initialise_time();
  const Clock clock(Hertz(1'000'000'000));
  EXPECT_EQ(clock.cycles(fs(2'999'999)).count(), 2U);
  EXPECT_EQ(clock.cycles(fs(3'000'000)).count(), 3U);
  EXPECT_EQ(clock.edge(fs(2'000'001)).count(), 3U);
  EXPECT_EQ(clock.edge(fs(3'000'000)).count(), 3U);
  EXPECT_EQ(clock.next_edge(fs(2'000'001)), fs(3'000'000));
  EXPECT_EQ(clock.next_edge(fs(3'000'000)), fs(3'000'000));
  EXPECT_EQ(clock.time(Cycles(7)), fs(7'000'000));
}

TEST(Clock, OneThousandMillionCyclesAreExactWithinADomain) {
  const Clock clock(Hertz(700'000'000));
  EXPECT_EQ(clock.cycles(clock.time(Cycles(1'000'000'000))).count(), 1'000'000'000U);
}

TEST(Clock, NoFrequencyIsABug) { EXPECT_THROW(Clock(Hertz(0)), InternalError); }

}  // namespace
}  // namespace systole::tl
