// Networks on the abstract machine against outputs that the test itself has worked out.
#pragma once

#include <cstddef>
#include <vector>

#include "tests/support/abstract_machine/network.h"

namespace systole::test {

template <typename T>
std::vector<std::byte> as_bytes(const std::vector<T>& values) {
  const auto* first = reinterpret_cast<const std::byte*>(values.data());
  return {first, first + values.size() * sizeof(T)};
}

/// The outputs of one inference in the graph's own order.
std::vector<std::vector<std::byte>> run_on_machine(const ir::Graph& graph,
                                                   const mapper::Capability& capability,
                                                   const std::vector<std::vector<std::byte>>& inputs);

/// Maps for SoCs of several scratchpad sizes, with and without ping-pong; every output must equal `expected`
/// in every byte, in the graph's own order and in two random ones.
void expect_outputs(const ir::Graph& graph, const std::vector<std::vector<std::byte>>& inputs,
                    const std::vector<std::vector<std::byte>>& expected, DType format = DType::kFloat32);

}  // namespace systole::test
