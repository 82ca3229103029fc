// Strong units. A number that has a unit carries it in its type; conversion to a plain integer is explicit.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace systole {

/// An integer quantity of one unit. Tags never mix: Cycles + Bytes does not compile.
template <typename Tag>
class Quantity {
public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(std::uint64_t value) : value_(value) {}
  [[nodiscard]] constexpr std::uint64_t count() const { return value_; }
  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity& operator+=(Quantity other) {
    value_ += other.value_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    value_ -= other.value_;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.value_ + b.value_); }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.value_ - b.value_); }
  friend constexpr Quantity operator*(Quantity a, std::uint64_t n) { return Quantity(a.value_ * n); }
  friend constexpr Quantity operator*(std::uint64_t n, Quantity a) { return Quantity(a.value_ * n); }

private:
  std::uint64_t value_ = 0;
};

/// Clock cycles of the clock domain at hand.
using Cycles = Quantity<struct CyclesTag>;
using Bytes = Quantity<struct BytesTag>;
using Hertz = Quantity<struct HertzTag>;
using BytesPerSecond = Quantity<struct BytesPerSecondTag>;
/// Durations that are written in a scenario (DRAM latency). One hour is 3.6e15 ps: fits.
using Picoseconds = Quantity<struct PicosecondsTag>;

/// ceil(a / b), b > 0.
constexpr std::uint64_t ceil_div(std::uint64_t a, std::uint64_t b) { return a / b + (a % b != 0 ? 1U : 0U); }
/// The least multiple of `step` (> 0) that is not below `value`.
constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return ceil_div(value, step) * step;
}

/// "512KiB", "25.6GB/s", "1.2GHz", "100ns": the form in which scenarios write a quantity (exact where
/// possible).
std::string to_text(Bytes value);
std::string to_text(Hertz value);
std::string to_text(BytesPerSecond value);
std::string to_text(Picoseconds value);

}  // namespace systole
