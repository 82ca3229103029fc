// Where everything lies in DRAM, and what is put there before reset. Pure.
//
//   DRAM base           run block (sgb_run_block): what the firmware is told
//   + 32 KiB            the .sgb image as it is
//   then, each from a 4 KiB boundary: workspace, inputs by index, outputs by index
//   (an input or output holds all inferences one after another, each from a 64-byte boundary)
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hw/abi/descriptor.h"
#include "hw/base/issues.h"
#include "hw/base/units.h"

namespace systole::soc {

/// A network input or output in DRAM.
struct TensorPlace {
  std::string name;
  std::uint64_t base = 0;    ///< of inference 0
  std::uint64_t stride = 0;  ///< to the next inference's
  std::uint64_t bytes = 0;   ///< of one inference
};

struct MemoryLayout {
  sgb_run_block run_block{};
  std::uint64_t graph = 0;  ///< address of the image
  std::uint64_t workspace = 0;
  std::uint64_t end = 0;  ///< first address after all of it
  std::uint64_t sram_bytes = 0;
  std::uint32_t node_count = 0;
  std::uint32_t queue_count = 0;
  std::vector<TensorPlace> inputs;   ///< by index
  std::vector<TensorPlace> outputs;  ///< by index
};

/// Lays out DRAM for `inferences` runs of the image, behind which `data_bytes` of static data follow that it
/// lacks. Issues: not a graph of this version, tables outside the image, other data than its header counts
/// (not functional: they may be left out), more inputs or outputs than the run block holds, more than
/// `dram_size`.
std::optional<MemoryLayout> lay_out(std::span<const std::byte> image, std::uint64_t data_bytes,
                                    std::uint32_t inferences, std::uint32_t class_output, Bytes dram_size,
                                    bool functional, Issues& issues);

}  // namespace systole::soc
