#include "app/utilization/sizes.h"

#include <gmock/gmock.h>

namespace systole::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::uint32_t> sizes(const std::string& text) {
  Issues issues;
  const auto parsed = parse_sizes(text, "--rows", issues);
  EXPECT_TRUE(issues.empty());
  return parsed.value_or(std::vector<std::uint32_t>{});
}

std::string refused(const std::string& text) {
  Issues issues;
  EXPECT_FALSE(parse_sizes(text, "--rows", issues)) << text;
  EXPECT_EQ(issues.size(), 1U) << text;
  return issues.empty() ? "" : to_string(issues.list()[0]);
}

TEST(Sizes, Numbers) {
  EXPECT_THAT(sizes("1"), ElementsAre(1));
  EXPECT_THAT(sizes("4096"), ElementsAre(4096));
}

TEST(Sizes, Ranges) {
  EXPECT_EQ(sizes("16:256:16").size(), 16U);
  EXPECT_THAT(sizes("16:64:16"), ElementsAre(16, 32, 48, 64));
  EXPECT_THAT(sizes("1:10:4"), ElementsAre(1, 5, 9));
  EXPECT_THAT(sizes("7:7:1"), ElementsAre(7));
  EXPECT_THAT(sizes("1:4096:4294967295"), ElementsAre(1));  // no overflow
  EXPECT_THAT(sizes("4095:4096:1"), ElementsAre(4095, 4096));
}

TEST(Sizes, WhatIsNone) {
  for (const char* text : {"", ":", "::", "16:", ":16", "16:32", "16:32:", "1:2:3:4", "a", "16x", "1.5", "-1",
                           "+1", " 1", "1 ", "16:256:x", "4294967296", "99999999999999999999", "0x10"}) {
    EXPECT_THAT(refused(text), HasSubstr("is neither a size such as 64 nor a range FIRST:LAST:STEP")) << text;
  }
  EXPECT_EQ(refused("0"), "--rows 0: sizes go from 1 to 4096");
  EXPECT_EQ(refused("4097"), "--rows 4097: sizes go from 1 to 4096");
  EXPECT_EQ(refused("0:16:4"), "--rows 0:16:4: sizes go from 1 to 4096");
  EXPECT_EQ(refused("16:5000:16"), "--rows 16:5000:16: sizes go from 1 to 4096");
  EXPECT_EQ(refused("64:16:16"), "--rows 64:16:16: the range ends before it begins; did you mean 16:64:16?");
  EXPECT_EQ(refused("16:64:0"), "--rows 16:64:0: the step must be at least 1");
}

}  // namespace
}  // namespace systole::app
