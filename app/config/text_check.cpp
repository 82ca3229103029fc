#include "app/config/text_check.h"

#include <cstdint>

namespace systole::app {
namespace {

// Bytes of the UTF-8 character at the start of the text; 0 if there is none. Overlong forms, surrogates and
// what lies beyond Unicode are none.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  std::uint32_t code = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
    code = code << 6U | (byte(i) & 0x3fU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  const bool control = code >= 0x80 && code < 0xa0;
  // U+FEFF marks a byte order and U+FFFE, U+FFFF are no characters.
  const bool mark = code == 0xfeff || code == 0xfffe || code == 0xffff;
  return overlong || surrogate || control || mark || code > 0x10ffff ? 0 : length;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

}  // namespace

std::optional<TextPlace> first_bad_character(std::string_view text) {
  TextPlace place;
  while (!text.empty()) {
    const std::size_t bytes = character_bytes(text);
    if (bytes == 0 || is_control(text.front())) return place;
    if (text.front() == '\n') {
      ++place.line;
      place.column = 1;
    } else {
      ++place.column;
    }
    text.remove_prefix(bytes);
  }
  return std::nullopt;
}

}  // namespace systole::app
