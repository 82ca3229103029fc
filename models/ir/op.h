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
};

inline constexpr std::size_t kOpKindCount = 19;

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
/// QuantizeLinear, DequantizeLinear, Softmax, ArgMax, TopK, Flatten. axis is not negative.
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

using Attributes =
    std::variant<std::monostate, ConvAttributes, PoolAttributes, GemmAttributes, AxisAttributes>;

}  // namespace systole::ir
