// Resize and Upsample by nearest neighbours: which element every output index takes is decided here.
#include <algorithm>
#include <cmath>

#include "models/onnx/limits.h"
#include "models/onnx/operators.h"

namespace systole::importer {
namespace {

// How an index of the output becomes one of the input.
struct Mapping {
  std::string coordinates = "half_pixel";       ///< ONNX's coordinate_transformation_mode
  std::string rounding = "round_prefer_floor";  ///< ONNX's nearest_mode
};

// One dimension: in elements become out, `scale` times as many.
struct Stretch {
  std::int64_t in = 1;
  std::int64_t out = 1;
  double scale = 1.0;
};

double coordinate(const Mapping& mapping, const Stretch& s, std::int64_t o) {
  const auto at = static_cast<double>(o);
  if (mapping.coordinates == "asymmetric") return at / s.scale;
  if (mapping.coordinates == "align_corners") {
    return s.out == 1 ? 0.0 : at * static_cast<double>(s.in - 1) / static_cast<double>(s.out - 1);
  }
  if (mapping.coordinates == "tf_half_pixel_for_nn") return (at + 0.5) / s.scale;
  if (mapping.coordinates == "pytorch_half_pixel" && s.out == 1) return 0.0;
  return (at + 0.5) / s.scale - 0.5;
}

std::vector<std::int64_t> sources(const Mapping& mapping, const Stretch& s) {
  std::vector<std::int64_t> result;
  for (std::int64_t o = 0; o < s.out; ++o) {
    const double x = coordinate(mapping, s, o);
    const double nearest = mapping.rounding == "floor"               ? std::floor(x)
                           : mapping.rounding == "ceil"              ? std::ceil(x)
                           : mapping.rounding == "round_prefer_ceil" ? std::floor(x + 0.5)
                                                                     : std::ceil(x - 0.5);
    result.push_back(std::clamp<std::int64_t>(static_cast<std::int64_t>(nearest), 0, s.in - 1));
  }
  return result;
}

Mapping mapping_of(NodeView& node) {
  Mapping mapping;
  if (node.text("mode", "nearest") != "nearest") {
    node.fail("mode '" + node.text("mode", "") + "' is not supported; nearest is");
  }
  if (node.opset() < 11) return {"asymmetric", "floor"};
  mapping.coordinates = node.text("coordinate_transformation_mode", mapping.coordinates);
  mapping.rounding = node.text("nearest_mode", mapping.rounding);
  const auto known = [&](const std::string& value, std::initializer_list<const char*> all) {
    if (std::find(all.begin(), all.end(), value) == all.end()) node.fail("'" + value + "' is not supported");
  };
  known(mapping.coordinates,
        {"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn"});
  known(mapping.rounding, {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"});
  if (node.flag("antialias", false)) node.fail("antialias is not supported");
  if (node.text("keep_aspect_ratio_policy", "stretch") != "stretch") {
    node.fail("keep_aspect_ratio_policy must be stretch");
  }
  // They matter to modes that are refused above; there is nothing else to say about them.
  for (const char* name : {"cubic_coeff_a", "exclude_outside", "extrapolation_value"}) {
    static_cast<void>(node.given(name));
  }
  return mapping;
}

// The dimensions that scales and sizes speak of: all of them, or from opset 18 the attribute `axes`, in its
// order.
std::vector<std::size_t> dims_of(NodeView& node) {
  const std::size_t rank = node.shape(0).size();
  std::vector<std::size_t> dims;
  if (const auto list = node.opset() < 18 ? std::nullopt : node.integer_list("axes")) {
    static_cast<void>(node.axes(*list, rank));
    if (!node.ok()) return {};
    for (const std::int64_t axis : *list) {
      dims.push_back(static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis));
    }
    return dims;
  }
  for (std::size_t d = 0; d < rank; ++d) dims.push_back(d);
  return dims;
}

// Input i as a list of scales.
std::vector<float> scales_input(NodeView& node, std::size_t i) {
  if (!node.require_type(i, {DType::kFloat32}) ||
      !node.require_constant(i, "only constant scales are supported; export with fixed shapes")) {
    return {};
  }
  return {node.input(i).as<float>(), node.input(i).as<float>() + node.input(i).elements()};
}

Resolved resized(NodeView& node, const Mapping& mapping, const std::vector<Stretch>& stretches) {
  ir::Shape shape;
  for (const Stretch& stretch : stretches) shape.push_back(stretch.out);
  if (const auto problem = shape_problem(shape)) node.fail("its result " + *problem);
  if (!node.ok()) return {};
  ir::ResizeAttributes attributes;
  for (const Stretch& stretch : stretches) attributes.source.push_back(sources(mapping, stretch));
  Resolved resolved{attributes, {{node.input(0).type, shape}}};
  resolved.kept_inputs = 1;
  return resolved;
}

std::vector<Stretch> unchanged(const ir::Shape& shape) {
  std::vector<Stretch> stretches;
  for (const std::int64_t dim : shape) stretches.push_back({dim, dim, 1.0});
  return stretches;
}

Resolved by_scales(NodeView& node, const Mapping& mapping, const std::vector<float>& scales) {
  const auto dims = dims_of(node);
  if (node.ok() && scales.size() != dims.size()) {
    node.fail("needs " + std::to_string(dims.size()) + " scales instead of " + std::to_string(scales.size()));
  }
  if (!node.ok()) return {};
  auto stretches = unchanged(node.shape(0));
  for (std::size_t i = 0; i < dims.size(); ++i) {
    Stretch& stretch = stretches[dims[i]];
    stretch.scale = static_cast<double>(scales[i]);
    const double out = std::floor(static_cast<double>(stretch.in) * stretch.scale);
    if (!(stretch.scale > 0.0) || out > static_cast<double>(kMaxElements)) {
      node.fail("a scale of " + std::to_string(scales[i]) + " is not supported");
      return {};
    }
    stretch.out = static_cast<std::int64_t>(out);
  }
  return resized(node, mapping, stretches);
}

Resolved by_sizes(NodeView& node, const Mapping& mapping, const std::vector<std::int64_t>& sizes) {
  const auto dims = dims_of(node);
  if (node.ok() && sizes.size() != dims.size()) {
    node.fail("needs " + std::to_string(dims.size()) + " sizes instead of " + std::to_string(sizes.size()));
  }
  if (!node.ok()) return {};
  auto stretches = unchanged(node.shape(0));
  for (std::size_t i = 0; i < dims.size(); ++i) {
    Stretch& stretch = stretches[dims[i]];
    stretch.out = sizes[i];
    stretch.scale = static_cast<double>(sizes[i]) / static_cast<double>(stretch.in);
  }
  return resized(node, mapping, stretches);
}

}  // namespace

// X, scales in opset 10; X, roi, scales, sizes from opset 11. The region matters to tf_crop_and_resize only.
Resolved resolve_resize(NodeView& node) {
  const Mapping mapping = mapping_of(node);
  if (!node.ok()) return {};
  const std::size_t scales = node.opset() < 11 ? 1 : 2;
  const auto filled = [&](std::size_t i) { return node.has(i) && node.input(i).elements() > 0; };
  const bool sized = node.opset() >= 11 && filled(3);
  if (sized == filled(scales)) {
    node.fail("exactly one of scales and sizes must be given");
    return {};
  }
  if (!sized) return by_scales(node, mapping, scales_input(node, scales));
  const auto sizes = node.constant_integers(3);
  return sizes ? by_sizes(node, mapping, *sizes) : Resolved{};
}

Resolved resolve_upsample(NodeView& node) {
  const Mapping mapping = mapping_of(node);
  std::vector<float> scales;
  if (node.opset() >= 9) {
    if (!node.has(1)) {
      node.fail("scales are missing");
    } else {
      scales = scales_input(node, 1);
    }
  } else if (node.opset() >= 7) {
    scales = node.real_list("scales").value_or(scales);
  } else {
    scales = {1.0F, 1.0F, node.real("height_scale", 0.0F), node.real("width_scale", 0.0F)};
  }
  if (!node.ok()) return {};
  return by_scales(node, {"asymmetric", "floor"}, scales);
}

}  // namespace systole::importer
