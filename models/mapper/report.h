// The mapper's bookkeeping: what `systole map --table` prints.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/ir/bookkeeping.h"

namespace systole::mapper {

/// One network node, in execution order: the same rows as the program's node table.
struct NodeReport {
  std::string name;
  std::string op;
  std::string engine;      ///< "matrix", "vector", "sort", "dma"; "view" = no work; "fused" = see fused_into
  std::string fused_into;  ///< the node that does this one's work, or ""
  std::uint64_t commands = 0;      ///< descriptors for the node's engine (tiles)
  std::uint64_t transfers = 0;     ///< DMA descriptors of the execution graph charged to the node
  ir::Operations operations;       ///< by kind, multiply-accumulates among them
  std::uint64_t parameters = 0;    ///< elements of constant operands
  std::uint64_t input_bytes = 0;   ///< of the tensors read, constants left out
  std::uint64_t output_bytes = 0;  ///< of the tensors written
  /// 3 x 3 convolutions where the array's `winograd` is on: "winograd", or "direct: " and the reason.
  std::string winograd;
  std::string tiling;  ///< "rows 14 x channels 64 x k 1", "stripes 7", or "" for one command
};

/// One tensor that flows between nodes (constants left out).
struct EdgeReport {
  std::string name;
  std::string place;  ///< "sram", "dram" (workspace), "input", "output", "view", "fused" (exists nowhere),
                      ///< "sram (stripes)" (a few rows at a time)
  std::uint64_t bytes = 0;
  std::uint64_t sram_address = 0;  ///< absolute; 0 if it has none
};

/// One SRAM allocation: live in the execution steps first ... last.
struct PlacementReport {
  std::string name;
  std::uint64_t address = 0;  ///< absolute
  std::uint64_t bytes = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
};

struct MapReport {
  std::vector<NodeReport> nodes;
  std::vector<EdgeReport> edges;
  std::vector<PlacementReport> placements;
  std::uint64_t init_descriptors = 0;
  std::uint64_t exec_descriptors = 0;
  std::uint64_t macs = 0;
  std::uint64_t parameters = 0;
  std::uint64_t resident_bytes = 0;   ///< static data that stays in SRAM
  std::uint64_t streamed_bytes = 0;   ///< static data that every inference loads
  std::uint64_t gap_bytes = 0;        ///< of static data: between the blocks of grouped weights
  std::uint64_t skipped_macs = 0;     ///< of one inference, of `macs`: what no array has to perform
  std::uint64_t gap_macs = 0;         ///< of one inference, beyond `macs`: with those gaps
  std::uint64_t dram_bytes = 0;       ///< moved by one inference from cold (initialisation included)
  std::uint64_t sram_bytes = 0;       ///< SRAM in use
  std::uint64_t workspace_bytes = 0;  ///< DRAM for feature maps that do not fit
  /// The least DRAM traffic of one inference from cold: static data, network inputs and outputs once each.
  std::uint64_t compulsory_dram_bytes = 0;
};

/// The report as aligned text.
std::string to_table(const MapReport& report);

}  // namespace systole::mapper
