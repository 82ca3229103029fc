// Whether bytes are text at all.
#pragma once

#include <optional>
#include <string_view>

namespace systole::app {

struct TextPlace {
  int line = 1;
  int column = 1;  ///< in characters
};

/// The place of the first byte that is neither part of a UTF-8 character nor allowed in YAML (control
/// characters other than tab and the line ends); nullopt if there is none.
std::optional<TextPlace> first_bad_character(std::string_view text);

}  // namespace systole::app
