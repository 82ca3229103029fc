// All that the mapper knows of the hardware. app/ derives it from the SocConfig.
#pragma once

#include <array>
#include <cstdint>

#include "hw/abi/queues.h"
#include "hw/base/units.h"
#include "hw/timing/passes.h"
#include "hw/timing/systolic/array_shape.h"

namespace systole::mapper {

/// What the estimator needs to predict cycles (models/mapper/tiling/estimate.h): the parameters of the timing
/// models that the hardware uses. The defaults are those of SocConfig.
struct TimingCapability {
  Hertz clock{800'000'000};
  // Memories and the way to them.
  std::uint32_t sram_banks = 8;
  std::uint32_t sram_ports = 1;
  std::uint32_t sram_latency = 1;
  Bytes bus_width{32};
  std::uint32_t bus_latency = 1;
  BytesPerSecond dram_bandwidth{12'800'000'000};
  Picoseconds dram_latency{100'000};
  std::uint32_t dram_channels = 1;
  // DMA engines.
  Bytes dma_burst{256};
  std::uint32_t dma_outstanding = 8;
  std::uint32_t dma_setup = 16;
  // Graph controller.
  std::uint32_t prefetch = 4;
  std::uint32_t dispatch = 2;
  std::uint32_t completion = 2;
  // Compute engines. Bursts, slots in flight and commands held are constants of the engine shell.
  Bytes engine_burst{256};
  std::uint32_t engine_outstanding = 8;
  std::uint32_t engine_slots = 2;
  std::uint32_t matrix_setup = 8;
  std::uint32_t vector_lanes = 16;
  std::uint32_t vector_setup = 8;
  std::uint32_t sort_lanes = 16;
  std::uint32_t sort_setup = 8;
};

struct Capability {
  std::array<unsigned, kEngineKinds.size()> engines{2, 1, 1,
                                                    1};  ///< how many of each kind, as queues_of() takes them
  std::uint64_t sram_base = 0;
  Bytes sram_size{0};
  Bytes sram_width{32};  ///< allocations are aligned to it
  Bytes dram_size{0};
  bool ping_pong = true;  ///< false: one buffer, and no transfer overlaps compute
  std::uint32_t queue_depth = 8;
  std::uint32_t semaphores = 64;
  timing::ArrayShape array;
  timing::Multiplier multiplier;
  /// Cycles of a step of int16 products with sums of at least 32 bits; 0: the array makes none.
  std::uint32_t int16_passes = 0;
  bool winograd = false;  ///< 3 x 3 convolutions may take Winograd's form
  /// The array skips the zeros of weights of which at most n of m successive ones are not zero; m = 0: not.
  std::uint8_t sparse_n = 0, sparse_m = 0;
  TimingCapability timing;

  /// Arrays of another tool are given a layer in one command where the scratchpad has room.
  [[nodiscard]] bool whole_layers() const { return array.rules != timing::FoldRules::kSystole; }
};

}  // namespace systole::mapper
