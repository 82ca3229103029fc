#include "hw/observe/ledger.h"

#include <gtest/gtest.h>

namespace systole {
namespace {

TEST(Ledger, CountsByNodeAndStreamAndAddsUp) {
  Ledger ledger(2);
  const ActionId read = ledger.action("sram.read", "byte");
  const ActionId mac = ledger.action("matrix.mac.int8", "mac");
  ledger.add(read, 0, Stream::kInput, 10);
  ledger.add(read, 1, Stream::kWeights, 5);
  ledger.add(read, kNoNode, Stream::kCode, 3);
  ledger.add(mac, 1, Stream::kInput, 7);
  EXPECT_EQ(ledger.count(read, 0, Stream::kInput), 10U);
  EXPECT_EQ(ledger.node_total(read, 1), 5U);
  EXPECT_EQ(ledger.node_total(read, kNoNode), 3U);
  EXPECT_EQ(ledger.total(read), 18U);
  EXPECT_EQ(ledger.total("matrix.mac.int8"), 7U);
  EXPECT_EQ(ledger.total("nobody.registered"), 0U);
}

TEST(Ledger, RegisteringTwiceGivesTheSameAction) {
  Ledger ledger(1);
  EXPECT_EQ(ledger.action("a", "byte").index, ledger.action("a", "byte").index);
}

}  // namespace
}  // namespace systole
