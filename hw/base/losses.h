// Where the cycles of an array of processing elements (PEs) go.
#pragma once

#include <cstdint>

namespace systole {

/// PE-cycles (PEs x cycles) that did no multiply-accumulate, by cause.
struct Losses {
  std::uint64_t edge = 0;        ///< PEs without work while a fold smaller than the array streams
  std::uint64_t fill_drain = 0;  ///< skew: operands on their way in, sums on their way out
  std::uint64_t stationary =
      0;  ///< waits for the stationary operand (output stationary: for results to leave)
  std::uint64_t starvation = 0;   ///< waits for streamed operands at the array's edge
  std::uint64_t accumulator = 0;  ///< waits for the accumulators' ports

  [[nodiscard]] std::uint64_t total() const {
    return edge + fill_drain + stationary + starvation + accumulator;
  }
  Losses& operator+=(const Losses& other) {
    edge += other.edge;
    fill_drain += other.fill_drain;
    stationary += other.stationary;
    starvation += other.starvation;
    accumulator += other.accumulator;
    return *this;
  }
  bool operator==(const Losses&) const = default;
};

}  // namespace systole
