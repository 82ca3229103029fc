// All that the mapper knows of the hardware. app/ derives it from the SocConfig.
#pragma once

#include <array>
#include <cstdint>

#include "hw/abi/queues.h"
#include "hw/base/dtype.h"
#include "hw/base/units.h"

namespace systole::mapper {

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
  std::uint32_t array_rows = 16;
  std::uint32_t array_cols = 16;
  DType array_format = DType::kInt8;
  Bytes accumulators{64 * 1024};
};

}  // namespace systole::mapper
