#include "app/utilization/sizes.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace systole::app {
namespace {

/// A whole number without sign, of all of the text.
std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// One number, or three with colons between them.
std::optional<std::vector<std::uint32_t>> parse_numbers(std::string_view text) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t colon = std::min(text.find(':', at), text.size());
    const auto number = parse_number(text.substr(at, colon - at));
    if (!number) return std::nullopt;
    numbers.push_back(*number);
    at = colon + 1;
  }
  if (numbers.size() != 1 && numbers.size() != 3) return std::nullopt;
  return numbers;
}

}  // namespace

std::optional<std::vector<std::uint32_t>> parse_sizes(const std::string& text, const std::string& option,
                                                      Issues& issues) {
  const SourceLocation where{option + " " + text, 0, 0};
  const auto refuse = [&](const std::string& message) {
    issues.add(where, "", message);
    return std::nullopt;
  };
  const auto numbers = parse_numbers(text);
  if (!numbers) return refuse("is neither a size such as 64 nor a range FIRST:LAST:STEP such as 16:256:16");
  const std::uint32_t first = numbers->front();
  const std::uint32_t last = numbers->size() == 3 ? (*numbers)[1] : first;
  const std::uint32_t step = numbers->size() == 3 ? (*numbers)[2] : 1;
  if (first == 0 || last > kMaxArraySide) {
    return refuse("sizes go from 1 to " + std::to_string(kMaxArraySide));
  }
  if (last < first) {
    return refuse("the range ends before it begins; did you mean " + std::to_string(last) + ":" +
                  std::to_string(first) + ":" + std::to_string(step) + "?");
  }
  if (step == 0) return refuse("the step must be at least 1");
  std::vector<std::uint32_t> sizes;
  sizes.reserve((last - first) / step + 1);
  for (std::uint64_t size = first; size <= last; size += step)
    sizes.push_back(static_cast<std::uint32_t>(size));
  return sizes;
}

}  // namespace systole::app
