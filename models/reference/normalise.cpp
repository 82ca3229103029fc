// BatchNormalization and LRN.
#include <algorithm>
#include <cmath>

#include "models/reference/operators.h"

namespace systole::reference {
namespace {

// [N, C, ...] as batch x channels x inner.
struct Channels {
  std::int64_t batch = 1, count = 1, inner = 1;
  explicit Channels(const ir::Shape& shape) : batch(shape[0]), count(shape[1]) {
    for (std::size_t d = 2; d < shape.size(); ++d) inner *= shape[d];
  }
};

}  // namespace

void batch_normalization(const Call& call) {
  const float epsilon = std::get<ir::NormAttributes>(call.node.attributes).epsilon;
  const Channels of(call.inputs[0].shape());
  const auto* x = call.inputs[0].as<float>();
  auto* y = call.outputs[0]->as<float>();
  for (std::int64_t plane = 0; plane < of.batch * of.count; ++plane) {
    const std::int64_t c = plane % of.count;
    const float scale = call.inputs[1].as<float>()[c] / std::sqrt(call.inputs[4].as<float>()[c] + epsilon);
    const float bias = call.inputs[2].as<float>()[c];
    const float mean = call.inputs[3].as<float>()[c];
    for (std::int64_t i = plane * of.inner; i < (plane + 1) * of.inner; ++i)
      y[i] = (x[i] - mean) * scale + bias;
  }
}

void lrn(const Call& call) {
  const auto& attributes = std::get<ir::LrnAttributes>(call.node.attributes);
  const Channels of(call.inputs[0].shape());
  const float factor = attributes.alpha / static_cast<float>(attributes.size);
  std::vector<float> squares(static_cast<std::size_t>(of.inner));
  for (std::int64_t n = 0; n < of.batch; ++n) {
    const auto* x = call.inputs[0].as<float>() + n * of.count * of.inner;
    auto* y = call.outputs[0]->as<float>() + n * of.count * of.inner;
    for (std::int64_t c = 0; c < of.count; ++c) {
      std::fill(squares.begin(), squares.end(), 0.0F);
      const std::int64_t last = std::min(of.count - 1, c + attributes.size / 2);
      for (std::int64_t k = std::max<std::int64_t>(0, c - (attributes.size - 1) / 2); k <= last; ++k) {
        const float* plane = x + k * of.inner;
        for (std::size_t i = 0; i < squares.size(); ++i) squares[i] += plane[i] * plane[i];
      }
      for (std::int64_t i = 0; i < of.inner; ++i) {
        const float base = attributes.bias + factor * squares[static_cast<std::size_t>(i)];
        y[c * of.inner + i] = x[c * of.inner + i] / std::pow(base, attributes.beta);
      }
    }
  }
}

}  // namespace systole::reference
