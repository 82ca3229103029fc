#include "app/results/hash.h"

namespace systole::app {

Hash& Hash::add(std::string_view part) {
  for (int shift = 0; shift < 64; shift += 8) byte(static_cast<unsigned char>(part.size() >> shift));
  for (const char c : part) byte(static_cast<unsigned char>(c));
  return *this;
}

std::string Hash::text() const {
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[(state_ >> shift) & 0xfU];
  return text;
}

}  // namespace systole::app
