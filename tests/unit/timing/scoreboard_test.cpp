#include "hw/timing/scoreboard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hw/base/assert.h"

namespace systole::timing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Command command(std::uint32_t index, std::uint16_t queue, std::uint16_t signal,
                std::initializer_list<sgb_wait> waits = {}) {
  Command c{.index = index, .queue = queue, .signal = signal};
  for (const sgb_wait& wait : waits) c.wait[c.wait_count++] = wait;
  return c;
}
constexpr sgb_wait wait_for(std::uint16_t semaphore, std::uint32_t value) { return {semaphore, 0, value}; }

TEST(Scoreboard, HeadWaitsForItsSemaphore) {
  Scoreboard board({.queues = 2, .semaphores = 4, .depth = 4, .slots = 2});
  board.enqueue(command(0, 0, 0));
  board.enqueue(command(1, 1, 1, {wait_for(0, 1)}));
  EXPECT_THAT(board.ready(), ElementsAre(0U));
  EXPECT_EQ(board.issue(0).index, 0U);
  EXPECT_THAT(board.ready(), IsEmpty());  // issued is not completed
  EXPECT_EQ(board.complete(0).index, 0U);
  EXPECT_EQ(board.semaphore(0), 1U);
  EXPECT_THAT(board.ready(), ElementsAre(1U));
  board.issue(1);
  EXPECT_FALSE(board.idle());
  board.complete(1);
  EXPECT_TRUE(board.idle());
}

TEST(Scoreboard, AllWaitsMustBeMetAndMoreIsEnough) {
  Scoreboard board({.queues = 3, .semaphores = 2, .depth = 8, .slots = 2});
  board.enqueue(command(0, 2, SGB_NO_SEMAPHORE, {wait_for(0, 1), wait_for(1, 2)}));
  for (std::uint32_t i = 1; i <= 3; ++i) board.enqueue(command(i, 1, 1));
  board.enqueue(command(4, 0, 0));
  for (int i = 0; i < 3; ++i) {
    board.issue(1);
    board.complete(1);
  }
  EXPECT_EQ(board.semaphore(1), 3U);
  EXPECT_FALSE(board.is_ready(2));
  board.issue(0);
  board.complete(0);
  EXPECT_TRUE(board.is_ready(2));
}

TEST(Scoreboard, DepthBoundsTheQueueAndSlotsTheEngine) {
  Scoreboard board({.queues = 1, .semaphores = 1, .depth = 2, .slots = 2});
  board.enqueue(command(0, 0, 0));
  board.enqueue(command(1, 0, 0));
  EXPECT_FALSE(board.can_enqueue(0));
  board.issue(0);  // room again
  EXPECT_TRUE(board.can_enqueue(0));
  board.enqueue(command(2, 0, 0));
  board.issue(0);
  EXPECT_FALSE(board.is_ready(0));  // two in the engine
  EXPECT_EQ(board.running(0), 2U);
  EXPECT_EQ(board.waiting(0), 1U);
  EXPECT_THAT(to_string(board.blocked_report().at(0)),
              "queue 0: descriptor 2 waits for a slot in its engine");
  EXPECT_EQ(board.complete(0).index, 0U);  // in order
  EXPECT_TRUE(board.is_ready(0));
  EXPECT_EQ(board.issue(0).index, 2U);
  EXPECT_EQ(board.complete(0).index, 1U);
  EXPECT_EQ(board.complete(0).index, 2U);
}

// A ring of depth + slots entries is used many times over.
TEST(Scoreboard, KeepsOrderOverManyCommands) {
  Scoreboard board({.queues = 1, .semaphores = 1, .depth = 3, .slots = 2});
  std::uint32_t next = 0;
  for (std::uint32_t done = 0; done < 1000; ++done) {
    while (board.can_enqueue(0)) board.enqueue(command(next++, 0, 0));
    while (board.is_ready(0)) board.issue(0);
    ASSERT_EQ(board.complete(0).index, done);
    ASSERT_EQ(board.semaphore(0), done + 1);
  }
}

TEST(Scoreboard, ReportsTheDeadlock) {
  Scoreboard board({.queues = 3, .semaphores = 3, .depth = 4, .slots = 2});
  board.enqueue(command(7, 0, 0, {wait_for(1, 1)}));
  board.enqueue(command(8, 1, 1, {wait_for(2, 0), wait_for(0, 5)}));
  EXPECT_THAT(board.ready(), IsEmpty());
  const auto report = board.blocked_report();
  ASSERT_EQ(report.size(), 2U);
  EXPECT_EQ(to_string(report[0]), "queue 0: descriptor 7 waits for semaphore 1 >= 1, which is 0");
  EXPECT_EQ(to_string(report[1]), "queue 1: descriptor 8 waits for semaphore 0 >= 5, which is 0");
}

TEST(Scoreboard, FailureFreezes) {
  Scoreboard board({.queues = 2, .semaphores = 2, .depth = 4, .slots = 2});
  board.enqueue(command(0, 0, 0));
  board.enqueue(command(1, 1, 1));
  board.enqueue(command(2, 1, 1));
  board.issue(0);
  board.issue(1);
  EXPECT_EQ(board.fail(0).index, 0U);
  EXPECT_EQ(board.semaphore(0), 0U);  // a failed command signals nothing
  EXPECT_TRUE(board.frozen());
  EXPECT_THAT(board.ready(), IsEmpty());
  board.complete(1);  // what runs may end
  EXPECT_EQ(board.running(), 0U);
  EXPECT_EQ(board.waiting(), 1U);
  board.reset();
  EXPECT_TRUE(board.idle());
  EXPECT_FALSE(board.frozen());
  EXPECT_EQ(board.semaphore(1), 0U);
}

TEST(Scoreboard, ChecksWhatTheGuestWrote) {
  const Scoreboard board({.queues = 2, .semaphores = 4});
  EXPECT_EQ(board.check(command(0, 1, 3, {wait_for(3, 1)})), SGB_ERROR_NONE);
  EXPECT_EQ(board.check(command(0, 1, SGB_NO_SEMAPHORE)), SGB_ERROR_NONE);
  EXPECT_EQ(board.check(command(0, 2, 0)), SGB_ERROR_BAD_QUEUE);
  EXPECT_EQ(board.check(command(0, 0, 4)), SGB_ERROR_BAD_SEMAPHORE);
  EXPECT_EQ(board.check(command(0, 0, 0, {wait_for(4, 0)})), SGB_ERROR_BAD_SEMAPHORE);
  Command many = command(0, 0, 0);
  many.wait_count = SGB_MAX_WAITS + 1;
  EXPECT_EQ(board.check(many), SGB_ERROR_BAD_FIELD);
}

TEST(Scoreboard, TakesCommandsFromDescriptors) {
  sgb_descriptor descriptor{};
  descriptor.queue = 3;
  descriptor.signal_semaphore = 2;
  descriptor.wait_count = 1;
  descriptor.wait[0] = wait_for(5, 9);
  const Command c = command_of(descriptor, 11);
  EXPECT_EQ(c.index, 11U);
  EXPECT_EQ(c.queue, 3U);
  EXPECT_EQ(c.signal, 2U);
  EXPECT_EQ(c.wait_count, 1U);
  EXPECT_EQ(c.wait[0].semaphore, 5U);
  EXPECT_EQ(c.wait[0].value, 9U);
}

TEST(Scoreboard, RefusesOurOwnMistakes) {
  Scoreboard board({.queues = 1, .semaphores = 1, .depth = 1, .slots = 1});
  EXPECT_THROW(board.complete(0), InternalError);
  EXPECT_THROW(board.issue(0), InternalError);
  board.enqueue(command(0, 0, 0));
  EXPECT_THROW(board.enqueue(command(1, 0, 0)), InternalError);
}

}  // namespace
}  // namespace systole::timing
