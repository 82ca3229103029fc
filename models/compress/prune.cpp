#include "models/compress/prune.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>

namespace systole::compress {

namespace {

using ir::OpKind;

constexpr std::int64_t kFewestChannels = 8;

/// Where a node keeps its weights, and (quantised) their scales and zero points.
struct Places {
  std::size_t weights = 1;
  std::optional<std::size_t> scales, zeros;
};
std::optional<Places> places_of(OpKind op) {
  switch (op) {
    case OpKind::kConv:
    case OpKind::kGemm:
    case OpKind::kMatMul:
      return Places{1, std::nullopt, std::nullopt};
    case OpKind::kConvInteger:
    case OpKind::kMatMulInteger:
      return Places{1, std::nullopt, 3};
    case OpKind::kQLinearConv:
    case OpKind::kQLinearMatMul:
    case OpKind::kQGemm:
      return Places{3, 4, 5};
    default:
      return std::nullopt;
  }
}

/// A layer's weights as a K x N matrix: element (k, n) stands at rows[k] + n * column.
struct Matrix {
  std::vector<std::int64_t> rows;
  std::int64_t columns = 0;
  std::int64_t column = 1;
};

std::optional<Matrix> matrix_of(const ir::Node& node, const ir::Shape& shape) {
  Matrix matrix;
  if (const auto* conv = std::get_if<ir::ConvAttributes>(&node.attributes)) {
    if (conv->groups != 1 || shape.size() < 3 || shape[1] < kFewestChannels) return std::nullopt;
    const std::int64_t channels = shape[1];
    const std::int64_t taps = ir::elements_of(shape) / (shape[0] * channels);
    matrix.columns = shape[0];
    matrix.column = channels * taps;
    matrix.rows.reserve(static_cast<std::size_t>(matrix.column));
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      for (std::int64_t c = 0; c < channels; ++c) matrix.rows.push_back(c * taps + tap);
    }
    return matrix;
  }
  if (shape.size() != 2) return std::nullopt;
  const auto* gemm = std::get_if<ir::GemmAttributes>(&node.attributes);
  const bool transposed = gemm != nullptr && gemm->transpose_b;
  const std::int64_t depth = shape[transposed ? 1 : 0];
  matrix.columns = shape[transposed ? 0 : 1];
  matrix.column = transposed ? depth : 1;
  matrix.rows.reserve(static_cast<std::size_t>(depth));
  for (std::int64_t k = 0; k < depth; ++k) matrix.rows.push_back(transposed ? k : k * matrix.columns);
  return matrix;
}

/// One value for all columns, or one each.
std::vector<float> values_of(const ir::Graph& graph, const ir::Node& node, std::optional<std::size_t> input,
                             float otherwise) {
  if (!input || *input >= node.inputs.size() || node.inputs[*input] == ir::kNoTensor) return {otherwise};
  const ir::Tensor& tensor = graph.tensor(node.inputs[*input]).value;
  if (!tensor.data) return {};
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(tensor.elements()));
  for (std::int64_t i = 0; i < tensor.elements(); ++i) {
    values.push_back(tensor.type == DType::kFloat32 ? tensor.as<float>()[i]
                     : tensor.type == DType::kInt8  ? static_cast<float>(tensor.as<std::int8_t>()[i])
                                                    : static_cast<float>(tensor.as<std::uint8_t>()[i]));
  }
  return values;
}

/// The weights of one layer on their way.
class Layer {
public:
  Layer(Matrix matrix, DType type, std::vector<std::byte>& data, std::vector<float> scales,
        std::vector<float> zeros)
      : matrix_(std::move(matrix)),
        type_(type),
        data_(data),
        scales_(std::move(scales)),
        zeros_(std::move(zeros)) {}

  [[nodiscard]] std::int64_t depth() const { return static_cast<std::int64_t>(matrix_.rows.size()); }
  [[nodiscard]] std::int64_t columns() const { return matrix_.columns; }

  /// The rows that stay, ascending; the others become zero.
  std::vector<std::size_t> keep_rows(double share) {
    // A product such as 0.4 x 45 must not come out above 18.
    constexpr double kRounding = 1e-9;
    const auto all = static_cast<std::size_t>(depth());
    const auto wanted = static_cast<std::size_t>(std::ceil(share * static_cast<double>(all) - kRounding));
    std::vector<double> norm(all, 0.0);
    for (std::int64_t n = 0; n < columns(); ++n) {
      for (std::size_t k = 0; k < all; ++k) norm[k] += magnitude(k, n) * magnitude(k, n);
    }
    std::vector<std::size_t> order(all);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return norm[a] > norm[b]; });
    const auto stays = order.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(wanted, 1, all));
    for (auto row = stays; row != order.end(); ++row) {
      for (std::int64_t n = 0; n < columns(); ++n) clear(*row, n);
    }
    order.erase(stays, order.end());
    std::sort(order.begin(), order.end());
    return order;
  }

  void thin_out(const std::vector<std::size_t>& rows, std::size_t n, std::size_t m) {
    std::vector<std::size_t> group;
    for (std::int64_t column = 0; column < columns(); ++column) {
      for (std::size_t first = 0; first < rows.size(); first += m) {
        const std::size_t last = std::min(rows.size(), first + m);
        group.assign(rows.begin() + static_cast<std::ptrdiff_t>(first),
                     rows.begin() + static_cast<std::ptrdiff_t>(last));
        std::stable_sort(group.begin(), group.end(),
                         [&](auto a, auto b) { return magnitude(a, column) > magnitude(b, column); });
        for (std::size_t i = n; i < group.size(); ++i) clear(group[i], column);
      }
    }
  }

  [[nodiscard]] std::int64_t left() const {
    std::int64_t count = 0;
    for (std::int64_t n = 0; n < columns(); ++n) {
      for (std::size_t k = 0; k < matrix_.rows.size(); ++k) count += magnitude(k, n) > 0 ? 1 : 0;
    }
    return count;
  }

private:
  [[nodiscard]] std::size_t place(std::size_t k, std::int64_t n) const {
    return static_cast<std::size_t>(matrix_.rows[k] + n * matrix_.column) * size_of(type_);
  }
  static float of(const std::vector<float>& list, std::int64_t n) {
    return list[list.size() == 1 ? 0 : static_cast<std::size_t>(n)];
  }
  [[nodiscard]] double magnitude(std::size_t k, std::int64_t n) const {
    const std::byte* const at = data_.data() + place(k, n);
    float value = 0;
    if (type_ == DType::kFloat32) {
      std::memcpy(&value, at, sizeof value);
    } else {
      value = type_ == DType::kInt8 ? static_cast<float>(static_cast<std::int8_t>(*at))
                                    : static_cast<float>(std::to_integer<unsigned>(*at));
    }
    return std::fabs(static_cast<double>(value - of(zeros_, n)) * static_cast<double>(of(scales_, n)));
  }
  void clear(std::size_t k, std::int64_t n) {
    std::byte* const at = data_.data() + place(k, n);
    if (type_ == DType::kFloat32) {
      std::fill_n(at, sizeof(float), std::byte{0});
    } else {
      *at = static_cast<std::byte>(static_cast<std::int32_t>(of(zeros_, n)));
    }
  }

  Matrix matrix_;
  DType type_;
  std::vector<std::byte>& data_;
  std::vector<float> scales_, zeros_;
};

bool can_hold(DType type) { return type == DType::kFloat32 || type == DType::kInt8 || type == DType::kUInt8; }

}  // namespace

std::vector<PrunedLayer> prune(ir::Graph& graph, const PruneOptions& options) {
  std::vector<PrunedLayer> layers;
  if (!options.any()) return layers;
  for (ir::NodeIndex index = 0; index < graph.node_count(); ++index) {
    const ir::Node& node = graph.node(index);
    const auto places = places_of(node.op);
    if (!places || places->weights >= node.inputs.size()) continue;
    ir::TensorInfo& info = graph.tensor(node.inputs[places->weights]);
    if (!info.is_constant() || info.consumers.size() != 1 || !can_hold(info.value.type)) continue;
    auto matrix = matrix_of(node, info.value.shape);
    auto scales = values_of(graph, node, places->scales, 1.0F);
    auto zeros = values_of(graph, node, places->zeros, 0.0F);
    if (!matrix || scales.empty() || zeros.empty()) continue;
    auto data = std::make_shared<std::vector<std::byte>>(*info.value.data.bytes());
    Layer layer(std::move(*matrix), info.value.type, *data, std::move(scales), std::move(zeros));
    const std::vector<std::size_t> rows = layer.keep_rows(options.columns);
    if (options.structured_m != 0) layer.thin_out(rows, options.structured_n, options.structured_m);
    layers.push_back({node.name, layer.depth(), static_cast<std::int64_t>(rows.size()),
                      layer.depth() * layer.columns(), layer.left()});
    info.value.data = ir::TensorData(std::shared_ptr<const ir::TensorData::Bytes>(std::move(data)));
  }
  return layers;
}

}  // namespace systole::compress
