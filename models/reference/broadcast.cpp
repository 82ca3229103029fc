#include "models/reference/broadcast.h"

namespace systole::reference {

BroadcastWalk::BroadcastWalk(const ir::Shape& operand, const ir::Shape& shape)
    : shape_(shape), stride_(shape.size(), 0), index_(shape.size(), 0) {
  std::int64_t stride = 1;
  for (std::size_t d = 0; d < operand.size(); ++d) {
    const std::size_t from_end = operand.size() - 1 - d;
    if (operand[from_end] != 1) stride_[shape.size() - 1 - d] = stride;
    stride *= operand[from_end];
  }
}

void BroadcastWalk::next() {
  for (std::size_t d = shape_.size(); d-- > 0;) {
    offset_ += stride_[d];
    if (++index_[d] < shape_[d]) return;
    offset_ -= stride_[d] * shape_[d];
    index_[d] = 0;
  }
}

}  // namespace systole::reference
