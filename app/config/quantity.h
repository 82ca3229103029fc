// Quantities as scenarios write them: a number with its unit. Decimals are exact: 25.6GB/s is 25,600,000,000
// bytes per second, and 0.3B is an error, not 0.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hw/base/units.h"

namespace systole::app {

/// A value, or what is wrong with the text.
template <typename T>
struct Parsed {
  std::optional<T> value;
  std::string error;  ///< says what was expected
};

Parsed<std::uint64_t> parse_integer(std::string_view text);
/// A number with at most three decimals, in thousandths: "1.5" is 1500.
Parsed<std::uint64_t> parse_milli(std::string_view text);
/// A plain decimal number, 0.09 or 1e-3.
Parsed<double> parse_real(std::string_view text);
Parsed<bool> parse_bool(std::string_view text);
Parsed<Bytes> parse_bytes(std::string_view text);
Parsed<Hertz> parse_hertz(std::string_view text);
Parsed<Picoseconds> parse_time(std::string_view text);
/// Bytes per second, or per cycle of `clock` (64B/cycle).
Parsed<BytesPerSecond> parse_bandwidth(std::string_view text, Hertz clock);
/// Joules, for the costs of a technology: "0.3pJ".
Parsed<double> parse_joules(std::string_view text);

}  // namespace systole::app
