#include <gmock/gmock.h>

#include "app/utilization/usage_text.h"

namespace systole::app {
namespace {

using testing::HasSubstr;
using testing::Not;

// One product of 8 x 5 x 6 (the ragged edges of tiling_test.cpp) on arrays of 4 x 4 and 4 x 8.
UsageStudy study(const std::string& name, std::size_t sizes) {
  UsageStudy study;
  study.network = name;
  study.array = "weight_stationary";
  study.clock = Hertz{700'000'000};
  study.products = {{"fc, \"last\"", "Gemm", 8, 5, 6, 1, false}};
  for (std::size_t i = 0; i < sizes; ++i) {
    UsageOfSize& size = study.sizes.emplace_back();
    size.array.shape.rows = 4;
    size.array.shape.cols = i == 0 ? 4 : 8;
    size.network = analytic::usage_of(size.array, study.products);
    size.layers = {analytic::usage_of(size.array, study.products[0])};
  }
  return study;
}

// 39 cycles of 16: 240 MACs, 272 at edges, 48 fill and drain, 64 load.
TEST(UsageCsv, OfSizes) {
  EXPECT_EQ(usage_csv(study("n", 1), false),
            "network,rows,cols,layer_mean,macs,cycles,utilization,edge,fill_drain,stationary_load,"
            "operand_starvation,accumulator_conflicts\n"
            "n,4,4,0.384615,240,39,0.384615,0.435897,0.076923,0.102564,0.000000,0.000000\n");
}

TEST(UsageCsv, OfLayersQuotesNames) {
  EXPECT_EQ(usage_csv(study("a,b", 1), true),
            "network,rows,cols,layer,op,m,n,k,groups,joined,macs,cycles,utilization,edge,fill_drain,"
            "stationary_load,operand_starvation,accumulator_conflicts\n"
            "\"a,b\",4,4,\"fc, \"\"last\"\"\",Gemm,8,5,6,1,1,240,39,0.384615,0.435897,0.076923,0.102564,"
            "0.000000,0.000000\n");
}

// 2 x 16 x 700 MHz = 22.4 G operations a second, 38.5 % of them used.
TEST(UsageTable, OfOneSizeShowsThePeak) {
  const std::string text = usage_table(study("n", 1), false, false);
  EXPECT_THAT(text, HasSubstr("n: 240 MACs in 1 product; weight_stationary\n"
                              "4 x 4 at 700MHz: peak 22.40 Gop/s, of which 8.615 Gop/s\n"));
  EXPECT_THAT(text, HasSubstr("network"));
  EXPECT_THAT(text, Not(HasSubstr("fc")));
  EXPECT_THAT(usage_table(study("n", 1), true, false), HasSubstr("fc, \"last\""));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
  EXPECT_THAT(usage_table(study("n", 1), false, true), HasSubstr("\033[1m"));
}

TEST(UsageTable, OfOneSizeWithoutAClock) {
  UsageStudy without = study("n", 1);
  without.clock = Hertz{};
  const std::string text = usage_table(without, false, false);
  EXPECT_THAT(text, HasSubstr("\n4 x 4\n"));
  EXPECT_THAT(text, Not(HasSubstr("peak")));
}

// On 4 x 8: two folds of 8 rows, 4 + 8 + 8 + 4 + 5 - 2 = 27 cycles, 240 / (32 x 27).
TEST(UsageTable, OfSeveralSizesIsAMap) {
  EXPECT_THAT(usage_table(study("n", 2), false, false), HasSubstr("rows \\ columns      4      8\n"
                                                                  "             4  38.5%  27.8%\n"));
}

TEST(UsageTable, OfSeveralSizesWithLayersHasATableEach) {
  const std::string text = usage_table(study("n", 2), true, false);
  EXPECT_THAT(text, HasSubstr("\n4 x 4\nlayer"));
  EXPECT_THAT(text, HasSubstr("\n4 x 8\nlayer"));
}

}  // namespace
}  // namespace systole::app
