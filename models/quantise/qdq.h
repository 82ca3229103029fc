// Networks that were quantised in the QDQ form: float operators between DequantizeLinear and QuantizeLinear.
#pragma once

#include <cstdint>

#include "models/ir/graph.h"

namespace systole::quantise {

/// Which operators become integer ones.
enum class QdqScope : std::uint8_t {
  /// Those whose integer form gives the same bits as the float form, by proof:
  ///   Add, Mul, Concat, Sigmoid, LeakyRelu, and what keeps its scale (MaxPool, Reshape, ...), always: the
  ///   integer forms are defined as dequantising, computing in float and quantising;
  ///   Conv, Gemm, MatMul, if all scales are powers of two and no sum can exceed 2^24: float computes them
  ///   without rounding then;
  ///   averages, if the window's size is a power of two as well.
  kExact,
  /// All that have an integer form: what the QDQ form means. Products and averages are rounded once, after
  /// the
  /// integer sum, and not at every step: a result may be one unit of its scale from the float form's.
  kAll,
};

struct QdqReport {
  std::uint64_t rewritten = 0;  ///< operators that are integer ones now
  std::uint64_t exact = 0;      ///< those among them whose bits are the same
};

/// Writes DequantizeLinear -> operator [-> Relu or Clip] -> QuantizeLinear as one QLinear operator (the
/// activation as bounds on its integers), which keeps the operator's name, wherever
///   scales and zero points are constant, of feature maps one per tensor, of weights one or one per output;
///   weights are constant, bias is constant (it is rounded to the accumulator's scale where it has another);
///   nobody else reads what is between, and the integers' types are those of the QLinear operator.
/// A QuantizeLinear of constants (weights that are there as floats) becomes the constant first. With kAll,
/// Conv, Gemm and MatMul whose result nobody quantises become integer products, too, and their sums floats
/// (ConvInteger or MatMulInteger -> DequantizeLinear -> Add of the bias).
/// The rest stays as it is; what nobody reads any more is dropped.
ir::Graph fuse_qdq(const ir::Graph& network, QdqScope scope, QdqReport* report = nullptr);

}  // namespace systole::quantise
