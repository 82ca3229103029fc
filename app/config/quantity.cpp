#include "app/config/quantity.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

namespace systole::app {
namespace {

__extension__ using Wide = unsigned __int128;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 4> kBytes{
    {{"B", 1}, {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}}};
constexpr std::array<Unit, 4> kHertz{{{"Hz", 1}, {"kHz", 1'000}, {"MHz", 1'000'000}, {"GHz", 1'000'000'000}}};
constexpr std::array<Unit, 5> kTime{
    {{"ps", 1}, {"ns", 1'000}, {"us", 1'000'000}, {"ms", 1'000'000'000}, {"s", 1'000'000'000'000}}};
constexpr std::array<Unit, 5> kBandwidth{
    {{"B/s", 1}, {"kB/s", 1'000}, {"MB/s", 1'000'000}, {"GB/s", 1'000'000'000}, {"TB/s", 1'000'000'000'000}}};
struct EnergyUnit {
  std::string_view name;
  double divisor;  // exact powers of ten: 0.3pJ becomes the double nearest to 3e-13
};
constexpr std::array<EnergyUnit, 5> kEnergy{{{"fJ", 1e15}, {"pJ", 1e12}, {"nJ", 1e9}, {"uJ", 1e6}, {"J", 1}}};

// digits / 10^decimals
struct Decimal {
  std::uint64_t digits = 0;
  int decimals = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The number at the start of the text; the rest is left in `text`. nullopt: no number, or more digits than
// fit.
std::optional<Decimal> take_number(std::string_view& text) {
  Decimal number;
  std::size_t at = 0;
  std::size_t count = 0;
  bool point = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !point) {
      point = true;
    } else if (is_digit(text[at])) {
      const auto digit = static_cast<std::uint64_t>(text[at] - '0');
      if (number.digits > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return std::nullopt;
      number.digits = number.digits * 10 + digit;
      number.decimals += point ? 1 : 0;
      ++count;
    } else {
      break;
    }
  }
  if (count == 0 || number.decimals > 18 || (point && text[at - 1] == '.')) return std::nullopt;
  text.remove_prefix(at);
  return number;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

// number x factor, if it is a whole number that fits.
std::optional<std::uint64_t> scaled(Decimal number, std::uint64_t factor) {
  Wide value = static_cast<Wide>(number.digits) * factor;
  for (int i = 0; i < number.decimals; ++i) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  if (value > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string names_of(std::span<const Unit> units) {
  std::string names;
  for (const Unit& unit : units) names += (names.empty() ? "" : ", ") + std::string(unit.name);
  return names;
}

// `example` shows the form that is expected.
template <typename T>
Parsed<T> parse_quantity(std::string_view text, std::span<const Unit> units, std::string_view what,
                         std::string_view example, std::string_view more_units = "") {
  const std::string expected = "expected " + std::string(what) + " such as " + std::string(example) +
                               " (units: " + names_of(units) + std::string(more_units) + ")";
  std::string_view rest = text;
  const auto number = take_number(rest);
  if (!number) return {std::nullopt, quoted(text) + " is no number with a unit; " + expected};
  rest = trimmed(rest);
  if (rest.empty()) return {std::nullopt, quoted(text) + " has no unit; " + expected};
  for (const Unit& unit : units) {
    if (rest != unit.name) continue;
    const auto value = scaled(*number, unit.factor);
    if (!value) {
      return {std::nullopt, quoted(text) + " is not a whole number of " + std::string(units.front().name) +
                                " that fits into 64 bits"};
    }
    return {T(*value), ""};
  }
  return {std::nullopt, quoted(text) + " has the unit " + quoted(rest) + "; " + expected};
}

}  // namespace

Parsed<std::uint64_t> parse_integer(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return {value, ""};
  return {std::nullopt, quoted(text) + " is not a whole number without unit; write digits, as in 16"};
}

Parsed<std::uint64_t> parse_milli(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_number(rest);
  const auto value = number && rest.empty() ? scaled(*number, 1000) : std::nullopt;
  if (value) return {value, ""};
  return {std::nullopt, quoted(text) + " is not a number with at most three decimals; write it as in 1.5"};
}

Parsed<double> parse_real(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(value)) return {value, ""};
  return {std::nullopt, quoted(text) + " is not a number; write it as in 0.25"};
}

Parsed<bool> parse_bool(std::string_view text) {
  if (text == "true") return {true, ""};
  if (text == "false") return {false, ""};
  return {std::nullopt, quoted(text) + " is neither true nor false"};
}

Parsed<Bytes> parse_bytes(std::string_view text) {
  return parse_quantity<Bytes>(text, kBytes, "a size", "512KiB");
}

Parsed<Hertz> parse_hertz(std::string_view text) {
  return parse_quantity<Hertz>(text, kHertz, "a frequency", "800MHz");
}

Parsed<Picoseconds> parse_time(std::string_view text) {
  return parse_quantity<Picoseconds>(text, kTime, "a time", "100ns");
}

Parsed<BytesPerSecond> parse_bandwidth(std::string_view text, Hertz clock) {
  std::string_view rest = text;
  const auto number = take_number(rest);
  if (number && trimmed(rest) == "B/cycle") {
    const auto value = scaled(*number, clock.count());
    if (value) return {BytesPerSecond(*value), ""};
    return {std::nullopt,
            quoted(text) + " at " + to_text(clock) + " is not a whole number of bytes per second"};
  }
  return parse_quantity<BytesPerSecond>(text, kBandwidth, "a bandwidth", "25.6GB/s", ", B/cycle");
}

Parsed<double> parse_joules(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_number(rest);
  const std::string expected = "; expected an energy such as 0.3pJ (units: fJ, pJ, nJ, uJ, J)";
  if (!number) return {std::nullopt, quoted(text) + " is no number with a unit" + expected};
  for (const EnergyUnit& unit : kEnergy) {
    if (trimmed(rest) != unit.name) continue;
    return {static_cast<double>(number->digits) / (unit.divisor * std::pow(10.0, number->decimals)), ""};
  }
  return {std::nullopt, quoted(text) + " has " +
                            (rest.empty() ? "no unit" : "the unit " + quoted(trimmed(rest))) + expected};
}

}  // namespace systole::app
