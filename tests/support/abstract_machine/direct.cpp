#include "tests/support/abstract_machine/direct.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/support/abstract_machine/machine.h"

namespace systole::test {

namespace {

std::vector<std::vector<std::byte>> infer(const Program& program, const mapper::Capability& c,
                                          const std::vector<std::vector<std::byte>>& inputs,
                                          std::optional<std::uint32_t> seed) {
  Machine machine(program, c.sram_base, c.sram_size.count(), c.queue_depth);
  machine.initialise(seed);
  return machine.infer(inputs, seed);
}

}  // namespace

std::vector<std::vector<std::byte>> run_on_machine(const ir::Graph& graph,
                                                   const mapper::Capability& capability,
                                                   const std::vector<std::vector<std::byte>>& inputs) {
  const Program program = map_or_fail(graph, capability);
  if (program.exec.empty()) return {};
  return infer(program, capability, inputs, std::nullopt);
}

void expect_outputs(const ir::Graph& graph, const std::vector<std::vector<std::byte>>& inputs,
                    const std::vector<std::vector<std::byte>>& expected, DType format) {
  for (const std::uint64_t sram : {16U * 1024U, 2048U}) {
    for (const bool ping_pong : {true, false}) {
      SCOPED_TRACE(std::to_string(sram) + (ping_pong ? " bytes, ping-pong" : " bytes"));
      mapper::Capability c = capability(format, sram);
      c.ping_pong = ping_pong;
      const Program program = map_or_fail(graph, c);
      ASSERT_FALSE(program.exec.empty());
      for (const auto seed : {std::optional<std::uint32_t>{}, std::optional<std::uint32_t>{1},
                              std::optional<std::uint32_t>{2}}) {
        const auto outputs = infer(program, c, inputs, seed);
        ASSERT_EQ(outputs.size(), expected.size());
        for (std::size_t i = 0; i < outputs.size(); ++i) {
          ASSERT_EQ(outputs[i], expected[i]) << "output " << i << "\n" << to_text(program).substr(0, 6000);
        }
      }
    }
  }
}

}  // namespace systole::test
