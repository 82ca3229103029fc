#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/terminal/run_report.h"
#include "app/terminal/text.h"
#include "tests/golden/golden.h"
#include "tests/unit/app/record_fixture.h"

namespace systole::app {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Text, NumbersForPeople) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'234'567), "1,234,567");
  EXPECT_EQ(with_prefix(1.23e-5, "J"), "12.30 uJ");
  EXPECT_EQ(with_prefix(91.7504e12, "op/s"), "91.75 Top/s");
  EXPECT_EQ(with_prefix(0.3e-12, "J"), "300.0 fJ");
  EXPECT_EQ(with_prefix(0, "J"), "0 J");
  EXPECT_EQ(with_prefix(1.0, "s"), "1.000 s");
  EXPECT_EQ(with_prefix(54321, ""), "54.32 k");
  EXPECT_EQ(percent(0.1234), "12.3%");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(3ULL << 30), "3.0 GiB");
}

TEST(Text, TablesAreAligned) {
  Table table({{"name", Table::Align::kLeft}, {"n"}, {"unit", Table::Align::kLeft}});
  table.add({"a", "1", "x"});
  table.add({"long µ", "1,000", ""});
  EXPECT_EQ(table.text(false),
            "name        n  unit\n"
            "a           1  x\n"
            "long µ  1,000\n");
  EXPECT_THAT(table.text(true), HasSubstr("\033[1mname"));
}

TEST(RunReport, IsAsApproved) {
  golden::expect_golden("results/report.txt", run_report(example_record(), "out/example", false));
}

TEST(RunReport, ColoursOnlyWhenAsked) {
  EXPECT_THAT(run_report(example_record(), "out", false), Not(HasSubstr("\033")));
  EXPECT_THAT(run_report(example_record(), "out", true), HasSubstr("\033[1m"));
}

}  // namespace
}  // namespace systole::app
