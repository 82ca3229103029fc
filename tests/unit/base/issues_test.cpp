#include "hw/base/issues.h"

#include <gtest/gtest.h>

namespace systole {
namespace {

TEST(IssueText, HasFileLineColumnKeyAndMessage) {
  EXPECT_EQ(to_string(Issue{{"a.yaml", 3, 7}, "soc.clock", "bad"}), "a.yaml:3:7: soc.clock: bad");
  EXPECT_EQ(to_string(Issue{{"a.yaml", 0, 0}, "", "bad"}), "a.yaml: bad");
  EXPECT_EQ(to_string(Issue{{}, "conv1", "bad"}), "conv1: bad");
}

TEST(ClosestMatch, SuggestsOnlyWhatIsNear) {
  const std::vector<std::string> keys{"clock", "sram", "burst"};
  EXPECT_EQ(closest_match("clok", keys), "clock");
  EXPECT_EQ(closest_match("brust", keys), "burst");
  EXPECT_EQ(closest_match("outstanding", keys), "");
}

TEST(Issues, DefaultFileFillsOnlyEmptyOnes) {
  Issues issues;
  issues.add("k", "m");
  issues.add({"b.yaml", 1, 1}, "k", "m");
  issues.set_default_file("a.yaml");
  EXPECT_EQ(issues.list()[0].where.file, "a.yaml");
  EXPECT_EQ(issues.list()[1].where.file, "b.yaml");
}

}  // namespace
}  // namespace systole
