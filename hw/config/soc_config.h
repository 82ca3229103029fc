// The resolved configuration of a SoC: every value set, nothing optional. app/ makes it from YAML; hw/soc
// builds from it.
#pragma once

#include <cstdint>
#include <string>

#include "hw/base/dataflow.h"
#include "hw/base/dtype.h"
#include "hw/base/matrix_arithmetic.h"
#include "hw/base/number_format.h"
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

/// Arrays that behave as another tool models them (docs/blocks/matrix.md).
enum class MatrixPreset : std::uint8_t { kNone, kScaleSim, kCamuy };
/// kDotProduct: a unit that makes rows x cols results at a time by dot products of `depth` elements.
enum class MatrixOrganisation : std::uint8_t { kSystolic, kDotProduct };
/// At most n of m successive weights of a column are not zero; m = 0: dense.
struct StructuredSparsity {
  std::uint8_t n = 0;
  std::uint8_t m = 0;
  [[nodiscard]] bool any() const { return m != 0; }
  bool operator==(const StructuredSparsity&) const = default;
};

struct MatrixConfig {
  std::uint32_t count = 1;
  MatrixPreset preset = MatrixPreset::kNone;
  MatrixOrganisation organisation = MatrixOrganisation::kSystolic;
  Dataflow dataflow = Dataflow::kWeightStationary;
  std::uint32_t rows = 16;  ///< hw/base/dataflow.h says what they hold
  std::uint32_t cols = 16;
  std::uint32_t depth = 4;  ///< of the dot products; kDotProduct
  // Numbers.
  NumberFormat format = NumberFormat::kInt8;  ///< of the activations that a multiplier takes
  NumberFormat weight_format =
      NumberFormat::kInt8;  ///< of its weights; as `format` where a scenario is silent
  MatrixArithmetic arithmetic = MatrixArithmetic::kParallel;
  std::uint32_t popcount_bits = 8;
  std::uint32_t accumulator_bits = 32;  ///< integers: 8 to 48; floats: 32, or 16 for sums in `format` itself
  Overflow overflow = Overflow::kWrap;
  StructuredSparsity sparsity = {};  ///< the array skips the zeros of weights of this form
  bool winograd = false;             ///< the mapper uses F(2 x 2, 3 x 3) where it is exact
  // Timing.
  bool weight_double_buffer = true;        ///< of the stationary operand
  bool fold_overlap = true;                ///< the skews of successive folds overlap
  std::uint32_t stationary_bandwidth = 0;  ///< elements a cycle into the array; 0: as many as it takes
  std::uint32_t streaming_bandwidth = 0;   ///< elements a cycle of each streamed operand; 0: likewise
  std::uint32_t fifo_depth = 8;            ///< elements of each row's FIFO of a streamed operand
  Bytes accumulators{64 * 1024};           ///< 4 bytes a sum, 8 above 32 bits
  std::uint32_t accumulator_ports = 3;     ///< accesses of each column's accumulators a cycle
  Bytes spill{0};                          ///< scratchpad at its end for sums beyond the accumulators
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
