#include "app/run/capability.h"

#include "app/config/validate_matrix.h"
#include "hw/abi/memory_map.h"
#include "hw/blocks/engine/matrix/array.h"
#include "hw/blocks/engine/matrix/operation.h"
#include "hw/config/engine_counts.h"

namespace systole::app {

namespace {

mapper::TimingCapability timing_of(const SocConfig& soc) {
  mapper::TimingCapability timing;
  timing.clock = soc.clock;
  timing.sram_banks = soc.sram.banks;
  timing.sram_ports = soc.sram.ports;
  timing.sram_latency = soc.sram.latency;
  timing.bus_width = soc.bus.width;
  timing.bus_latency = soc.bus.latency;
  timing.dram_bandwidth = soc.dram.bandwidth;
  timing.dram_latency = soc.dram.latency;
  timing.dram_channels = soc.dram.channels;
  timing.dma_burst = soc.dma.burst;
  timing.dma_outstanding = soc.dma.outstanding;
  timing.dma_setup = soc.dma.setup_cycles;
  timing.prefetch = soc.controller.prefetch;
  timing.dispatch = soc.controller.dispatch_cycles;
  timing.completion = soc.controller.completion_cycles;
  timing.matrix_setup = soc.matrix.setup_cycles;
  timing.vector_lanes = soc.vector.lanes;
  timing.vector_setup = soc.vector.setup_cycles;
  timing.sort_lanes = soc.sort.lanes;
  timing.sort_setup = soc.sort.setup_cycles;
  return timing;
}

}  // namespace

mapper::Capability capability_of(const SocConfig& soc) {
  mapper::Capability capability;
  capability.engines = engine_counts(soc);
  capability.sram_base = SYS_SRAM_BASE;
  capability.sram_size = Bytes(soc.sram.size.count() - soc.matrix.count * soc.matrix.spill.count());
  capability.sram_width = soc.sram.width;
  capability.dram_size = soc.dram.size;
  capability.ping_pong = soc.dma.ping_pong;
  capability.queue_depth = soc.controller.queue_depth;
  capability.semaphores = soc.controller.semaphores;
  capability.array = engine::matrix::array_of(soc.matrix);
  capability.multiplier = engine::matrix::multiplier_of(soc.matrix);
  capability.int16_passes = int16_passes(soc.matrix);
  capability.winograd = soc.matrix.winograd;
  capability.sparse_n = soc.matrix.sparsity.n;
  capability.sparse_m = soc.matrix.sparsity.m;
  capability.timing = timing_of(soc);
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
