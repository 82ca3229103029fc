#include "models/onnx/broadcast.h"

namespace systole::importer {

std::optional<ir::Shape> broadcast(const ir::Shape& a, const ir::Shape& b) {
  const ir::Shape& longer = a.size() >= b.size() ? a : b;
  const ir::Shape& shorter = a.size() >= b.size() ? b : a;
  ir::Shape result = longer;
  const std::size_t offset = longer.size() - shorter.size();
  for (std::size_t d = 0; d < shorter.size(); ++d) {
    std::int64_t& dim = result[d + offset];
    if (dim == shorter[d] || shorter[d] == 1) continue;
    if (dim != 1) return std::nullopt;
    dim = shorter[d];
  }
  return result;
}

}  // namespace systole::importer
