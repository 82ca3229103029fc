// Reading and making the constants of a network, whatever form they have. Private to models/quantise.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "hw/base/number_format.h"
#include "models/ir/tensor.h"

namespace systole::quantise {

/// A parameter as outer x channels x inner; channel c is what one output of the layer is computed from.
struct ChannelView {
  std::size_t outer = 1, channels = 1, inner = 1;
};
/// Of a constant whose dimension `axis` counts the outputs.
ChannelView channel_view(const ir::Shape& shape, std::size_t axis);

/// Elements [first, first + out.size()) of a float constant.
void read_floats(const ir::Tensor& tensor, std::size_t first, std::span<float> out);
std::vector<float> all_floats(const ir::Tensor& tensor);

ir::Tensor scalar(std::string name, float value);
ir::Tensor vector(std::string name, const std::vector<float>& values);
ir::Tensor zero_point(DType type);

/// The constant times factor[c] for the elements of channel c, on `axis`. What need not be computed now is
/// not: factors that are all 1 give the tensor itself, under its own name.
ir::Tensor scaled(const ir::Tensor& tensor, std::size_t axis, const std::vector<float>& factor);

/// The largest magnitude of every channel: infinite or NaN where the channel has such a value. Of data that
/// is made on demand the bound that its source knows, so that nothing is made for it.
std::vector<float> channel_magnitudes(const ir::Tensor& tensor, std::size_t axis);
/// The constant as int8 with one scale per channel, or one for all. Still made on demand if it was and its
/// source can.
ir::Tensor quantised(const ir::Tensor& tensor, std::size_t axis, const std::vector<float>& scale);
/// int8 data for a network whose values nobody asks for; reads nothing.
ir::Tensor unknown_integers(const ir::Tensor& tensor, DType type);

/// nearest_scale() of every channel, or of all elements.
std::vector<float> nearest_scales(NumberFormat format, const ir::Tensor& tensor, std::size_t axis,
                                  bool per_channel, bool power_of_two);

/// The constant in a format: element / scale[its channel].
ir::Tensor quantised(NumberFormat format, const ir::Tensor& tensor, std::size_t axis,
                     const std::vector<float>& scale);

}  // namespace systole::quantise
