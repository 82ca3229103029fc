#include "hw/blocks/engine/shell/fields.h"

namespace systole::engine {

std::optional<std::uint64_t> product(std::initializer_list<std::uint64_t> factors, std::uint64_t limit) {
  std::uint64_t result = 1;
  for (const std::uint64_t factor : factors) {
    if (factor == 0 || result > limit / factor) return std::nullopt;
    result *= factor;
  }
  return result;
}

}  // namespace systole::engine
