#include "hw/energy/account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace systole::energy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Costs are powers of two, so that every product and sum below is exact.
TechnologyTable table() {
  return {"exact",
          "powers of two",
          {{"sram.read", {0.5, "byte", ""}},
           {"sram.write", {0.25, "byte", ""}},
           {"matrix.mac.int8", {2, "mac", ""}}}};
}

TEST(Account, SumsCountsTimesCostsByComponentAndNode) {
  Ledger ledger(2);
  ledger.add(ledger.action("sram.read", "byte"), 0, Stream::kInput, 10);
  ledger.add(ledger.action("sram.read", "byte"), 1, Stream::kWeights, 6);
  ledger.add(ledger.action("sram.write", "byte"), 1, Stream::kOutput, 8);
  ledger.add(ledger.action("sram.read", "byte"), kNoNode, Stream::kCode, 2);
  ledger.add(ledger.action("matrix.mac.int8", "mac"), 0, Stream::kInput, 3);
  Issues issues;
  const Account account = energy::account(ledger, table(), issues);
  EXPECT_TRUE(issues.empty());
  // sram: 18 x 0.5 + 8 x 0.25 = 11; matrix: 3 x 2 = 6.
  ASSERT_EQ(account.components.size(), 2U);
  EXPECT_EQ(account.components[0].name, "sram");
  EXPECT_EQ(account.components[0].joules, 11.0);
  EXPECT_EQ(account.components[1].name, "matrix");
  EXPECT_EQ(account.components[1].joules, 6.0);
  EXPECT_EQ(account.total_j, 17.0);
  // Node 0: 10 x 0.5 + 3 x 2 = 11; node 1: 6 x 0.5 + 8 x 0.25 = 5; nobody's: 2 x 0.5 = 1.
  EXPECT_THAT(account.nodes_j, ElementsAre(11.0, 5.0));
  EXPECT_EQ(account.no_node_j, 1.0);
  EXPECT_THAT(account.not_costed, IsEmpty());
}

TEST(Account, NamesWhatHappenedWithoutACost) {
  Ledger ledger(1);
  ledger.add(ledger.action("host.instruction", "instruction"), kNoNode, Stream::kCode, 1);
  ledger.add(ledger.action("dram.read", "byte"), 0, Stream::kInput, 4);
  ledger.action("vector.op", "operation");  // registered, never happened
  Issues issues;
  const Account account = energy::account(ledger, table(), issues);
  EXPECT_THAT(account.not_costed, ElementsAre("host.instruction", "dram.read"));
  EXPECT_EQ(account.total_j, 0.0);
}

TEST(Account, ACostPerAnotherUnitIsAnIssue) {
  Ledger ledger(1);
  ledger.add(ledger.action("sram.read", "access"), 0, Stream::kInput, 4);
  Issues issues;
  account(ledger, table(), issues);
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues.list()[0].key, "technology.actions.sram.read");
  EXPECT_EQ(issues.list()[0].message,
            "the cost is per byte, but the action is counted per access; state the cost per access");
}

TEST(Account, ListsCostsThatTheLedgerDoesNotKnow) {
  Ledger ledger(1);
  ledger.action("sram.read", "byte");
  ledger.action("sram.write", "byte");
  EXPECT_THAT(unused_costs(ledger, table()), ElementsAre("matrix.mac.int8"));
}

}  // namespace
}  // namespace systole::energy
