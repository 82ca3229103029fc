#include "models/onnx/quantisation.h"

#include <cmath>

#include "models/onnx/limits.h"

namespace systole::importer {
namespace {

// One element (a scalar, or [1]), or one per channel in one dimension.
bool fits(const ir::Shape& shape, std::int64_t channels) {
  if (shape.empty() || shape == ir::Shape{1}) return true;
  return channels != 0 && shape == ir::Shape{channels};
}

void check_shape(NodeView& node, std::size_t i, std::int64_t channels) {
  if (fits(node.shape(i), channels)) return;
  node.fail("input '" + node.input(i).name + "' has shape " + to_text(node.shape(i)) +
            " instead of a scalar" + (channels == 0 ? "" : " or " + to_text({channels})));
}

}  // namespace

void check_quantisation(NodeView& node, std::size_t scale, std::size_t zero, DType type,
                        std::int64_t channels, bool divides) {
  if (!node.require_type(scale, {DType::kFloat32})) return;
  check_shape(node, scale, channels);
  const ir::Tensor& scales = node.input(scale);
  if (scales.data != nullptr) {
    for (std::int64_t i = 0; i < scales.elements(); ++i) {
      const float value = scales.as<float>()[i];
      if (!std::isfinite(value) || (divides && value <= 0.0F)) {
        node.fail("scale '" + scales.name + "' holds " + std::to_string(value) + "; it must be finite" +
                  (divides ? " and above 0" : ""));
        break;
      }
    }
  }
  check_zero_point(node, zero, type, channels);
}

void check_zero_point(NodeView& node, std::size_t zero, DType type, std::int64_t channels) {
  if (!node.has(zero)) return;
  node.require_type(zero, {type});
  check_shape(node, zero, channels);
}

}  // namespace systole::importer
