// How the host block writes addresses in its messages.
#pragma once

#include <cstdint>
#include <string>

namespace systole::host {

/// 0x10 for 16: no leading zeros.
inline std::string hex(std::uint64_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  do {
    text.insert(text.begin(), kDigits[value & 15U]);
    value >>= 4U;
  } while (value != 0);
  return "0x" + text;
}

}  // namespace systole::host
