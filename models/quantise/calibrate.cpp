#include "models/quantise/calibrate.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "hw/numerics/conv_float.h"
#include "hw/numerics/gemm.h"
#include "models/quantise/arithmetic.h"
#include "models/quantise/parameters.h"
#include "models/reference/operands.h"
#include "models/reference/run.h"

namespace systole::quantise {

namespace {

using ir::OpKind;
using reference::Call;

std::array<std::size_t, 2> sizes(const std::array<std::int64_t, 2>& values) {
  return {static_cast<std::size_t>(values[0]), static_cast<std::size_t>(values[1])};
}

/// [N, C, H, W], or [N, C, W] as H = 1.
std::array<std::size_t, 4> image_of(const ir::Shape& shape) {
  const auto at = [&](std::size_t d) { return static_cast<std::size_t>(shape[d]); };
  return shape.size() == 3 ? std::array<std::size_t, 4>{at(0), at(1), 1, at(2)}
                           : std::array<std::size_t, 4>{at(0), at(1), at(2), at(3)};
}

/// A float operand wherever it is: a computed tensor, or a constant that need not be in memory.
class Values {
public:
  explicit Values(const reference::Operand& operand) {
    if (operand.data != nullptr) {
      data_ = operand.as<float>();
    } else {
      own_ = all_floats(*operand.tensor);
      data_ = own_.data();
    }
  }
  [[nodiscard]] const float* data() const { return data_; }

private:
  std::vector<float> own_;
  const float* data_ = nullptr;
};

bool run_conv(const Call& call, unsigned threads) {
  const auto& attributes = std::get<ir::ConvAttributes>(call.node.attributes);
  const auto in = image_of(call.inputs[0].shape());
  const auto out = image_of(call.outputs[0]->shape);
  const Values weights(call.inputs[1]);
  std::optional<Values> bias;
  if (call.has(2)) bias.emplace(call.inputs[2]);
  numerics::convolve({.batch = in[0],
                      .groups = static_cast<std::size_t>(attributes.groups),
                      .in_c = in[1],
                      .in_h = in[2],
                      .in_w = in[3],
                      .out_c = out[1],
                      .out_h = out[2],
                      .out_w = out[3],
                      .kernel = sizes(attributes.window.kernel),
                      .stride = sizes(attributes.window.stride),
                      .dilation = sizes(attributes.window.dilation),
                      .pad = sizes(attributes.window.pad_begin),
                      .x = call.inputs[0].as<float>(),
                      .w = weights.data(),
                      .bias = bias ? bias->data() : nullptr,
                      .y = call.outputs[0]->as<float>(),
                      .threads = threads});
  return true;
}

/// Weights [N, K] as the K x N operand of a product, read piece by piece.
class TransposedWeights : public numerics::BSource {
public:
  explicit TransposedWeights(const ir::Tensor& weights) : weights_(weights) {}
  void fill(std::size_t k0, std::size_t rows, std::size_t n0, std::size_t columns, float* out,
            std::size_t ld) const override {
    const auto depth = static_cast<std::size_t>(weights_.shape[1]);
    std::vector<float> column(rows);
    for (std::size_t n = 0; n < columns; ++n) {
      read_floats(weights_, (n0 + n) * depth + k0, column);
      for (std::size_t k = 0; k < rows; ++k) out[k * ld + n] = column[k];
    }
  }

private:
  const ir::Tensor& weights_;
};

/// y[m, n] = y alpha + beta C, C broadcast.
void add_c(const Call& call, const ir::GemmAttributes& gemm, std::size_t m, std::size_t n) {
  auto* const y = call.outputs[0]->as<float>();
  for (std::size_t i = 0; gemm.alpha != 1.0F && i < m * n; ++i) y[i] *= gemm.alpha;
  if (!call.has(2)) return;
  const Values c(call.inputs[2]);
  const ir::Shape& shape = call.inputs[2].shape();
  const auto extent = [&](std::size_t from_last) {
    return shape.size() < from_last ? std::size_t{1}
                                    : static_cast<std::size_t>(shape[shape.size() - from_last]);
  };
  const std::size_t column_step = extent(1) == 1 ? 0 : 1;
  const std::size_t row_step = extent(2) == 1 ? 0 : extent(1);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const float addend = c.data()[i * row_step + j * column_step];
      y[i * n + j] += gemm.beta == 1.0F ? addend : gemm.beta * addend;
    }
  }
}

bool run_gemm(const Call& call, unsigned threads) {
  const auto& gemm = std::get<ir::GemmAttributes>(call.node.attributes);
  if (gemm.transpose_a) return false;
  const ir::Shape& a = call.inputs[0].shape();
  const auto m = static_cast<std::size_t>(a[0]);
  const auto k = static_cast<std::size_t>(a[1]);
  const auto n = static_cast<std::size_t>(call.outputs[0]->shape[1]);
  numerics::FloatGemm product{.m = m,
                              .n = n,
                              .k = k,
                              .a = call.inputs[0].as<float>(),
                              .lda = k,
                              .b_layout = numerics::BLayout::row_major(n),
                              .c = call.outputs[0]->as<float>(),
                              .ldc = n,
                              .threads = threads};
  if (gemm.transpose_b && call.inputs[1].data == nullptr) {
    const TransposedWeights weights(*call.inputs[1].tensor);
    product.b_source = &weights;
    numerics::gemm(product);
  } else {
    const Values weights(call.inputs[1]);
    product.b = weights.data();
    if (gemm.transpose_b) product.b_layout = numerics::BLayout::transposed(k);
    numerics::gemm(product);
  }
  add_c(call, gemm, m, n);
  return true;
}

bool run_matmul(const Call& call, unsigned threads) {
  const ir::Shape& b = call.inputs[1].shape();
  const ir::Shape& a = call.inputs[0].shape();
  if (b.size() != 2 || a.size() < 2) return false;
  const auto k = static_cast<std::size_t>(b[0]);
  const auto n = static_cast<std::size_t>(b[1]);
  const Values weights(call.inputs[1]);
  const Values activations(call.inputs[0]);
  numerics::gemm({.m = static_cast<std::size_t>(ir::elements_of(a)) / std::max<std::size_t>(k, 1),
                  .n = n,
                  .k = k,
                  .a = activations.data(),
                  .lda = k,
                  .b = weights.data(),
                  .b_layout = numerics::BLayout::row_major(n),
                  .c = call.outputs[0]->as<float>(),
                  .ldc = n,
                  .threads = threads});
  return true;
}

bool run_fast(const Call& call, unsigned threads) {
  if (call.outputs.empty() || call.outputs[0] == nullptr) return false;
  switch (call.node.op) {
    case OpKind::kConv:
      return run_conv(call, threads);
    case OpKind::kGemm:
      return call.inputs[0].type() == DType::kFloat32 && run_gemm(call, threads);
    case OpKind::kMatMul:
      return call.inputs[0].type() == DType::kFloat32 && run_matmul(call, threads);
    default:
      return false;
  }
}

float magnitude_of(const ir::TensorData& data) {
  return largest_magnitude({reinterpret_cast<const float*>(data->data()), data->size() / sizeof(float)});
}

}  // namespace

Ranges calibrate(const ir::Graph& graph, std::span<const std::vector<ir::TensorData>> inputs,
                 unsigned threads, Issues& issues, std::vector<std::vector<ir::Tensor>>* outputs) {
  Ranges ranges(graph.tensor_count(), 0.0F);
  const auto observe = [&](ir::TensorId id, const ir::TensorData& data) {
    const ir::TensorInfo& info = graph.tensor(id);
    if (info.value.type != DType::kFloat32 || std::isinf(ranges[id])) return;
    const float magnitude = magnitude_of(data);
    if (std::isfinite(magnitude)) {
      ranges[id] = std::max(ranges[id], magnitude);
      return;
    }
    ranges[id] = INFINITY;
    issues.add(
        info.producer ? graph.node(*info.producer).name : info.value.name,
        "on the calibration inputs, tensor \"" + info.value.name +
            "\" has values that are infinite or not a number: it has no range to quantise to; repair the "
            "weights or give other inputs (workload.quantise.calibration)");
  };
  ReferenceHooks hooks;
  hooks.execute = [&](const Call& call) { return run_fast(call, threads); };
  hooks.observe = observe;
  for (const std::vector<ir::TensorData>& set : inputs) {
    for (std::size_t i = 0; i < set.size(); ++i) observe(graph.inputs()[i], set[i]);
    if (!issues.empty()) break;
    ReferenceResult result = run_reference(graph, set, false, hooks);
    if (outputs != nullptr) outputs->push_back(std::move(result.outputs));
    if (!issues.empty()) break;  // one bad tensor makes all after it bad
  }
  return ranges;
}

std::vector<ir::Tensor> run_float(const ir::Graph& graph, std::span<const ir::TensorData> inputs,
                                  unsigned threads) {
  ReferenceHooks hooks;
  hooks.execute = [&](const Call& call) { return run_fast(call, threads); };
  return run_reference(graph, inputs, false, hooks).outputs;
}

}  // namespace systole::quantise
