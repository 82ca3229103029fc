// layers.csv: what every network node cost, over all inferences of the run. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw/energy/account.h"
#include "hw/observe/ledger.h"
#include "hw/observe/spans.h"
#include "models/program/program.h"

namespace systole::app {

struct LayerRow {
  std::uint32_t index = 0;  ///< in execution order
  std::string name;
  std::string op;
  std::string engine;                ///< as in the summary; "none" for a node without commands
  std::uint64_t macs = 0;            ///< of the network's definition, times the inferences
  std::uint64_t macs_performed = 0;  ///< that the arrays did
  std::uint64_t compute_cycles = 0;
  std::uint64_t stall_cycles = 0;
  std::uint64_t start_cycle = 0;  ///< of the node's first command on its engine
  std::uint64_t end_cycle = 0;    ///< of its last one, in the last inference
  double utilization = 0;         ///< macs_performed / (PEs of one array x compute_cycles)
  std::uint64_t dram_read_bytes = 0;
  std::uint64_t dram_write_bytes = 0;
  std::uint64_t sram_read_bytes = 0;
  std::uint64_t sram_write_bytes = 0;
  std::optional<double> energy_j;  ///< none without a technology
  std::string fused_into;          ///< the node that does this one's work, or ""
  Losses losses;                   ///< PE-cycles of compute_cycles without a multiply-accumulate
  std::uint64_t inter_pe_moves = 0;
  std::uint64_t intra_pe_moves = 0;
};

struct LayerInputs {
  const std::vector<ProgramNode>& nodes;
  const Ledger& ledger;
  const SpanLog& spans;
  const energy::Account* account;  ///< null without a technology
  std::uint32_t inferences = 1;
  std::uint64_t array_pes = 0;  ///< of one matrix engine
};

/// A node's engine is the one that computes for it; a node that only moves data has its DMA engines. An
/// engine's time is shared out among its commands without overlap: a command is charged from its start, or
/// from the end of the command before it, until its own end. The wait between two commands of one node in one
/// inference is the node's (it waits for operands); the wait between commands of different nodes is nobody's.
/// stall_cycles = charged time - compute_cycles.
std::vector<LayerRow> layer_rows(const LayerInputs& inputs);

/// The text of layers.csv.
std::string to_csv(const std::vector<LayerRow>& rows);

}  // namespace systole::app
