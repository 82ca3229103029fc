// A DMA transfer: how many transactions on each side, and which resource bounds their flow.
#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "models/mapper/tiling/estimate.h"
#include "models/mapper/tiling/estimate/machine.h"

namespace systole::mapper {

namespace {

struct Side {
  double pieces = 0;
  double words = 0;  ///< of the link, and beats of the SRAM
};

std::int64_t greatest_power_of_two(std::int64_t value) { return value & -value; }

/// Runs of adjacent bytes in the order of the walk, cut at the ends of bursts.
Side side_of(const sgb_dma& dma, bool source, bool fills, std::int64_t burst, double width) {
  std::int64_t total = dma.element_bytes;
  std::int64_t run = dma.element_bytes;
  std::int64_t granularity = 4096;
  bool adjacent = true;
  for (unsigned d = dma.rank; d-- > 0;) {
    const sgb_dma_dim& dim = dma.dim[d];
    const std::int64_t stride = source ? dim.src_stride : dim.dst_stride;
    std::int64_t extent = dim.extent;
    if (source && fills) {  // only what is read
      const std::int64_t begin = std::max<std::int64_t>(dim.src_origin, 0);
      const std::int64_t end = std::min<std::int64_t>(std::int64_t{dim.src_origin} + extent, dim.src_limit);
      extent = std::max<std::int64_t>(end - begin, 0);
    }
    total *= extent;
    if (extent <= 1) continue;
    adjacent = adjacent && stride == run;
    if (adjacent) {
      run *= extent;
    } else if (stride != 0) {
      granularity = std::min(granularity, greatest_power_of_two(std::abs(stride)));
    }
  }
  if (total == 0) return {};
  run = std::min(run, total);
  // Where a run ends and where a burst ends a piece ends; some ends coincide.
  const std::int64_t runs = total / run;
  const std::int64_t bursts = (total + burst - 1) / burst;
  const std::int64_t common = std::lcm(run, burst);
  const double pieces =
      static_cast<double>(runs + bursts) - static_cast<double>(total) / static_cast<double>(common);
  Side side;
  side.pieces = std::max(pieces, static_cast<double>(std::max(runs, bursts)));
  granularity = std::min(granularity, greatest_power_of_two(run | burst));
  side.words = side.pieces *
               mean_words(static_cast<double>(total) / side.pieces, width, static_cast<double>(granularity));
  return side;
}

}  // namespace

TransferTime transfer_time(const sgb_dma& dma, bool src_in_dram, bool dst_in_dram,
                           const Capability& capability) {
  const Machine machine(capability);
  const auto burst = static_cast<std::int64_t>(capability.timing.dma_burst.count());
  double total = dma.element_bytes;
  for (unsigned d = 0; d < dma.rank; ++d) total *= dma.dim[d].extent;
  const Side read = side_of(dma, true, true, burst, machine.link_rate);
  const Side write = side_of(dma, false, false, burst, machine.link_rate);
  const double bursts = std::max(1.0, total / static_cast<double>(burst));
  const double burst_bytes = std::min(total, static_cast<double>(burst));

  const auto latency = [&](bool dram) {
    return dram ? 2 * machine.bus + machine.dram_latency : machine.sram_path;
  };
  const auto service = [&](bool dram, const Side& side) {
    return std::max(side.words, dram ? total / machine.dram_rate : 0.0);
  };
  TransferTime time;
  const double read_stream = std::max(read.pieces, service(src_in_dram, read));
  const double write_stream = std::max(write.pieces, service(dst_in_dram, write));
  time.stream = std::max(read_stream, write_stream);
  // One burst from its first read to the end of its last write; `outstanding` of them at a time.
  const double alone =
      latency(src_in_dram) + read_stream / bursts + latency(dst_in_dram) + write_stream / bursts;
  time.stream = std::max(time.stream, bursts * alone / capability.timing.dma_outstanding);
  time.head = latency(src_in_dram);
  time.tail = std::max(0.0, alone - time.head - time.stream / bursts);
  time.dram_bytes = (src_in_dram ? total : 0) + (dst_in_dram ? total : 0);
  if (burst_bytes < static_cast<double>(burst)) time.stream = std::max(time.stream, read_stream);
  time.sram_beats = (src_in_dram ? 0 : read.words) + (dst_in_dram ? 0 : write.words);
  return time;
}

}  // namespace systole::mapper
