// The hash that tells configurations apart: FNV-1a with 64 bits. Not a defence against forgery.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace systole::app {

class Hash {
public:
  /// Every part is hashed with its length, so that parts cannot run into one another.
  Hash& add(std::string_view part);
  /// 16 hexadecimal digits.
  [[nodiscard]] std::string text() const;

private:
  void byte(unsigned char value) { state_ = (state_ ^ value) * 0x100000001b3ULL; }
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

}  // namespace systole::app
