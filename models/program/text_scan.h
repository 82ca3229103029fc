// Lines of the canonical text: `word word ... key=value key=value ...`.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hw/base/issues.h"
#include "models/program/fields.h"

namespace systole {

/// One line, taken apart. Reports what is wrong with it under its line number. Fields are asked for by name;
/// finish() complains about those that nobody asked for.
class TextLine {
public:
  TextLine(std::string_view text, int number, Issues& issues);

  /// The words before the first key=value; "" where there is none.
  [[nodiscard]] std::string_view word(std::size_t index) const {
    return index < words_.size() ? words_[index] : std::string_view{};
  }
  [[nodiscard]] std::size_t word_count() const { return words_.size(); }
  [[nodiscard]] bool blank() const { return words_.empty() && fields_.empty(); }

  /// The raw value of a field, or nullopt if the line has none of that name.
  std::optional<std::string_view> take(std::string_view name);
  /// An integer field within [low, high]; `fallback` when it is absent, an issue when it is required or
  /// wrong.
  template <typename T>
  T integer(std::string_view name, std::optional<T> fallback = std::nullopt);
  std::string string(std::string_view name);
  float real(std::string_view name);
  std::uint32_t choice(std::string_view name, Names names, std::uint32_t fallback, std::uint32_t high);
  std::uint32_t flags(std::string_view name, Names names, std::uint32_t high);
  /// The parts of "[a,b,c]"; empty when the field is absent.
  std::vector<std::string_view> list(std::string_view name);

  /// Reads a whole text as an integer within [low, high], decimal or 0x.
  std::optional<std::uint64_t> parse_unsigned(std::string_view text, std::uint64_t high);
  std::optional<std::int64_t> parse_signed(std::string_view text, std::int64_t low, std::int64_t high);
  template <typename T>
  std::optional<T> parse(std::string_view text);

  void fault(std::string_view key, const std::string& message);
  [[nodiscard]] bool ok() const { return ok_; }
  void finish();

private:
  struct Field {
    std::string_view name;
    std::string_view value;
    bool used = false;
  };
  int number_;
  Issues& issues_;
  bool ok_ = true;
  std::vector<std::string_view> words_;
  std::vector<Field> fields_;
};

/// "a,b,c" in its parts; none for an empty text.
std::vector<std::string_view> split(std::string_view text, char separator);

template <typename T>
std::optional<T> TextLine::parse(std::string_view text) {
  if constexpr (std::numeric_limits<T>::is_signed) {
    const auto value = parse_signed(text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    return value ? std::optional<T>(static_cast<T>(*value)) : std::nullopt;
  } else {
    const auto value = parse_unsigned(text, std::numeric_limits<T>::max());
    return value ? std::optional<T>(static_cast<T>(*value)) : std::nullopt;
  }
}

template <typename T>
T TextLine::integer(std::string_view name, std::optional<T> fallback) {
  const auto text = take(name);
  if (!text) {
    if (!fallback) fault(name, "is missing");
    return fallback.value_or(T{});
  }
  const auto value = parse<T>(*text);
  if (!value) fault(name, "is no number in range: " + std::string(text->substr(0, 40)));
  return value.value_or(T{});
}

}  // namespace systole
