// The network as the hardware runs it: values in their physical order and one node per engine operation. What
// legalise() makes and every later stage reads.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hw/abi/queues.h"
#include "hw/base/dtype.h"
#include "hw/base/number_format.h"
#include "models/ir/graph.h"

namespace systole::mapper {

using ValueId = std::uint32_t;
inline constexpr ValueId kNoValue = 0xffffffffU;
using Dims = std::vector<std::int64_t>;

enum class ValueKind : std::uint8_t { kInput, kOutput, kActivation, kConstant };

/// A tensor in its physical order: `dims` outermost first, dense wherever it lies in SRAM or workspace. A
/// rank-4 tensor is channels-last (N, H, W, C), any other row-major.
struct Value {
  std::string name;
  ValueKind kind = ValueKind::kActivation;
  DType type = DType::kInt8;
  Dims dims;
  /// Byte strides of `dims` where the value stands in DRAM. Network inputs and outputs stand there as ONNX
  /// declares them (N, C, H, W), all else dense.
  Dims dram_strides;
  /// Slices of another value (channels of a concatenation): byte strides of `dims` in SRAM, empty = dense;
  /// and bytes from the root's first element to this one's, in SRAM and in DRAM. Strides may be negative.
  Dims sram_strides;
  std::int64_t sram_offset = 0;
  std::int64_t dram_offset = 0;
  std::uint32_t io_index = 0;   ///< network inputs and outputs
  std::vector<std::byte> data;  ///< constants
  /// Packs: the bytes depend on the tiling and are made with it; `dims` is then the size in bytes.
  bool is_pack = false;
  // Stripes (models/mapper/stripes).
  bool is_stripe = false;      ///< rows of its root: all of them together are one operand
  bool in_stripes = false;     ///< made and used a few rows at a time, by values of their own: has no memory
  bool is_part = false;        ///< some rows of another value, in memory of its own
  bool lingers = false;        ///< its memory stays while the two operations behind its last reader run
  bool spans_stripes = false;  ///< a constant that stays in SRAM from its first reader to its last
  /// The value whose memory this one shares (a view), or itself.
  ValueId root = kNoValue;
  std::uint32_t row = SGB_NO_NODE;  ///< program node that makes it (constants: that uses it first)

  [[nodiscard]] std::int64_t elements() const { return ir::elements_of(dims); }
  [[nodiscard]] std::int64_t bytes() const { return elements() * static_cast<std::int64_t>(size_of(type)); }
};

/// Byte strides of a dense array.
Dims dense_strides(const Dims& dims, std::int64_t element_bytes);
/// Byte strides of a value in SRAM.
Dims sram_strides(const Value& value);

/// Which dimension of a value plays which part in a convolution or GEMM; -1 = the value has no such
/// dimension.
struct Roles {
  int row = -1;            ///< y of a feature map, m of a matrix
  int col = -1;            ///< x of a feature map
  int chan = -1;           ///< c of a feature map, k of A, n of the result
  std::vector<int> batch;  ///< one per batch dimension of the operation
};

/// min(max(x, low), high). Doubles hold every float and int32 exactly.
struct Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  [[nodiscard]] bool active() const {
    return low != -std::numeric_limits<double>::infinity() || high != std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] std::int32_t low_int() const { return saturated(low); }
  [[nodiscard]] std::int32_t high_int() const { return saturated(high); }

private:
  static std::int32_t saturated(double value) {
    constexpr double kMin = std::numeric_limits<std::int32_t>::min();
    constexpr double kMax = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int32_t>(value < kMin ? kMin : value > kMax ? kMax : value);
  }
};

/// Window over (rows, columns), with the near-side padding.
struct WindowShape {
  std::array<std::int64_t, 2> kernel{1, 1};
  std::array<std::int64_t, 2> stride{1, 1};
  std::array<std::int64_t, 2> dilation{1, 1};
  std::array<std::int64_t, 2> pad{0, 0};
  std::array<std::int64_t, 2> pad_end{0, 0};
};

/// Strides (in elements) of B by output column, kernel row, kernel column, channel and batch dimensions. For
/// a constant they are those of its ONNX order, for a value those of `dims` below.
struct WeightIndex {
  std::int64_t n = 0;
  std::int64_t ky = 0;
  std::int64_t kx = 0;
  std::int64_t c = 0;
  std::vector<std::int64_t> batch;
};

/// Dimensions of a computed B; -1 = none.
struct WeightRoles {
  int n = -1;
  int ky = -1;
  int kx = -1;
  int c = -1;
  std::vector<int> batch;
};

/// Convolution, or matrix product as a 1 x 1 convolution of M x 1 pixels. Sizes are per group.
struct MatrixOp {
  ValueId a = kNoValue;
  ValueId out = kNoValue;
  Roles a_roles;
  Roles out_roles;
  Dims batch;  ///< extents of the batch dimensions; one command (at least) for each index
  std::int64_t groups = 1;
  /// Groups of the network that one group stands for: in_c and n are those of all of them, and B is
  /// block-diagonal, with the zero point (floats: 0) between the blocks.
  std::int64_t blocks = 1;
  /// Commands must leave the gaps' products out: an infinity times 0 is not 0.
  [[nodiscard]] bool has_float_blocks() const { return blocks > 1 && a_type == DType::kFloat32; }
  std::int64_t in_h = 1, in_w = 1, in_c = 1;
  std::int64_t out_h = 1, out_w = 1, n = 1;
  WindowShape window;

  // B: either a constant tensor, packed at map time, or a value, packed by DMA.
  ir::TensorData b_data;
  WeightIndex b_index;
  /// b_data's channel that meets physical channel i; empty = i. (Flattened feature maps.)
  std::vector<std::int64_t> b_channel_order;
  ValueId b = kNoValue;
  WeightRoles b_roles;
  /// The k, in (ky, kx, c) order, that have a weight in some column (legalise/skip_zeros); empty = all.
  std::vector<std::uint32_t> kept;
  /// N:M groups of them are packed without the places that hold no weight.
  std::uint8_t sparse_n = 0, sparse_m = 0;
  /// Constant operands (B, bias, scales, zero points, table of k), packed by tile; kNoValue if all are
  /// computed.
  ValueId pack = kNoValue;

  // Epilogue. bias: groups * n elements of 4 bytes (int32, or float bits), or a value of that many elements.
  std::vector<std::uint32_t> bias;
  ValueId bias_value = kNoValue;
  std::vector<float> scale;          ///< groups * n; empty for float results
  std::vector<std::int32_t> b_zero;  ///< groups * n, or one for all
  std::int32_t a_zero = 0, out_zero = 0;
  DType a_type = DType::kInt8, b_type = DType::kInt8, out_type = DType::kInt8;  ///< of the elements
  /// In which the array multiplies; none: as the elements' types say. B's is how constants are packed.
  std::optional<NumberFormat> a_format, b_format;
  [[nodiscard]] NumberFormat format_of_a() const { return a_format.value_or(*systole::format_of(a_type)); }
  [[nodiscard]] NumberFormat format_of_b() const { return b_format.value_or(*systole::format_of(b_type)); }
  bool ordered_sums = false;   ///< integers whose sums depend on the order of k, as those of floats do
  std::int64_t tile_cols = 0;  ///< columns of the tiles in which B is packed; 0: as wide as it is
  Bounds clip;                 ///< of the result, in its own units

  /// A second summand of the result's dims (sgb_matrix.residual); out_zero then belongs to the first one.
  ValueId residual = kNoValue;
  float out_scale = 1, residual_scale = 1, sum_scale = 1;
  std::int32_t residual_zero = 0, sum_zero = 0;
};

/// Element-wise operation of the vector engine: out has a's dims.
struct ElementwiseOp {
  std::uint8_t op = SGB_VECTOR_CLIP;
  ValueId a = kNoValue;
  ValueId b =
      kNoValue;  ///< add, mul: dims equal to a trailing part of a's (leading ones apart), or one element
  ValueId out = kNoValue;
  float a_scale = 1, b_scale = 1, out_scale = 1;
  std::int32_t a_zero = 0, b_zero = 0, out_zero = 0;
  Bounds clip;
  // Quantise and dequantise with one scale per index of dimension `axis`.
  int axis = -1;
  ValueId scales = kNoValue;  ///< of normalise: rows of means, scales and biases, dims {3, axis}
  ValueId zeros = kNoValue;
  ValueId table = kNoValue;  ///< 256 entries
  bool swapped = false;      ///< b - a, b / a
};

/// Max or average pooling of (N, H, W, C) values.
struct PoolOp {
  bool average = false;
  bool count_include_pad = false;
  ValueId in = kNoValue;
  ValueId out = kNoValue;
  WindowShape window;
  // Average of 8-bit elements.
  float a_scale = 1, out_scale = 1;
  std::int32_t a_zero = 0, out_zero = 0;
};

/// Softmax, LRN, mean, arg-max, top-k: over dimension `axis`.
struct AxisOp {
  enum class Kind : std::uint8_t { kSoftmax, kLrn, kMean, kArgMax, kTopK };
  Kind kind = Kind::kSoftmax;
  ValueId in = kNoValue;
  ValueId out = kNoValue;      ///< softmax, arg-max indices, top-k values (may be unwanted)
  ValueId indices = kNoValue;  ///< top-k
  int axis = 0;
  std::int64_t k = 1;
  std::uint8_t flags = 0;  ///< SGB_SORT_*
  // LRN
  std::int64_t size = 1;
  float alpha = 0, beta = 0, bias = 0;
};

/// One of the two transforms around a Winograd product (SGB_VECTOR_WINOGRAD_*). The map is (1, H, W, C), the
/// planes are (16, rows of tiles, tiles of a row, C).
struct WinogradOp {
  bool is_output = false;  ///< from planes to a map, or from a map to planes
  ValueId in = kNoValue;
  ValueId out = kNoValue;
  /// Of the input: padding before its first row and column. Of the output: places of the first row and column
  /// of tiles that are left out, 0 or 1.
  std::array<std::int64_t, 2> pad{0, 0};
  std::int32_t a_zero = 0;
  // Output.
  ValueId scales = kNoValue;  ///< floats, by channel
  ValueId bias = kNoValue;    ///< int32, by channel
  std::int32_t out_zero = 0;
  Bounds clip;
};

/// A strided copy by DMA: dst[i] = src[i] for all i below `extent`. Strides in bytes, by dimension of
/// `extent`; once for a value that lies dense, once for a network input or output in DRAM. 0 repeats.
/// Without a source every element becomes `fill`.
struct CopyOp {
  ValueId src = kNoValue;
  ValueId dst = kNoValue;
  Dims extent;
  Dims src_dense, src_dram;
  Dims dst_dense, dst_dram;
  std::uint64_t fill = 0;
};

using HwOp = std::variant<MatrixOp, ElementwiseOp, PoolOp, AxisOp, CopyOp, WinogradOp>;

struct HwNode {
  std::uint32_t row = SGB_NO_NODE;  ///< of the program's node table
  HwOp op;
};

EngineKind engine_of(const HwOp& op);
/// The values that the operation reads and writes, constants included; no kNoValue.
std::vector<ValueId> reads_of(const HwOp& op);
std::vector<ValueId> writes_of(const HwOp& op);

/// One row of the program's node table.
struct NodeRow {
  ir::NodeIndex node = 0;
  std::uint32_t fused_into = SGB_NO_NODE;
  bool is_view = false;
  std::uint32_t stripes = 1;  ///< the node's work is cut into, with its neighbours' work between them
  std::string winograd = {};  ///< of a 3 x 3 convolution where it is wished for: how it came out
};

struct HwGraph {
  std::vector<Value> values;
  std::vector<HwNode> nodes;  ///< in execution order
  std::vector<NodeRow> rows;  ///< network nodes in execution order
  std::vector<ValueId> inputs, outputs;
  std::vector<ValueId> value_of_tensor;  ///< by TensorId; kNoValue if it exists nowhere

  [[nodiscard]] const Value& value(ValueId id) const { return values[id]; }
  [[nodiscard]] const Value& root(ValueId id) const { return values[values[id].root]; }
};

}  // namespace systole::mapper
