// Random products, stalls and supplies for an array of a given size.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/rtl/feeder.h"
#include "tests/rtl/gemm.h"

namespace systole::rtl {

/// Sizes of the arrays under test; the Verilog one is built for the same.
struct ArraySize {
  int rows;
  int cols;
};
inline constexpr ArraySize kSizes[] = {{4, 4}, {3, 5}, {8, 2}, {1, 1}, {1, 6}};

struct Trial {
  Gemm gemm;
  Stalls::Pattern stalls = Stalls::Pattern::kNone;
  std::uint32_t seed = 0;
  Supply supply;
  int stationary_bandwidth = 0;
  [[nodiscard]] Stalls stall() const { return {stalls, seed}; }
};

/// Trial `number` of an array: no, sparse and heavy stalls in turn, in every second trial FIFOs at the edges
/// or a limited way for the stationary operand. Up to `m`, `n`, `k` elements.
inline Trial random_trial(std::uint32_t number, int m, int n, int k, std::minstd_rand& random) {
  const auto up_to = [&](int limit) {
    return 1 + static_cast<int>(random() / 13 % static_cast<std::uint32_t>(limit));
  };
  const int rows = up_to(m);
  const int cols = up_to(n);
  const int inner = up_to(k);
  Trial trial;
  trial.gemm = random_gemm(rows, cols, inner, random);
  trial.stalls = static_cast<Stalls::Pattern>(number % 3);
  trial.seed = number;
  if (number % 2 == 1) trial.supply = {.bandwidth = up_to(10), .depth = 1 + up_to(4)};
  if (number % 4 >= 2) trial.stationary_bandwidth = up_to(12);
  return trial;
}

inline std::string describe(const ArraySize& size, const Trial& trial) {
  const auto text = [](int value) { return std::to_string(value); };
  return text(size.rows) + " x " + text(size.cols) + " array, M " + text(trial.gemm.m) + " N " +
         text(trial.gemm.n) + " K " + text(trial.gemm.k) + ", stalls " +
         text(static_cast<int>(trial.stalls)) + ", bandwidth " + text(trial.supply.bandwidth) + ", FIFO " +
         text(trial.supply.depth);
}

/// "double_overlap" and so on, for a test's name.
inline std::string mode_name(bool double_buffer, bool overlap) {
  return std::string(double_buffer ? "double" : "single") + (overlap ? "_overlap" : "_in_turn");
}

}  // namespace systole::rtl
