// Winograd's F(2 x 2, 3 x 3) for 3 x 3 convolutions with unit strides: a transform of the input, a product
// for each of the 16 places of a tile, a transform of the sums (docs/winograd.md).
#pragma once

#include <string>
#include <vector>

#include "models/mapper/capability.h"
#include "models/mapper/hw_graph.h"

namespace systole::mapper {

/// Input channels up to which int32 holds every sum, by the type of the weights: 4 x 9 x 255 x 128 =
/// 1,175,040 a channel, or 4 x 9 x 255 x 255 = 2,340,900.
constexpr std::int64_t winograd_channels(DType weights) { return weights == DType::kInt8 ? 1827 : 917; }

struct WinogradChoice {
  std::size_t position = 0;  ///< of the convolution among the nodes
  double saved = 0;          ///< predicted cycles, with all operands in SRAM
};

/// The convolutions that Winograd's form is predicted to make faster, in order. Writes into the rows of all
/// 3 x 3 convolutions how they come out (NodeRow::winograd).
std::vector<WinogradChoice> choose_winograd(HwGraph& hw, const Capability& capability);

/// Takes the half (at least one) off the list that saves least; their rows say so.
void give_up_half(HwGraph& hw, std::vector<WinogradChoice>& choices);

/// Rewrites the chosen convolutions. Adds values, replaces nodes.
void make_winograd(HwGraph& hw, const std::vector<WinogradChoice>& choices);

/// Tiles that cover so many results.
constexpr std::int64_t winograd_tiles(std::int64_t results) { return (results + 1) / 2; }

/// (2 G) g (2 G)^T of every kernel of a constant operand with 8-bit elements in (N, C, 3, 3) order: int16
/// elements in (N, C, 16) order, made when they are asked for.
ir::TensorData winograd_weights(const ir::TensorData& weights, DType type, std::int64_t kernels);

}  // namespace systole::mapper
