#include "app/run/capability.h"

#include "hw/abi/memory_map.h"
#include "hw/config/engine_counts.h"

namespace systole::app {

mapper::Capability capability_of(const SocConfig& soc) {
  mapper::Capability capability;
  capability.engines = engine_counts(soc);
  capability.sram_base = SYS_SRAM_BASE;
  capability.sram_size = soc.sram.size;
  capability.sram_width = soc.sram.width;
  capability.dram_size = soc.dram.size;
  capability.ping_pong = soc.dma.ping_pong;
  capability.queue_depth = soc.controller.queue_depth;
  capability.semaphores = soc.controller.semaphores;
  capability.array_rows = soc.matrix.rows;
  capability.array_cols = soc.matrix.cols;
  capability.array_format = soc.matrix.format;
  capability.accumulators = soc.matrix.accumulators;
  return capability;
}

mapper::MapOptions map_options_of(const Mapping& mapping) {
  switch (mapping.weights) {
    case Weights::kResident:
      return {mapper::WeightPolicy::kResident};
    case Weights::kStreamed:
      return {mapper::WeightPolicy::kStreamed};
    case Weights::kAuto:
      break;
  }
  return {mapper::WeightPolicy::kAuto};
}

}  // namespace systole::app
