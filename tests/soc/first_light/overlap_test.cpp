// What ping-pong buys, and that a run without data takes the same time.
#include <gtest/gtest.h>

#include "tests/soc/support/soc_run.h"

namespace systole::test {
namespace {

Figures digits_figures(const SocConfig& config, const mapper::MapOptions& mapping, RunOptions options) {
  const Mapped mapped = map_network_file("digits.onnx", config, mapping);
  return run_in_child(mapped.program, config, digits_images(options.inferences), options);
}

TEST(TimingOnly, TakesExactlyTheCyclesOfTheFunctionalRun) {
  const SocConfig config;
  for (const auto policy : {mapper::WeightPolicy::kResident, mapper::WeightPolicy::kStreamed}) {
    RunOptions options;
    options.inferences = 4;
    const Figures functional = digits_figures(config, {policy}, options);
    options.functional = false;
    const Figures timing = digits_figures(config, {policy}, options);
    EXPECT_EQ(timing, functional);
  }
}

TEST(PingPong, SerialRunIsSlowerByWhatTheOverlapAccountsFor) {
  // Streamed weights, so that there is something to overlap.
  const mapper::MapOptions mapping{mapper::WeightPolicy::kStreamed};
  RunOptions options;
  options.inferences = 4;
  SocConfig config;
  config.dma.ping_pong = true;
  const Figures overlapped = digits_figures(config, mapping, options);
  config.dma.ping_pong = false;
  const Figures serial = digits_figures(config, mapping, options);

  EXPECT_EQ(serial.both_busy, 0U);
  EXPECT_GT(overlapped.both_busy, 0U);
  for (const Figures& figures : {overlapped, serial}) {
    EXPECT_GE(figures.cycles, figures.compute_busy);
    EXPECT_GE(figures.cycles, figures.dma_busy);
    EXPECT_GE(figures.cycles, figures.compute_busy + figures.dma_busy - figures.both_busy);
  }
  const std::uint64_t slower = serial.cycles - overlapped.cycles;
  ASSERT_GT(serial.cycles, overlapped.cycles);
  RecordProperty("slower_cycles", std::to_string(slower));
  RecordProperty("both_busy_cycles", std::to_string(overlapped.both_busy));
}

}  // namespace
}  // namespace systole::test
