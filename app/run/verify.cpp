#include "app/run/verify.h"

#include <algorithm>
#include <cstring>
#include <sstream>

#include "models/reference/run.h"

namespace systole::app {
namespace {

template <typename Function>
auto with_type(DType type, Function&& function) {
  switch (type) {
    case DType::kInt8:
      return function(std::int8_t{});
    case DType::kUInt8:
    case DType::kBool:
      return function(std::uint8_t{});
    case DType::kInt16:
      return function(std::int16_t{});
    case DType::kInt32:
      return function(std::int32_t{});
    case DType::kInt64:
      return function(std::int64_t{});
    case DType::kFloat32:
      break;
  }
  return function(float{});
}

// An element as a number that prints; floats with all digits.
std::string element_text(DType type, const std::byte* data) {
  return with_type(type, [&](auto value) {
    std::memcpy(&value, data, sizeof value);
    std::ostringstream text;
    text.precision(9);
    text << +value;
    return text.str();
  });
}

// Index of the largest of `count` elements, the first of equal ones. NaN is never the largest.
std::int64_t arg_max(DType type, const std::byte* data, std::int64_t count) {
  return with_type(type, [&](auto best) {
    std::int64_t index = -1;
    for (std::int64_t i = 0; i < count; ++i) {
      auto value = best;
      std::memcpy(&value, data + i * static_cast<std::int64_t>(sizeof value), sizeof value);
      // A value that is not equal to itself is NaN.
      if (value == value && (index < 0 || value > best)) {  // NOLINT(misc-redundant-expression)
        best = value;
        index = i;
      }
    }
    return index;
  });
}

const ir::Tensor& output_of(const ir::Graph& network, std::size_t index) {
  return network.tensor(network.outputs()[index]).value;
}

std::string difference_text(const ir::Tensor& output, std::uint32_t inference, const std::byte* simulated,
                            const std::byte* expected) {
  const std::size_t size = size_of(output.type);
  std::int64_t element = 0;
  while (std::memcmp(simulated + element * static_cast<std::int64_t>(size),
                     expected + element * static_cast<std::int64_t>(size), size) == 0) {
    ++element;
  }
  const auto at = element * static_cast<std::int64_t>(size);
  return "output \"" + output.name + "\" of inference " + std::to_string(inference) + " differs at element " +
         std::to_string(element) + " of " + std::to_string(output.elements()) + ": simulated " +
         element_text(output.type, simulated + at) + ", reference " +
         element_text(output.type, expected + at);
}

}  // namespace

std::future<ReferenceResult> begin_reference(const ir::Graph& network, const InputSet& inputs) {
  return std::async(std::launch::async,
                    [&] { return run_reference(network, inputs_of(network, inputs, 0)); });
}

std::optional<std::string> difference_from_reference(const ir::Graph& network, const InputSet& inputs,
                                                     const Outputs& outputs,
                                                     std::future<ReferenceResult> first) {
  if (outputs.size() != network.outputs().size())
    return "the SoC left " + std::to_string(outputs.size()) + " outputs";
  for (std::uint32_t inference = 0; inference < inputs.inferences; ++inference) {
    const ReferenceResult reference =
        first.valid() ? first.get() : run_reference(network, inputs_of(network, inputs, inference));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const ir::Tensor& output = output_of(network, i);
      if (outputs[i].size() != output.bytes() * inputs.inferences) {
        return "output \"" + output.name + "\" has " + std::to_string(outputs[i].size()) + " bytes";
      }
      const std::byte* simulated = outputs[i].data() + output.bytes() * inference;
      const std::byte* expected = reference.outputs[i].data->data();
      if (std::memcmp(simulated, expected, output.bytes()) != 0) {
        return difference_text(output, inference, simulated, expected);
      }
    }
  }
  return std::nullopt;
}

std::optional<std::uint32_t> class_output_of(const ir::Graph& network) {
  if (network.outputs().empty()) return std::nullopt;
  const ir::Tensor& output = output_of(network, 0);
  const auto wide =
      std::count_if(output.shape.begin(), output.shape.end(), [](std::int64_t dim) { return dim > 1; });
  const bool index = wide == 0 && output.type == DType::kInt64;
  return wide == 1 || index ? std::optional<std::uint32_t>(0) : std::nullopt;
}

std::optional<Accuracy> accuracy_of(const ir::Graph& network, const InputSet& inputs,
                                    const Outputs& outputs) {
  if (inputs.labels.empty() || outputs.empty()) return std::nullopt;
  const ir::Tensor& output = output_of(network, 0);
  const auto rows = static_cast<std::int64_t>(inputs.labels.size());
  const std::int64_t elements = output.elements() * inputs.inferences;
  if (elements % rows != 0) return std::nullopt;
  const std::int64_t row = elements / rows;
  Accuracy accuracy;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::byte* data = outputs[0].data() + i * row * static_cast<std::int64_t>(size_of(output.type));
    std::int64_t found = -1;
    if (row == 1 && output.type == DType::kInt64) {
      std::memcpy(&found, data, sizeof found);
    } else {
      found = arg_max(output.type, data, row);
    }
    accuracy.correct += found == inputs.labels[static_cast<std::size_t>(i)] ? 1 : 0;
    ++accuracy.total;
  }
  return accuracy;
}

}  // namespace systole::app
