#include "models/onnx/node_view.h"

#include <algorithm>

namespace systole::importer {
namespace {

constexpr std::int64_t kLongestList = 4096;  // axes, pads, sizes of a split

}  // namespace

template <typename T>
const T* NodeView::attribute(const std::string& name, const char* kind) {
  asked_.insert(name);
  const auto found = node_.attributes.find(name);
  if (found == node_.attributes.end()) return nullptr;
  const T* value = std::get_if<T>(&found->second);
  if (value == nullptr) fail("attribute '" + name + "' must be " + kind);
  return value;
}

std::int64_t NodeView::integer(const std::string& name, std::int64_t standard) {
  const auto* value = attribute<std::int64_t>(name, "an integer");
  return value == nullptr ? standard : *value;
}

float NodeView::real(const std::string& name, float standard) {
  const auto* value = attribute<float>(name, "a float");
  return value == nullptr ? standard : *value;
}

std::string NodeView::text(const std::string& name, const std::string& standard) {
  const auto* value = attribute<std::string>(name, "a string");
  return value == nullptr ? standard : *value;
}

std::vector<std::int64_t> NodeView::integers(const std::string& name, std::size_t count,
                                             std::int64_t standard, std::int64_t low, std::int64_t high) {
  std::vector<std::int64_t> all_standard(count, standard);
  const auto* value = attribute<std::vector<std::int64_t>>(name, "a list of integers");
  if (value == nullptr) return all_standard;
  if (value->size() != count) {
    fail("attribute '" + name + "' has " + std::to_string(value->size()) + " values instead of " +
         std::to_string(count));
    return all_standard;
  }
  const auto outside = std::find_if(value->begin(), value->end(),
                                    [&](std::int64_t element) { return element < low || element > high; });
  if (outside != value->end()) {
    fail("attribute '" + name + "' holds " + std::to_string(*outside) + "; supported are " +
         std::to_string(low) + " to " + std::to_string(high));
    return all_standard;
  }
  return *value;
}

std::optional<std::vector<std::int64_t>> NodeView::integer_list(const std::string& name) {
  const auto* value = attribute<std::vector<std::int64_t>>(name, "a list of integers");
  if (value == nullptr) return std::nullopt;
  return *value;
}

std::optional<std::vector<float>> NodeView::real_list(const std::string& name) {
  const auto* value = attribute<std::vector<float>>(name, "a list of floats");
  if (value == nullptr) return std::nullopt;
  return *value;
}

const ir::Tensor* NodeView::tensor(const std::string& name) {
  return attribute<ir::Tensor>(name, "a tensor");
}

std::vector<std::string> NodeView::unknown_attributes() const {
  std::vector<std::string> unknown;
  for (const auto& entry : node_.attributes) {
    if (!asked_.contains(entry.first)) unknown.push_back(entry.first);
  }
  return unknown;
}

std::vector<std::int64_t> NodeView::axes(const std::vector<std::int64_t>& list, std::size_t rank) {
  const auto dims = static_cast<std::int64_t>(rank);
  std::set<std::int64_t> result;
  for (const std::int64_t axis : list) {
    if (axis < -dims || axis >= dims) {
      fail("axis " + std::to_string(axis) + " does not exist in " + std::to_string(rank) + " dimensions");
    } else if (!result.insert(axis < 0 ? axis + dims : axis).second) {
      fail("axis " + std::to_string(axis) + " is given twice");
    }
  }
  return {result.begin(), result.end()};
}

std::int64_t NodeView::axis(std::int64_t standard, std::size_t rank, bool past_end) {
  const auto dims = static_cast<std::int64_t>(rank);
  const std::int64_t given_axis = integer("axis", standard);
  const std::int64_t last = past_end ? dims : dims - 1;
  if (given_axis < -dims || given_axis > last) {
    fail("axis " + std::to_string(given_axis) + " does not exist in an input of " + std::to_string(rank) +
         " dimensions");
    return 0;
  }
  return given_axis < 0 ? given_axis + dims : given_axis;
}

bool NodeView::require_type(std::size_t i, std::initializer_list<DType> types) {
  const DType type = input(i).type;
  if (std::find(types.begin(), types.end(), type) != types.end()) return true;
  std::string supported;
  for (const DType candidate : types) {
    supported += (supported.empty() ? "" : ", ") + std::string(name_of(candidate));
  }
  fail("input '" + input(i).name + "' is of type " + std::string(name_of(type)) +
       "; supported here: " + supported);
  return false;
}

bool NodeView::require_constant(std::size_t i, const std::string& how) {
  if (input(i).data != nullptr) return true;
  fail("input '" + input(i).name + "' is not a constant; " + how);
  return false;
}

std::optional<std::vector<std::int64_t>> NodeView::constant_integers(std::size_t i) {
  const ir::Tensor& tensor = input(i);
  if (!require_type(i, {DType::kInt32, DType::kInt64})) return std::nullopt;
  if (!require_constant(i, "only a constant is supported here; export with fixed shapes"))
    return std::nullopt;
  if (tensor.shape.size() > 1 || tensor.elements() > kLongestList) {
    fail("input '" + tensor.name + "' must be a list of at most " + std::to_string(kLongestList) +
         " numbers");
    return std::nullopt;
  }
  if (tensor.type == DType::kInt64) {
    return std::vector<std::int64_t>(tensor.as<std::int64_t>(),
                                     tensor.as<std::int64_t>() + tensor.elements());
  }
  return std::vector<std::int64_t>(tensor.as<std::int32_t>(), tensor.as<std::int32_t>() + tensor.elements());
}

}  // namespace systole::importer
