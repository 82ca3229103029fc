// One vector command on operands in memory.
#pragma once

#include <vector>

#include "hw/blocks/engine/vector/factory.h"
#include "tests/unit/engine/support/memory_shell.h"

namespace systole::engine::test {

/// Unit scales, no bounds to speak of.
inline sgb_descriptor vector_op(std::uint8_t op, std::uint8_t in_type, std::uint8_t out_type,
                                std::uint32_t count) {
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_VECTOR;
  sgb_vector& d = descriptor.u.vector;
  d.op = op;
  d.in_type = in_type;
  d.out_type = out_type;
  d.count = count;
  d.b_count = count;
  d.a_scale = d.b_scale = d.out_scale = 1.0F;
  d.clip_min = -128;
  d.clip_max = 255;
  return descriptor;
}

/// Runs a command of 16 lanes on operands that are put into memory; returns `out`.
template <typename Out, typename In>
std::vector<Out> run_vector(sgb_descriptor descriptor, const std::vector<In>& a,
                            const std::vector<In>& b = {}, JobRun* record = nullptr) {
  MemoryShell memory(1U << 20U);
  sgb_vector& d = descriptor.u.vector;
  d.a = memory.put(a);
  if (!b.empty()) d.b = memory.put(b);
  d.out = memory.reserve(d.count * sizeof(Out));
  VectorFactory factory(VectorConfig{.lanes = 16});
  const auto job = make_job(factory, descriptor);
  const JobRun result = memory.run(*job);
  if (record != nullptr) *record = result;
  return memory.get<Out>(d.out, d.count);
}

}  // namespace systole::engine::test
