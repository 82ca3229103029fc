#include "hw/base/units.h"

#include <array>
#include <string_view>

namespace systole {
namespace {

struct Step {
  std::uint64_t factor;
  std::string_view suffix;
};

// The largest unit that divides the value exactly; else the largest unit not above it, with its decimals.
template <std::size_t N>
std::string scaled(std::uint64_t value, const std::array<Step, N>& steps, std::string_view tail) {
  for (const Step& step : steps) {
    if (value != 0 && value % step.factor == 0) {
      return std::to_string(value / step.factor) + std::string(step.suffix) + std::string(tail);
    }
    // Up to three decimals are still exact for 25.6GB/s or 1.35GHz.
    if (value > step.factor && step.factor >= 1000 && value % (step.factor / 1000) == 0 &&
        step.factor % 1000 == 0) {
      std::string decimals = std::to_string(1000 + value % step.factor / (step.factor / 1000)).substr(1);
      while (decimals.back() == '0') decimals.pop_back();
      return std::to_string(value / step.factor) + "." + decimals + std::string(step.suffix) +
             std::string(tail);
    }
  }
  return std::to_string(value) + std::string(steps.back().suffix) + std::string(tail);
}

constexpr std::array<Step, 4> kBinary{
    {{1ULL << 30, "GiB"}, {1ULL << 20, "MiB"}, {1ULL << 10, "KiB"}, {1, "B"}}};
constexpr std::array<Step, 4> kDecimal{{{1'000'000'000, "G"}, {1'000'000, "M"}, {1'000, "k"}, {1, ""}}};
constexpr std::array<Step, 5> kTime{
    {{1'000'000'000'000, "s"}, {1'000'000'000, "ms"}, {1'000'000, "us"}, {1'000, "ns"}, {1, "ps"}}};

}  // namespace

std::string to_text(Bytes value) { return scaled(value.count(), kBinary, ""); }
std::string to_text(Hertz value) { return scaled(value.count(), kDecimal, "Hz"); }
std::string to_text(BytesPerSecond value) { return scaled(value.count(), kDecimal, "B/s"); }
std::string to_text(Picoseconds value) { return scaled(value.count(), kTime, ""); }

}  // namespace systole
