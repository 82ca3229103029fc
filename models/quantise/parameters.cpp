#include "models/quantise/parameters.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "hw/base/assert.h"
#include "hw/base/parallel.h"
#include "models/ir/synthesis.h"
#include "models/quantise/arithmetic.h"

namespace systole::quantise {

namespace {

// Elements that one piece of work reads at a time.
constexpr std::size_t kBlock = 16384;

// Calls use(channel, first element, count) for all runs of elements of the same channel within [first, last),
// in order; runs are cut into blocks.
template <typename Use>
void for_each_run(const ChannelView& view, std::size_t first, std::size_t last, Use&& use) {
  for (std::size_t at = first; at < last;) {
    const std::size_t run_end = (at / view.inner + 1) * view.inner;
    const std::size_t count = std::min({run_end, last, at + kBlock}) - at;
    use(at / view.inner % view.channels, at, count);
    at += count;
  }
}

/// Pieces of whole blocks for the worker threads.
template <typename Work>
void in_pieces(std::size_t elements, Work&& work) {
  constexpr std::size_t kPiece = 64 * kBlock;
  const std::size_t pieces = (elements + kPiece - 1) / kPiece;
  parallel_for(pieces, worker_threads(),
               [&](std::size_t i) { work(i, i * kPiece, std::min((i + 1) * kPiece, elements)); });
}

/// Another source's floats times a factor per channel, made when they are asked for.
class ScaledSource : public ir::TensorSource {
public:
  ScaledSource(ir::TensorData base, const ChannelView& view, std::vector<float> factor)
      : base_(std::move(base)), view_(view), factor_(std::move(factor)) {}

  [[nodiscard]] std::int64_t elements() const override { return base_.source()->elements(); }
  [[nodiscard]] std::size_t bytes() const override { return base_.size(); }
  void fill(std::int64_t first, std::int64_t count, std::byte* out) const override {
    base_.fill(first, count, sizeof(float), out);
    const auto begin = static_cast<std::size_t>(first);
    for_each_run(view_, begin, begin + static_cast<std::size_t>(count),
                 [&](std::size_t channel, std::size_t at, std::size_t length) {
                   for (std::size_t i = at - begin; i < at - begin + length; ++i) {
                     float value = 0;
                     std::memcpy(&value, out + i * sizeof(float), sizeof(float));
                     value *= factor_[channel];
                     std::memcpy(out + i * sizeof(float), &value, sizeof(float));
                   }
                 });
  }
  [[nodiscard]] double max_abs() const override {
    float largest = 0;
    for (const float factor : factor_) largest = std::max(largest, std::fabs(factor));
    return base_.source()->max_abs() * static_cast<double>(largest);
  }
  [[nodiscard]] std::shared_ptr<const ir::TensorSource> quantised(float scale) const override {
    const bool uniform =
        std::all_of(factor_.begin(), factor_.end(), [&](float factor) { return factor == factor_[0]; });
    if (!uniform || factor_[0] <= 0.0F) return nullptr;
    return base_.source()->quantised(scale / factor_[0]);
  }
  [[nodiscard]] std::vector<float> channel_max_abs() const {
    const double most = base_.source()->max_abs();
    std::vector<float> bounds;
    bounds.reserve(factor_.size());
    for (const float factor : factor_) {
      bounds.push_back(static_cast<float>(most * static_cast<double>(std::fabs(factor))));
    }
    return bounds;
  }

private:
  ir::TensorData base_;
  ChannelView view_;
  std::vector<float> factor_;
};

/// The bounds that a source knows without making its elements.
std::vector<float> source_magnitudes(const ir::TensorSource& source, std::size_t channels) {
  const auto* const scaled_source = dynamic_cast<const ScaledSource*>(&source);
  if (scaled_source != nullptr) return scaled_source->channel_max_abs();
  return std::vector<float>(channels, static_cast<float>(source.max_abs()));
}

}  // namespace

ChannelView channel_view(const ir::Shape& shape, std::size_t axis) {
  ChannelView view;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const auto extent = static_cast<std::size_t>(shape[d]);
    (d < axis ? view.outer : d == axis ? view.channels : view.inner) *= extent;
  }
  return view;
}

void read_floats(const ir::Tensor& tensor, std::size_t first, std::span<float> out) {
  SYSTOLE_ASSERT(tensor.type == DType::kFloat32, tensor.name + " is no float tensor");
  if (out.empty()) return;
  tensor.data.fill(static_cast<std::int64_t>(first), static_cast<std::int64_t>(out.size()), sizeof(float),
                   reinterpret_cast<std::byte*>(out.data()));
}

std::vector<float> all_floats(const ir::Tensor& tensor) {
  std::vector<float> values(static_cast<std::size_t>(tensor.elements()));
  read_floats(tensor, 0, values);
  return values;
}

ir::Tensor scalar(std::string name, float value) {
  return {std::move(name), DType::kFloat32, {}, ir::make_data(std::vector<float>{value})};
}

ir::Tensor vector(std::string name, const std::vector<float>& values) {
  return {
      std::move(name), DType::kFloat32, {static_cast<std::int64_t>(values.size())}, ir::make_data(values)};
}

ir::Tensor zero_point(DType type) { return {"zero_point", type, {}, ir::constant_data(type, 1, 0)}; }

ir::Tensor scaled(const ir::Tensor& tensor, std::size_t axis, const std::vector<float>& factor) {
  if (std::all_of(factor.begin(), factor.end(), [](float f) { return f == 1.0F; })) return tensor;
  const ChannelView view = channel_view(tensor.shape, axis);
  if (tensor.data.source() != nullptr) {
    auto source = std::make_shared<const ScaledSource>(tensor.data, view, factor);
    return {tensor.name + "_scaled", tensor.type, tensor.shape, ir::TensorData(std::move(source))};
  }
  std::vector<float> values = all_floats(tensor);
  for_each_run(view, 0, values.size(), [&](std::size_t channel, std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) values[i] *= factor[channel];
  });
  return {tensor.name + "_scaled", tensor.type, tensor.shape, ir::make_data(values)};
}

std::vector<float> channel_magnitudes(const ir::Tensor& tensor, std::size_t axis) {
  const ChannelView view = channel_view(tensor.shape, axis);
  if (tensor.data.source() != nullptr) return source_magnitudes(*tensor.data.source(), view.channels);
  const auto elements = static_cast<std::size_t>(tensor.elements());
  std::vector<std::vector<float>> largest;  // of every piece
  largest.resize(elements / (64 * kBlock) + 1);
  in_pieces(elements, [&](std::size_t piece, std::size_t first, std::size_t last) {
    std::vector<float>& mine = largest[piece];
    mine.assign(view.channels, 0.0F);
    std::vector<float> values(std::min(last - first, kBlock));
    for (std::size_t at = first; at < last; at += values.size()) {
      values.resize(std::min(kBlock, last - at));
      read_floats(tensor, at, values);
      for_each_run(view, at, at + values.size(),
                   [&](std::size_t channel, std::size_t begin, std::size_t count) {
                     const float magnitude = largest_magnitude({values.data() + (begin - at), count});
                     // Written so that a NaN, once there, stays.
                     if (!(magnitude <= mine[channel])) mine[channel] = magnitude;
                   });
    }
  });
  std::vector<float> result(view.channels, 0.0F);
  for (const std::vector<float>& mine : largest) {
    for (std::size_t c = 0; c < mine.size(); ++c) {
      if (!(mine[c] <= result[c])) result[c] = mine[c];
    }
  }
  return result;
}

ir::Tensor quantised(const ir::Tensor& tensor, std::size_t axis, const std::vector<float>& scale) {
  const ChannelView view = channel_view(tensor.shape, axis);
  const auto elements = static_cast<std::size_t>(tensor.elements());
  const bool one_scale = std::all_of(scale.begin(), scale.end(), [&](float s) { return s == scale[0]; });
  if (tensor.data.source() != nullptr && one_scale) {
    if (auto source = tensor.data.source()->quantised(scale[0])) {
      return {tensor.name + "_quantized", DType::kInt8, tensor.shape, ir::TensorData(std::move(source))};
    }
  }
  auto data = std::make_shared<std::vector<std::byte>>(elements);
  in_pieces(elements, [&](std::size_t, std::size_t first, std::size_t last) {
    std::vector<float> values(std::min(last - first, kBlock));
    for (std::size_t at = first; at < last; at += values.size()) {
      values.resize(std::min(kBlock, last - at));
      read_floats(tensor, at, values);
      for_each_run(
          view, at, at + values.size(), [&](std::size_t channel, std::size_t begin, std::size_t count) {
            quantise_values({values.data() + (begin - at), count}, scale[scale.size() == 1 ? 0 : channel],
                            reinterpret_cast<std::int8_t*>(data->data() + begin));
          });
    }
  });
  return {tensor.name + "_quantized", DType::kInt8, tensor.shape,
          std::shared_ptr<const ir::TensorData::Bytes>(std::move(data))};
}

ir::Tensor unknown_integers(const ir::Tensor& tensor, DType type) {
  return {tensor.name + "_quantized", type, tensor.shape, ir::constant_data(type, tensor.elements(), 0)};
}

std::vector<float> nearest_scales(NumberFormat format, const ir::Tensor& tensor, std::size_t axis,
                                  bool per_channel, bool power_of_two) {
  const std::vector<float> values = all_floats(tensor);
  if (!per_channel) return {nearest_scale(format, values, power_of_two)};
  const ChannelView view = channel_view(tensor.shape, axis);
  std::vector<std::vector<float>> channels(view.channels);
  for (auto& channel : channels) channel.reserve(view.outer * view.inner);
  for (std::size_t i = 0; i < values.size(); ++i) {
    channels[i / view.inner % view.channels].push_back(values[i]);
  }
  std::vector<float> scales(view.channels);
  parallel_for(view.channels, values.size() < kBlock ? 1 : worker_threads(),
               [&](std::size_t c) { scales[c] = nearest_scale(format, channels[c], power_of_two); });
  return scales;
}

ir::Tensor quantised(NumberFormat format, const ir::Tensor& tensor, std::size_t axis,
                     const std::vector<float>& scale) {
  if (format == NumberFormat::kInt8) return quantised(tensor, axis, scale);
  const ChannelView view = channel_view(tensor.shape, axis);
  const std::vector<float> values = all_floats(tensor);
  const auto of = [&](std::size_t i) {
    const std::size_t channel = i / view.inner % view.channels;
    return quantise_value(format, values[i], scale[scale.size() == 1 ? 0 : channel]);
  };
  const std::string name = tensor.name + "_quantized";
  const DType type = traits_of(format).element;
  if (type == DType::kInt16) {
    std::vector<std::int16_t> integers(values.size());
    for (std::size_t i = 0; i < integers.size(); ++i) integers[i] = static_cast<std::int16_t>(of(i));
    return {name, type, tensor.shape, ir::make_data(integers)};
  }
  std::vector<std::int8_t> integers(values.size());
  for (std::size_t i = 0; i < integers.size(); ++i) integers[i] = static_cast<std::int8_t>(of(i));
  return {name, type, tensor.shape, ir::make_data(integers)};
}

}  // namespace systole::quantise
