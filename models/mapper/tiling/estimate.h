// Predicted time, without a simulation: of one transfer, of one engine command, of a whole descriptor graph.
// The parts are the timing models that the hardware uses (hw/timing) in closed form; docs/mapper.md, "The
// estimator", has the formulas. Times are cycles of the SoC's clock.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hw/abi/descriptor.h"
#include "hw/abi/queues.h"
#include "models/mapper/capability.h"
#include "models/program/program.h"

namespace systole::mapper {

/// A transfer in three parts: alone it takes head + stream + tail.
struct TransferTime {
  double head = 0;        ///< from its start until data flows without a break
  double stream = 0;      ///< while data flows, with the DRAM for itself
  double tail = 0;        ///< from the last data read until the last byte is in its place
  double dram_bytes = 0;  ///< that pass the DRAM (once for each side that is in it)
  double sram_beats = 0;  ///< bank accesses
};
/// src_in_dram, dst_in_dram: on which side an address lies.
TransferTime transfer_time(const sgb_dma& dma, bool src_in_dram, bool dst_in_dram,
                           const Capability& capability);

/// An engine command.
struct CommandTime {
  double cycles = 0;  ///< alone on the SRAM, after its set-up
  /// By how much of `cycles` it grows per unit of SRAM bandwidth lost to others: 0 = bound by its datapath,
  /// 1 = bound by its accesses.
  double sram_bound = 0;
  double sram_beats = 0;  ///< bank accesses
};
CommandTime command_time(const sgb_descriptor& descriptor, const Capability& capability);

/// One descriptor as the replay sees it.
struct Task {
  std::size_t queue = 0;             ///< index in queues_of(capability.engines)
  bool is_nop = false;               ///< completes at once
  TransferTime transfer;             ///< if the queue's engine is a DMA
  CommandTime command;               ///< otherwise
  std::vector<std::uint32_t> after;  ///< numbers of earlier tasks that must be complete
};

struct Estimate {
  double cycles = 0;       ///< from the doorbell until the last completion
  double work_cycles = 0;  ///< from the start of the first task until the end of the last one
  double dram_bytes = 0;   ///< that transfers move in and out of the DRAM, without the descriptors
  double dma_busy = 0;     ///< sum over all DMA engines
  double matrix_busy = 0;
};
/// Plays the tasks, in graph order, through controller, queues and engines; engines that work at the same
/// time share the DRAM's bandwidth and the SRAM's banks. O(tasks x engines).
Estimate replay(std::span<const Task> tasks, const Capability& capability);

/// A scheduled graph of a program: SGB_GRAPH_INIT or SGB_GRAPH_EXEC.
Estimate estimate_graph(const Program& program, std::uint32_t graph, const Capability& capability);

}  // namespace systole::mapper
