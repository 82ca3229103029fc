#include "models/topology/layers.h"

#include <array>
#include <utility>

namespace systole::topology {
namespace {

/// Whether a tensor of these dimensions has too many elements. Factors are positive and below 2^31.
bool too_large(const std::array<std::int64_t, 4>& dims) {
  std::int64_t elements = 1;
  for (const std::int64_t dim : dims) {
    if (dim > kMaxElements / elements) return true;
    elements *= dim;
  }
  return false;
}

std::string too_many(const std::string& what, const std::string& sizes) {
  return "the " + what + " (" + sizes + ") has more than " + std::to_string(kMaxElements) +
         " elements; make the layer smaller, or several of it";
}

/// `sums` is at least 1.
std::string too_long(std::int64_t sums, std::int64_t products) {
  if (products <= kMaxMacs / sums) return "";
  return "more than 2^50 multiply-accumulates; make the layer smaller, or several of it";
}

std::string by(std::int64_t a, std::int64_t b) { return std::to_string(a) + " x " + std::to_string(b); }

std::string problem(const ConvLayer& layer) {
  if (layer.filter_height > layer.ifmap_height || layer.filter_width > layer.ifmap_width) {
    return "the filter of " + by(layer.filter_height, layer.filter_width) +
           " is larger than the feature map of " + by(layer.ifmap_height, layer.ifmap_width) +
           "; the map's sizes must include its padding";
  }
  if (layer.filter_height > kMaxWindow || layer.filter_width > kMaxWindow ||
      layer.stride_height > kMaxWindow || layer.stride_width > kMaxWindow) {
    return "filters and strides go up to " + std::to_string(kMaxWindow);
  }
  const std::int64_t rows = output_size(layer.ifmap_height, layer.filter_height, layer.stride_height);
  const std::int64_t cols = output_size(layer.ifmap_width, layer.filter_width, layer.stride_width);
  const std::string channels = std::to_string(layer.channels);
  const std::string filters = std::to_string(layer.filters);
  if (too_large({layer.ifmap_height, layer.ifmap_width, layer.channels, 1})) {
    return too_many("feature map", by(layer.ifmap_height, layer.ifmap_width) + " x " + channels);
  }
  if (too_large({layer.filter_height, layer.filter_width, layer.channels, layer.filters})) {
    return too_many("filter",
                    by(layer.filter_height, layer.filter_width) + " x " + channels + " x " + filters);
  }
  if (too_large({rows, cols, layer.filters, 1})) return too_many("output", by(rows, cols) + " x " + filters);
  return too_long(rows * cols * layer.filters, layer.channels * layer.filter_height * layer.filter_width);
}

std::string problem(const GemmLayer& layer) {
  const std::array<std::pair<const char*, std::array<std::int64_t, 2>>, 3> tensors{
      {{"matrix of activations", {layer.m, layer.k}},
       {"matrix of weights", {layer.k, layer.n}},
       {"result", {layer.m, layer.n}}}};
  for (const auto& [what, dims] : tensors) {
    if (too_large({dims[0], dims[1], 1, 1})) return too_many(what, by(dims[0], dims[1]));
  }
  return "";
}

}  // namespace

std::string problem_of(const Layer& layer) {
  return std::visit([](const auto& one) { return problem(one); }, layer);
}

}  // namespace systole::topology
