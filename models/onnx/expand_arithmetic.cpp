// Sum, Neg, Abs, PRelu, ReduceSum.
#include "models/onnx/expand.h"
#include "models/onnx/limits.h"

namespace systole::importer {

// One after another, from the left.
Resolved expand_sum(NodeView& node) {
  Expansion expansion(node);
  if (node.input_count() == 1) {
    expansion.add("Identity", {expansion.input(0)});
    return expansion.finish();
  }
  std::string sum = expansion.input(0);
  for (std::size_t i = 1; i < node.input_count(); ++i) sum = expansion.add("Add", {sum, expansion.input(i)});
  return expansion.finish();
}

// x * -1, which only turns the sign.
Resolved expand_neg(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  Expansion expansion(node);
  expansion.add("Mul", {expansion.input(0), expansion.scalar(-1.0F)});
  return expansion.finish();
}

namespace {

std::string negative_part(Expansion& expansion) {
  return expansion.add("Clip", {expansion.input(0), "", expansion.scalar(0.0F)});
}

}  // namespace

// max(x, 0) - min(x, 0): one of the two is 0.
Resolved expand_abs(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  Expansion expansion(node);
  const std::string positive = expansion.add("Relu", {expansion.input(0)});
  expansion.add("Sub", {positive, negative_part(expansion)});
  return expansion.finish();
}

// max(x, 0) + slope * min(x, 0).
Resolved expand_prelu(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  node.require_type(1, {DType::kFloat32});
  Expansion expansion(node);
  std::string slope = expansion.input(1);
  const std::size_t rank = node.shape(0).size();
  // Before opset 7 the slope has one element for each channel.
  if (node.opset() < 7 && node.shape(1).size() == 1 && node.input(1).elements() > 1 && rank > 1) {
    std::vector<std::int64_t> by_channel(rank - 1, 1);
    by_channel[0] = node.shape(1)[0];
    slope = expansion.reshape(slope, by_channel);
  }
  const std::string positive = expansion.add("Relu", {expansion.input(0)});
  const std::string negative = expansion.add("Mul", {negative_part(expansion), slope});
  expansion.add("Add", {positive, negative});
  return expansion.finish();
}

// The mean times the number of elements.
Resolved expand_reduce_sum(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  const std::size_t rank = node.shape(0).size();
  std::vector<std::int64_t> list;
  if (const auto attribute = node.integer_list("axes")) list = *attribute;
  if (node.has(1)) list = node.constant_integers(1).value_or(list);
  const bool keep = node.flag("keepdims", true);
  Expansion expansion(node);
  if (list.empty() && node.flag("noop_with_empty_axes", false)) {
    expansion.add("Identity", {expansion.input(0)});
    return expansion.finish();
  }
  std::vector<std::int64_t> axes = node.axes(list, rank);
  if (!node.ok()) return {};
  if (list.empty()) {
    for (std::size_t d = 0; d < rank; ++d) axes.push_back(static_cast<std::int64_t>(d));
  }
  float count = 1.0F;
  for (const std::int64_t axis : axes) {
    count *= static_cast<float>(node.shape(0)[static_cast<std::size_t>(axis)]);
  }
  const std::string mean = expansion.add("ReduceMean", {expansion.input(0)},
                                         {{"axes", axes}, {"keepdims", std::int64_t{keep ? 1 : 0}}});
  expansion.add("Mul", {mean, expansion.scalar(count)});
  return expansion.finish();
}

}  // namespace systole::importer
