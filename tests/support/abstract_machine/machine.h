// Executes descriptor graphs on byte arrays, in any order that semaphores allow: the meaning of
// hw/abi/descriptor.h in plain loops, without time and independent of hw/numerics and hw/blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "hw/abi/descriptor.h"
#include "models/program/program.h"
#include "tests/support/abstract_machine/memory.h"

namespace systole::test {

/// Sums that stay in a matrix engine's accumulators between commands.
struct Accumulators {
  std::vector<std::int32_t> ints;
  std::vector<float> floats;
};

// One function per engine: reads now, writes later.
void run_dma(const sgb_dma& op, Memory& memory, PendingWrites& writes);
void run_matrix(const sgb_matrix& op, Accumulators& accumulators, Memory& memory, PendingWrites& writes);
void run_vector(const sgb_vector& op, Memory& memory, PendingWrites& writes);
void run_sort(const sgb_sort& op, Memory& memory, PendingWrites& writes);

class Machine {
public:
  /// sram_base: as in the capability that the program was made for.
  Machine(const Program& program, std::uint64_t sram_base, std::uint64_t sram_bytes,
          std::uint32_t queue_depth);

  /// Runs the init graph once. seed: which of the possible orders; nullopt = the graph's own order.
  void initialise(std::optional<std::uint32_t> seed = std::nullopt);
  /// Runs one inference; inputs as raw tensor bytes. Throws std::runtime_error on a deadlock.
  std::vector<std::vector<std::byte>> infer(const std::vector<std::vector<std::byte>>& inputs,
                                            std::optional<std::uint32_t> seed = std::nullopt);

private:
  struct Running {
    std::size_t index;
    PendingWrites writes;
  };
  void link(std::vector<sgb_descriptor>& graph, std::uint32_t number);
  void run(const std::vector<sgb_descriptor>& graph, std::optional<std::uint32_t> seed);
  PendingWrites start(const sgb_descriptor& descriptor);
  [[nodiscard]] std::uint64_t symbol_base(std::uint32_t row) const { return bases_[row]; }

  Program program_;
  std::uint32_t depth_;
  Memory memory_;
  std::vector<std::uint64_t> bases_;
  std::vector<Accumulators> accumulators_;
};

}  // namespace systole::test
