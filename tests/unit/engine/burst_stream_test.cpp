#include "hw/blocks/engine/shell/burst_stream.h"

#include <gtest/gtest.h>

namespace systole::engine {
namespace {

TEST(BurstStream, IssuesOneACycleUntilTooManyAreInFlight) {
  const std::vector<Access> list{{.address = 0, .run_bytes = 40}};
  BurstStream stream(8, 3);
  stream.start(list, 100);
  // Five bursts of 10 cycles each, three in flight.
  for (const timing::Ticks expected : {100U, 101U, 102U, 110U, 111U}) {
    ASSERT_TRUE(stream.pending());
    EXPECT_EQ(stream.issue_at(), expected);
    stream.issued(expected + 10);
  }
  EXPECT_FALSE(stream.pending());
  EXPECT_EQ(stream.end(), 121U);
}

TEST(BurstStream, ABurstThatEndsEarlyDoesNotMoveTheEnd) {
  const std::vector<Access> list{{.address = 0, .run_bytes = 16}};
  BurstStream stream(8, 4);
  stream.start(list, 0);
  stream.issued(50);
  stream.issued(20);
  EXPECT_EQ(stream.end(), 50U);
}

TEST(BurstStream, WithoutBurstsItEndsWhereItStarts) {
  BurstStream stream(8, 4);
  stream.start({}, 7);
  EXPECT_FALSE(stream.pending());
  EXPECT_EQ(stream.end(), 7U);
}

TEST(BurstStream, AStoppedStreamCanStartAgain) {
  const std::vector<Access> list{{.address = 0, .run_bytes = 64}};
  BurstStream stream(8, 2);
  stream.start(list, 0);
  stream.issued(1000);
  stream.stop();
  EXPECT_FALSE(stream.pending());
  stream.start(list, 5);  // nothing in flight counts against the new start
  EXPECT_EQ(stream.issue_at(), 5U);
  stream.issued(6);
  EXPECT_EQ(stream.issue_at(), 6U);
}

}  // namespace
}  // namespace systole::engine
