// Recognising operators in the QDQ form. Private to models/quantise.
#pragma once

#include <optional>
#include <vector>

#include "models/ir/graph.h"

namespace systole::quantise {

/// Integers with the scale and zero point (kNoTensor: 0) that a DequantizeLinear gives them.
struct Dequantised {
  ir::TensorId integers = ir::kNoTensor;
  ir::TensorId scale = ir::kNoTensor;
  ir::TensorId zero = ir::kNoTensor;
  std::int64_t axis = 0;  ///< of the scales
  bool one_scale = true;
};

/// An operator on dequantised integers.
struct QdqMatch {
  std::optional<ir::NodeIndex> quantise;    ///< none: the result stays float
  std::optional<ir::NodeIndex> op;          ///< none: the activation alone
  std::optional<ir::NodeIndex> activation;  ///< Relu or Clip between the two
  std::vector<Dequantised> operands;        ///< feature maps, and of products the weights as the second
  bool exact = false;
};

/// The match that ends at this QuantizeLinear, if there is one.
std::optional<QdqMatch> match_qdq(const ir::Graph& graph, ir::NodeIndex quantise);

/// A Conv, Gemm or MatMul of dequantised integers and constant weights, whose result stays float; never
/// exact.
std::optional<QdqMatch> match_float_product(const ir::Graph& graph, ir::NodeIndex index);

/// The QuantizeLinear's own scale and zero point; `integers` is its result.
Dequantised result_of(const ir::Graph& graph, const ir::Node& quantise);

/// A product's bias as the accumulator takes it; empty: none. inputs[2] must be constant, or dequantised from
/// constant int32. `scales`: a_scale x w_scale of every output, in float.
std::vector<std::int32_t> integer_bias(const ir::Graph& graph, const ir::Node& product,
                                       const std::vector<float>& scales);

/// Its bias as floats, one per output; empty: none.
std::vector<float> float_bias(const ir::Graph& graph, const ir::Node& product, std::int64_t outputs);

/// a_scale x w_scale of every output of a product.
std::vector<float> product_scales(const ir::Graph& graph, const QdqMatch& match);

/// Value of a constant zero point; 0 for none.
std::int32_t zero_of(const ir::Graph& graph, ir::TensorId zero, std::int64_t i = 0);
float scale_at(const ir::Graph& graph, const Dequantised& tensor, std::int64_t i = 0);

}  // namespace systole::quantise
