#include <cstring>

#include "models/mapper/winograd/winograd.h"

namespace systole::mapper {

namespace {

constexpr std::int64_t kPlaces = 16;

ValueId add_value(HwGraph& hw, Value value) {
  const auto id = static_cast<ValueId>(hw.values.size());
  value.root = id;
  value.dram_strides = dense_strides(value.dims, static_cast<std::int64_t>(size_of(value.type)));
  hw.values.push_back(std::move(value));
  return id;
}

ValueId add_planes(HwGraph& hw, const std::string& name, DType type, const MatrixOp& op,
                   std::int64_t channels, std::uint32_t row) {
  Value value;
  value.name = name;
  value.type = type;
  value.dims = {kPlaces, winograd_tiles(op.out_h), winograd_tiles(op.out_w), channels};
  value.row = row;
  return add_value(hw, std::move(value));
}

/// 4 bytes for each channel.
template <typename T>
ValueId add_table(HwGraph& hw, const std::string& name, DType type, const std::vector<T>& table,
                  std::uint32_t row) {
  Value value;
  value.name = name;
  value.kind = ValueKind::kConstant;
  value.type = type;
  value.dims = {static_cast<std::int64_t>(table.size())};
  value.data.resize(table.size() * sizeof(T));
  std::memcpy(value.data.data(), table.data(), value.data.size());
  value.row = row;
  return add_value(hw, std::move(value));
}

/// One product of the tiles' places for each plane.
MatrixOp product_of(const MatrixOp& op, ValueId in, ValueId out, ValueId pack) {
  MatrixOp product;
  product.a = in;
  product.out = out;
  product.pack = pack;
  product.a_roles = product.out_roles = {1, 2, 3, {0}};
  product.batch = {kPlaces};
  product.in_c = op.in_c;
  product.n = op.n;
  product.in_h = product.out_h = winograd_tiles(op.out_h);
  product.in_w = product.out_w = winograd_tiles(op.out_w);
  product.b_data = winograd_weights(op.b_data, op.b_type, op.n * op.in_c);
  product.b_index = {op.in_c * kPlaces, 0, 0, kPlaces, {1}};
  product.b_roles.batch = {-1};
  product.b_zero = {0};
  product.a_type = product.b_type = DType::kInt16;
  product.out_type = DType::kInt32;
  return product;
}

void rewrite(HwGraph& hw, const MatrixOp& op, std::uint32_t row, std::vector<HwNode>& out) {
  const std::string name = hw.value(op.out).name;
  const ValueId tiles = add_planes(hw, name + " (tiles)", DType::kInt16, op, op.in_c, row);
  const ValueId sums = add_planes(hw, name + " (sums)", DType::kInt32, op, op.n, row);
  Value weights;
  weights.name = hw.value(op.pack).name;
  weights.kind = ValueKind::kConstant;
  weights.type = DType::kUInt8;
  weights.dims = {0};
  weights.is_pack = true;
  weights.row = row;
  const ValueId pack = add_value(hw, std::move(weights));

  WinogradOp input;
  input.in = op.a;
  input.out = tiles;
  input.pad = op.window.pad;
  input.a_zero = op.a_zero;
  out.push_back({row, input});
  out.push_back({row, product_of(op, tiles, sums, pack)});
  WinogradOp output;
  output.is_output = true;
  output.in = sums;
  output.out = op.out;
  output.scales = add_table(hw, name + " (scales)", DType::kFloat32, op.scale, row);
  if (!op.bias.empty()) output.bias = add_table(hw, name + " (bias)", DType::kInt32, op.bias, row);
  output.out_zero = op.out_zero;
  output.clip = op.clip;
  out.push_back({row, output});
}

}  // namespace

void make_winograd(HwGraph& hw, const std::vector<WinogradChoice>& choices) {
  std::vector<HwNode> nodes;
  nodes.reserve(hw.nodes.size() + 2 * choices.size());
  auto choice = choices.begin();
  for (std::size_t i = 0; i < hw.nodes.size(); ++i) {
    if (choice == choices.end() || choice->position != i) {
      nodes.push_back(std::move(hw.nodes[i]));
      continue;
    }
    ++choice;
    rewrite(hw, std::get<MatrixOp>(hw.nodes[i].op), hw.nodes[i].row, nodes);
  }
  hw.nodes = std::move(nodes);
}

}  // namespace systole::mapper
