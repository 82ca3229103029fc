// numpy's broadcasting. Private to models/reference.
#pragma once

#include <vector>

#include "models/ir/tensor.h"

namespace systole::reference {

/// Walks over all indices of `shape` in row-major order and keeps the offset of the element of a smaller,
/// broadcast tensor.
class BroadcastWalk {
public:
  BroadcastWalk(const ir::Shape& operand, const ir::Shape& shape);
  [[nodiscard]] std::int64_t offset() const { return offset_; }
  void next();

private:
  ir::Shape shape_;
  std::vector<std::int64_t> stride_;  // 0 where the operand repeats
  std::vector<std::int64_t> index_;
  std::int64_t offset_ = 0;
};

}  // namespace systole::reference
