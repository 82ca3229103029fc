// The operators of the network IR and their attributes: ONNX's operators with ONNX's meaning, resolved to one
// form.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "hw/base/number_format.h"

namespace systole::ir {

/// One per ONNX operator that is supported. Inputs stand in ONNX's order (see the comment), optional ones may
/// be absent.
enum class OpKind : std::uint8_t {
  kConv,               // X, W, [B]
  kGemm,               // A, B, [C]
  kMatMul,             // A, B
  kQLinearConv,        // x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, [B]
  kQLinearMatMul,      // a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero
  kQuantizeLinear,     // x, scale, [zero]
  kDequantizeLinear,   // x, scale, [zero]
  kRelu,               // X
  kClip,               // X, [min], [max]; attributes of opset 6 become inputs on import
  kMaxPool,            // X
  kAveragePool,        // X
  kGlobalAveragePool,  // X
  kAdd,                // A, B: numpy broadcasting
  kQLinearAdd,         // A, A_scale, A_zero, B, B_scale, B_zero, C_scale, C_zero (com.microsoft)
  kFlatten,            // X
  kReshape,            // X; the target shape is that of the output tensor
  kSoftmax,            // X
  kArgMax,             // X
  kTopK,               // X; k is an attribute here; two outputs

  kBatchNormalization,  // X, scale, B, mean, var; inference: y = (x - mean) * (scale / sqrt(var + epsilon)) +
                        // B
  kLRN,                 // X: across the channels (dimension 1)
  kConcat,              // any number, along `axis`
  kSplit,               // X; any number of outputs along `axis`, whose shapes say how much each takes
  kSlice,               // X; starts and steps are attributes here, of every dimension
  kTranspose,           // X
  kPad,                 // X, [value]: a scalar of X's type; pads are an attribute here
  kSqueeze,             // X; like Reshape
  kUnsqueeze,           // X; like Reshape
  kReduceMean,          // X; axes are an attribute here
  kSigmoid,             // X: 1 / (1 + exp(-x))
  kTanh,                // X
  kLeakyRelu,           // X: x < 0 ? alpha * x : x
  kHardSigmoid,         // X: max(0, min(1, alpha * x + beta))
  kHardSwish,           // X: x * max(0, min(1, x / 6 + 0.5))
  kMul,                 // A, B: numpy broadcasting, as Sub and Div
  kSub,                 // A, B
  kDiv,                 // A, B
  kResize,              // X; nearest only; the source of every output index is an attribute here
  kConvInteger,         // x, w, [x_zero], [w_zero]; int32
  kMatMulInteger,       // A, B, [a_zero], [b_zero]; int32
  kIdentity,            // X: only where a copy must have a name of its own; others are dissolved on import

  // com.microsoft
  kQGemm,                     // A, a_scale, a_zero, B, b_scale, b_zero, [C], [y_scale], [y_zero]
  kQLinearConcat,             // y_scale, y_zero, then x, x_scale, x_zero of every input
  kQLinearAveragePool,        // x, x_scale, [x_zero], y_scale, [y_zero]
  kQLinearGlobalAveragePool,  // x, x_scale, x_zero, y_scale, y_zero
  kQLinearMul,                // A, A_scale, A_zero, B, B_scale, B_zero, C_scale, C_zero
  kQLinearSigmoid,            // x, x_scale, [x_zero], y_scale, [y_zero]
  kQLinearLeakyRelu,          // x, x_scale, [x_zero], y_scale, [y_zero]
};

inline constexpr std::size_t kOpKindCount = 48;

std::string_view name_of(OpKind kind);  ///< ONNX's operator name
std::optional<OpKind> op_from_name(std::string_view name);

/// Convolution and pooling windows over (H, W). 1-D windows are imported as 2-D with H = 1. Padding is
/// resolved: auto_pad has become numbers, ceil_mode shows in the output shape only.
struct Window {
  std::array<std::int64_t, 2> kernel{1, 1};
  std::array<std::int64_t, 2> stride{1, 1};
  std::array<std::int64_t, 2> dilation{1, 1};
  std::array<std::int64_t, 2> pad_begin{0, 0};
  std::array<std::int64_t, 2> pad_end{0, 0};
};

struct ConvAttributes {
  Window window;
  std::int64_t groups = 1;
};
struct PoolAttributes {
  Window window;
  bool count_include_pad = false;
};
struct GemmAttributes {
  float alpha = 1.0F;
  float beta = 1.0F;
  bool transpose_a = false;
  bool transpose_b = false;
};
/// QuantizeLinear, DequantizeLinear, Softmax, ArgMax, TopK, Flatten, Concat, QLinearConcat, Split. axis is
/// not negative.
struct AxisAttributes {
  std::int64_t axis = 0;
  std::int64_t k = 1;              ///< TopK
  bool keep_dims = true;           ///< ArgMax
  bool select_last_index = false;  ///< ArgMax
  bool largest = true;             ///< TopK
  bool sorted = true;              ///< TopK
  /// Softmax before opset 13: the input is flattened to 2-D at `axis` first.
  bool flatten_at_axis = false;
};

/// BatchNormalization.
struct NormAttributes {
  float epsilon = 1e-5F;
};
/// y = x / (bias + (alpha / size) * sum of squares)^beta; the sum goes over channels
/// c - floor((size - 1) / 2) to c + ceil((size - 1) / 2) that exist.
struct LrnAttributes {
  std::int64_t size = 1;
  float alpha = 0.0001F;
  float beta = 0.75F;
  float bias = 1.0F;
};
/// Output index o of dimension d is input index start[d] + o * step[d], which always exists. Steps may be
/// negative.
struct SliceAttributes {
  std::vector<std::int64_t> start;
  std::vector<std::int64_t> step;
};
/// Output dimension d is input dimension permutation[d].
struct TransposeAttributes {
  std::vector<std::int64_t> permutation;
};
enum class PadMode : std::uint8_t { kConstant, kReflect, kEdge };
/// Elements added before and after every dimension; negative ones are taken away.
struct PadAttributes {
  PadMode mode = PadMode::kConstant;
  std::vector<std::int64_t> begin;
  std::vector<std::int64_t> end;
};
/// Axes that are averaged: ascending, each once, not negative.
struct ReduceAttributes {
  std::vector<std::int64_t> axes;
  bool keep_dims = true;
};
/// LeakyRelu, QLinearLeakyRelu (alpha) and HardSigmoid (alpha, beta).
struct ActivationAttributes {
  float alpha = 0.0F;
  float beta = 0.0F;
};
/// Nearest neighbour: output index o of dimension d is input index source[d][o].
struct ResizeAttributes {
  std::vector<std::vector<std::int64_t>> source;
};

/// In which numbers a product node multiplies and adds, where that is not what its tensors' types say.
///   a, b               formats of the left and the right operand; floats are rounded to them, integers
///                      saturate
///   accumulator_bits   integers: 8 to 48; floats: 32, or 16 for sums in the operands' own format
///   saturate           integer sums stop at the accumulator's ends, after every addition; else they wrap
struct ProductNumerics {
  NumberFormat a = NumberFormat::kInt8;
  NumberFormat b = NumberFormat::kInt8;
  unsigned accumulator_bits = 32;
  bool saturate = false;
  bool operator==(const ProductNumerics&) const = default;
};

using Attributes =
    std::variant<std::monostate, ConvAttributes, PoolAttributes, GemmAttributes, AxisAttributes,
                 NormAttributes, LrnAttributes, SliceAttributes, TransposeAttributes, PadAttributes,
                 ReduceAttributes, ActivationAttributes, ResizeAttributes>;

}  // namespace systole::ir
