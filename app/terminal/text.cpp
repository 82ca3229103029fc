#include "app/terminal/text.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "hw/base/assert.h"

namespace systole::app {
namespace {

std::string fixed(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

// Characters on the screen: UTF-8's following bytes take no room.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string padded(const std::string& text, std::size_t width, Table::Align align) {
  const std::string blanks(width - std::min(width, width_of(text)), ' ');
  return align == Table::Align::kLeft ? text + blanks : blanks + text;
}

}  // namespace

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string with_prefix(double value, const std::string& unit) {
  struct Prefix {
    double factor;
    const char* name;
  };
  static constexpr std::array<Prefix, 10> kPrefixes{{{1e12, "T"},
                                                     {1e9, "G"},
                                                     {1e6, "M"},
                                                     {1e3, "k"},
                                                     {1, ""},
                                                     {1e-3, "m"},
                                                     {1e-6, "u"},
                                                     {1e-9, "n"},
                                                     {1e-12, "p"},
                                                     {1e-15, "f"}}};
  if (value == 0) return "0 " + unit;
  for (const Prefix& prefix : kPrefixes) {
    if (std::abs(value) < prefix.factor && prefix.factor > 1e-15) continue;
    const double scaled = value / prefix.factor;
    const int decimals = std::abs(scaled) < 10 ? 3 : std::abs(scaled) < 100 ? 2 : 1;
    return fixed(scaled, decimals) + " " + prefix.name + unit;
  }
  return fixed(value, 3) + " " + unit;
}

std::string percent(double share) { return fixed(share * 100, 1) + "%"; }

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  static constexpr std::array<const char*, 4> kUnits{"KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fixed(value, 1) + " " + kUnits[unit];
}

void Table::add(std::vector<std::string> cells) {
  SYSTOLE_ASSERT(cells.size() == columns_.size(), "a row has another number of cells than its table");
  rows_.push_back(std::move(cells));
}

std::string Table::text(bool colour) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = width_of(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, width_of(row[i]));
    widths.push_back(width);
  }
  const auto line = [&](const auto& cell_of) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      text += (i == 0 ? "" : "  ") + padded(cell_of(i), widths[i], columns_[i].align);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  std::string text = line([&](std::size_t i) { return columns_[i].title; });
  if (colour) text = "\033[1m" + text + "\033[0m";
  text += "\n";
  for (const auto& row : rows_) text += line([&](std::size_t i) { return row[i]; }) + "\n";
  return text;
}

bool is_colour_terminal(int descriptor) {
  const char* off = std::getenv("NO_COLOR");
  return isatty(descriptor) != 0 && (off == nullptr || *off == '\0');
}

}  // namespace systole::app
