// The resolved configuration of a SoC: every value set, nothing optional. app/ makes it from YAML; hw/soc
// builds from it.
#pragma once

#include <cstdint>
#include <string>

#include "hw/base/dtype.h"
#include "hw/base/units.h"

namespace systole {

struct HostConfig {
  Hertz clock{800'000'000};
  /// Cycles per instruction, as a ratio in thousandths (1500 = 1.5): integers keep the run deterministic.
  std::uint32_t cpi_milli = 1500;
  /// Instructions that the core may run ahead of simulated time between synchronisations.
  std::uint32_t quantum = 1000;
};

struct SramConfig {
  Bytes size{512 * 1024};
  std::uint32_t banks = 8;
  Bytes width{32};            ///< of one bank: bytes per access and cycle; banks interleave at this width
  std::uint32_t ports = 1;    ///< accesses that a bank serves per cycle
  std::uint32_t latency = 1;  ///< cycles from access to data
};

struct DramConfig {
  Bytes size{512ULL * 1024 * 1024};
  BytesPerSecond bandwidth{12'800'000'000};  ///< of all channels together
  Picoseconds latency{100'000};              ///< from request to first data
  std::uint32_t channels = 1;
};

struct BusConfig {
  Bytes width{32};            ///< bytes per cycle and link
  std::uint32_t latency = 1;  ///< cycles per hop
};

struct DmaConfig {
  std::uint32_t engines = 2;
  bool ping_pong = true;  ///< the next transfer's set-up overlaps the current one; the mapper double-buffers
  Bytes burst{256};
  std::uint32_t outstanding = 8;    ///< bursts in flight
  std::uint32_t setup_cycles = 16;  ///< decode and address set-up of one descriptor
};

struct ControllerConfig {
  std::uint32_t queue_depth = 8;
  std::uint32_t semaphores = 64;
  std::uint32_t prefetch = 4;           ///< descriptors fetched ahead
  std::uint32_t dispatch_cycles = 2;    ///< to hand a descriptor to its queue
  std::uint32_t completion_cycles = 2;  ///< to take a completion and update the semaphores
};

enum class Dataflow : std::uint8_t { kWeightStationary, kOutputStationary, kInputStationary };

struct MatrixConfig {
  std::uint32_t count = 1;
  Dataflow dataflow = Dataflow::kWeightStationary;
  std::uint32_t rows = 16;      ///< weight stationary: K
  std::uint32_t cols = 16;      ///< weight stationary: N
  DType format = DType::kInt8;  ///< kInt8 (with uint8 operands, int32 accumulators) or kFloat32
  bool weight_double_buffer = true;
  Bytes accumulators{64 * 1024};  ///< 4-byte accumulators: rows of M per column = bytes / 4 / cols
  std::uint32_t setup_cycles = 8;
};

struct VectorConfig {
  std::uint32_t count = 1;
  std::uint32_t lanes = 16;
  std::uint32_t setup_cycles = 8;
};

struct SortConfig {
  std::uint32_t count = 1;
  std::uint32_t lanes = 16;  ///< a power of two: width of the comparator network
  std::uint32_t setup_cycles = 8;
};

/// count = 0 means that the SoC has no such engine.
struct SocConfig {
  std::string name = "soc";
  Hertz clock{800'000'000};
  HostConfig host;
  SramConfig sram;
  DramConfig dram;
  BusConfig bus;
  DmaConfig dma;
  ControllerConfig controller;
  MatrixConfig matrix;
  VectorConfig vector;
  SortConfig sort;
};

}  // namespace systole
