#include "models/program/text_scan.h"

#include <bit>
#include <charconv>

#include "models/program/layout.h"

namespace systole {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// The end of the token that begins at `at`: blanks within quotes do not end it.
std::size_t token_end(std::string_view text, std::size_t at) {
  bool in_quotes = false;
  for (; at < text.size(); ++at) {
    if (in_quotes && text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      in_quotes = !in_quotes;
    } else if (!in_quotes && is_space(text[at])) {
      return at;
    }
  }
  return text.size();
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
    if (text.empty()) parts.emplace_back();
  }
  return parts;
}

TextLine::TextLine(std::string_view text, int number, Issues& issues) : number_(number), issues_(issues) {
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    const std::size_t end = token_end(text, at);
    const std::string_view token = text.substr(at, end - at);
    at = end;
    const std::size_t equals = token.find('=');
    if (equals == std::string_view::npos) {
      if (fields_.empty()) {
        words_.push_back(token);
      } else {
        fault(token.substr(0, 40), "stands alone behind the fields");
      }
      continue;
    }
    fields_.push_back({token.substr(0, equals), token.substr(equals + 1)});
  }
}

std::optional<std::string_view> TextLine::take(std::string_view name) {
  std::optional<std::string_view> value;
  for (Field& field : fields_) {
    if (field.name != name || field.used) continue;
    if (value) {
      fault(name, "is given twice");
    } else {
      value = field.value;
    }
    field.used = true;
  }
  return value;
}

std::optional<std::uint64_t> TextLine::parse_unsigned(std::string_view text, std::uint64_t high) {
  int base = 10;
  if (text.substr(0, 2) == "0x") {
    text.remove_prefix(2);
    base = 16;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || value > high) return std::nullopt;
  return value;
}

std::optional<std::int64_t> TextLine::parse_signed(std::string_view text, std::int64_t low,
                                                   std::int64_t high) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high) {
    return std::nullopt;
  }
  return value;
}

std::string TextLine::string(std::string_view name) {
  const auto text = take(name);
  if (!text || text->size() < 2 || text->front() != '"' || text->back() != '"') {
    fault(name, "is missing or is no text in quotes");
    return {};
  }
  std::string out;
  std::string_view rest = text->substr(1, text->size() - 2);
  while (!rest.empty()) {
    if (rest[0] != '\\') {
      out += rest[0];
      rest.remove_prefix(1);
    } else if (rest.size() >= 2 && (rest[1] == '"' || rest[1] == '\\')) {
      out += rest[1];
      rest.remove_prefix(2);
    } else {
      unsigned value = 0;
      const std::string_view digits = rest.size() >= 4 && rest[1] == 'x' ? rest.substr(2, 2) : "";
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
      if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || value == 0) {
        fault(name, "has a bad escape: \\\", \\\\ and \\xNN (not 00) are possible");
        return {};
      }
      out += static_cast<char>(value);
      rest.remove_prefix(4);
    }
  }
  if (out.size() > kMaxNameBytes) fault(name, "is longer than " + std::to_string(kMaxNameBytes) + " bytes");
  return out;
}

float TextLine::real(std::string_view name) {
  const auto text = take(name);
  if (!text) return 0;
  if (text->substr(0, 4) == "nan:") {
    const auto bits = parse_unsigned(text->substr(4), 0xffffffffU);
    if (bits) return std::bit_cast<float>(static_cast<std::uint32_t>(*bits));
  } else {
    float value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error == std::errc{} && end == text->data() + text->size()) return value;
  }
  fault(name, "is no number: " + std::string(text->substr(0, 40)));
  return 0;
}

std::uint32_t TextLine::choice(std::string_view name, Names names, std::uint32_t fallback,
                               std::uint32_t high) {
  const auto text = take(name);
  if (!text) return fallback;
  if (const auto known = value_of_name(names, *text)) return *known;
  if (const auto number = parse_unsigned(*text, high)) return static_cast<std::uint32_t>(*number);
  std::string possible;
  for (const NamedValue& entry : names) possible += (possible.empty() ? "" : ", ") + std::string(entry.name);
  fault(name, "is none of " + possible + ": " + std::string(text->substr(0, 40)));
  return fallback;
}

std::uint32_t TextLine::flags(std::string_view name, Names names, std::uint32_t high) {
  std::uint32_t value = 0;
  for (const std::string_view part : split(take(name).value_or(""), '|')) {
    const auto known = value_of_name(names, part);
    const auto number = known ? std::optional<std::uint64_t>(*known) : parse_unsigned(part, high);
    if (!number) fault(name, "unknown flag: " + std::string(part.substr(0, 40)));
    value |= static_cast<std::uint32_t>(number.value_or(0));
  }
  return value;
}

std::vector<std::string_view> TextLine::list(std::string_view name) {
  const auto text = take(name);
  if (!text) return {};
  if (text->size() < 2 || text->front() != '[' || text->back() != ']') {
    fault(name, "is no list in brackets");
    return {};
  }
  return split(text->substr(1, text->size() - 2), ',');
}

void TextLine::fault(std::string_view key, const std::string& message) {
  ok_ = false;
  issues_.add(SourceLocation{"", number_, 0}, std::string(key.substr(0, 40)), message);
}

void TextLine::finish() {
  for (const Field& field : fields_) {
    if (!field.used) fault(field.name, "no such field here");
  }
}

}  // namespace systole
