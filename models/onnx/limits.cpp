#include "models/onnx/limits.h"

namespace systole::importer {

std::optional<std::string> shape_problem(const ir::Shape& shape, bool may_be_empty) {
  if (shape.size() > kMaxRank) {
    return "has " + std::to_string(shape.size()) + " dimensions; at most " + std::to_string(kMaxRank) +
           " are supported";
  }
  std::int64_t elements = 1;
  for (const std::int64_t dim : shape) {
    if (dim == 0 && may_be_empty) continue;
    if (dim < 1) return "has shape " + to_text(shape) + "; every dimension must be at least 1";
    if (dim > kMaxElements / elements) {
      return "has shape " + to_text(shape) + "; at most " + std::to_string(kMaxElements) +
             " elements are supported";
    }
    elements *= dim;
  }
  return std::nullopt;
}

std::string to_text(const ir::Shape& shape) {
  std::string text = "[";
  for (std::size_t d = 0; d < shape.size(); ++d) text += (d == 0 ? "" : ", ") + std::to_string(shape[d]);
  return text + "]";
}

}  // namespace systole::importer
