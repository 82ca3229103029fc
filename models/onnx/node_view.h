// What an operator's rule sees of its node: known operands and typed attributes. Private to models/onnx.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/ir/tensor.h"
#include "models/onnx/raw_model.h"

namespace systole::importer {

class NodeView {
public:
  /// `inputs`: null where an optional input is absent. `wanted`: whether somebody uses output i.
  NodeView(const RawNode& node, int opset, std::vector<const ir::Tensor*> inputs, std::vector<bool> wanted)
      : node_(node), opset_(opset), inputs_(std::move(inputs)), wanted_(std::move(wanted)) {}

  [[nodiscard]] int opset() const { return opset_; }
  [[nodiscard]] const RawNode& raw() const { return node_; }
  [[nodiscard]] bool has(std::size_t i) const { return i < inputs_.size() && inputs_[i] != nullptr; }
  /// Input i, which is there (required inputs always are).
  [[nodiscard]] const ir::Tensor& input(std::size_t i) const { return *inputs_[i]; }
  [[nodiscard]] const ir::Shape& shape(std::size_t i) const { return inputs_[i]->shape; }
  [[nodiscard]] std::size_t input_count() const { return inputs_.size(); }
  [[nodiscard]] bool wants_output(std::size_t i) const { return i < wanted_.size() && wanted_[i]; }
  /// Of the outputs that the node lists, wanted or not.
  [[nodiscard]] std::size_t output_count() const { return wanted_.size(); }

  // Attributes, with ONNX's default; a failure if the attribute is of another type.
  std::int64_t integer(const std::string& name, std::int64_t standard);
  bool flag(const std::string& name, bool standard) { return integer(name, standard ? 1 : 0) != 0; }
  float real(const std::string& name, float standard);
  std::string text(const std::string& name, const std::string& standard);
  /// `count` integers, each from `low` to `high`; all `standard` if the attribute is not given.
  std::vector<std::int64_t> integers(const std::string& name, std::size_t count, std::int64_t standard,
                                     std::int64_t low, std::int64_t high);
  /// However many integers the attribute holds; nullopt if it is not given.
  std::optional<std::vector<std::int64_t>> integer_list(const std::string& name);
  /// However many floats the attribute holds; nullopt if it is not given.
  std::optional<std::vector<float>> real_list(const std::string& name);
  /// A tensor, or null if it is not given.
  const ir::Tensor* tensor(const std::string& name);
  [[nodiscard]] bool given(const std::string& name) {
    asked_.insert(name);
    return node_.attributes.contains(name);
  }
  /// Attributes that no call above has asked for.
  [[nodiscard]] std::vector<std::string> unknown_attributes() const;
  /// The attribute `axis` as a number from 0 to `rank` - 1 (to `rank` with `past_end`).
  std::int64_t axis(std::int64_t standard, std::size_t rank, bool past_end = false);

  /// `list`: axes of `rank` dimensions, negative ones from the end. Ascending; a failure for one that does
  /// not exist, or twice.
  std::vector<std::int64_t> axes(const std::vector<std::int64_t>& list, std::size_t rank);

  /// Fails unless input i is of one of the types.
  bool require_type(std::size_t i, std::initializer_list<DType> types);
  /// Fails unless input i is constant. `how` says what to do about it.
  bool require_constant(std::size_t i, const std::string& how);
  /// Input i as a list: a constant scalar or vector of int32 or int64. nullopt after a failure.
  std::optional<std::vector<std::int64_t>> constant_integers(std::size_t i);

  /// Records what is wrong; the rule's result is then ignored.
  void fail(std::string message) { failures_.push_back(std::move(message)); }
  [[nodiscard]] bool ok() const { return failures_.empty(); }
  [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }

private:
  template <typename T>
  const T* attribute(const std::string& name, const char* kind);

  const RawNode& node_;
  int opset_;
  std::vector<const ir::Tensor*> inputs_;
  std::vector<bool> wanted_;
  std::vector<std::string> failures_;
  std::set<std::string> asked_;
};

}  // namespace systole::importer
