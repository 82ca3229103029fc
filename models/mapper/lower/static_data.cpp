#include "models/mapper/lower/static_data.h"

#include <algorithm>

#include "hw/base/assert.h"
#include "models/mapper/tiling/pack.h"

namespace systole::mapper {

std::vector<std::byte> static_data(const HwGraph& hw, const Plan& plan, const Capability& capability) {
  std::vector<std::byte> data(static_cast<std::size_t>(plan.data_bytes));
  const auto put = [&](ValueId id, const std::vector<std::byte>& bytes) {
    SYSTOLE_ASSERT(static_cast<std::int64_t>(bytes.size()) == hw.value(id).bytes(), "size of constant data");
    std::copy(bytes.begin(), bytes.end(), data.begin() + static_cast<std::ptrdiff_t>(plan.dram_offset[id]));
  };
  for (ValueId id = 0; id < hw.values.size(); ++id) {
    const Value& value = hw.value(id);
    if (plan.used[id] && value.kind == ValueKind::kConstant && !value.is_pack) put(id, value.data);
  }
  std::vector<bool> made(hw.values.size(), false);
  for (std::size_t i = 0; i < hw.nodes.size(); ++i) {
    const auto* op = std::get_if<MatrixOp>(&hw.nodes[i].op);
    if (op == nullptr || op->pack == kNoValue || made[op->pack]) continue;
    made[op->pack] = true;  // stripes share one
    put(op->pack, PackLayout(*op, std::get<MatrixTile>(*plan.nodes[i].tile), capability).data());
  }
  return data;
}

}  // namespace systole::mapper
