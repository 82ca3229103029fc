// Small networks in code, and the one question that mapper tests ask of them: does the program compute what
// the reference executor computes, in every order that it allows?
#pragma once

#include <random>
#include <string>
#include <vector>

#include "models/ir/graph.h"
#include "models/mapper/mapper.h"

namespace systole::test {

/// Builds a graph. Values are drawn from a fixed seed.
class Network {
public:
  explicit Network(std::uint32_t seed = 1) : random_(seed) {}

  ir::TensorId input(DType type, const ir::Shape& shape);
  ir::TensorId constant(DType type, const ir::Shape& shape);  ///< random elements
  ir::TensorId scalar(float value);
  ir::TensorId zero(DType type, std::int32_t value);
  ir::TensorId floats(const std::vector<float>& values);
  ir::TensorId tensor(DType type, const ir::Shape& shape, ir::TensorData data = nullptr);
  /// Adds a node with one output and returns it.
  ir::TensorId node(ir::OpKind op, ir::Attributes attributes, std::vector<ir::TensorId> inputs, DType type,
                    const ir::Shape& shape);
  void output(ir::TensorId id) { outputs_.push_back(id); }

  // Whole operators with random parameters, int8.
  ir::TensorId qconv(ir::TensorId x, std::int64_t channels, const ir::ConvAttributes& attributes,
                     bool bias = true);
  ir::TensorId qmatmul(ir::TensorId a, ir::TensorId b);  ///< b: a tensor, constant or not
  ir::TensorId qadd(ir::TensorId a, ir::TensorId b, std::int32_t a_zero = 3, std::int32_t b_zero = 9);
  // float
  ir::TensorId conv(ir::TensorId x, std::int64_t channels, const ir::ConvAttributes& attributes,
                    bool bias = true);
  ir::TensorId pool(ir::OpKind op, ir::TensorId x, const ir::PoolAttributes& attributes);
  ir::TensorId relu(ir::TensorId x);
  ir::TensorId reshape(ir::TensorId x, const ir::Shape& shape);
  ir::TensorId axis_op(ir::OpKind op, ir::TensorId x, const ir::AxisAttributes& attributes);
  ir::TensorId add(ir::TensorId a, ir::TensorId b);

  const ir::Graph& graph();
  [[nodiscard]] const ir::Tensor& info(ir::TensorId id) const { return graph_.tensor(id).value; }
  ir::TensorData random_data(DType type, std::int64_t elements);

private:
  ir::Graph graph_;
  std::mt19937 random_;
  std::vector<ir::TensorId> inputs_, outputs_;
  int names_ = 0;
};

/// A SoC with everything: 2 DMA engines, 16 KiB of SRAM, a 4 x 4 array.
mapper::Capability capability(DType format = DType::kInt8, std::uint64_t sram_bytes = 16 * 1024);

/// Maps, then runs two inferences on the abstract machine in the graph's own order and in `orders` random
/// ones; every output must be bit-equal to the reference executor's. Also: the program survives encode and
/// decode. Fails the test with a message otherwise.
void expect_right(const ir::Graph& graph, const mapper::Capability& capability,
                  const mapper::MapOptions& options = {}, int orders = 3);
/// The same under both ping_pong modes, and with weights resident (where they fit) and streamed.
void expect_right_in_all_modes(const ir::Graph& graph, const mapper::Capability& capability, int orders = 2);

/// The program; fails the test if there is none.
Program map_or_fail(const ir::Graph& graph, const mapper::Capability& capability,
                    const mapper::MapOptions& options = {}, mapper::MapReport* report = nullptr);
/// The issues of a network that cannot be mapped, joined by newlines; fails the test if it can.
std::string refusal(const ir::Graph& graph, const mapper::Capability& capability,
                    const mapper::MapOptions& options = {});

}  // namespace systole::test
