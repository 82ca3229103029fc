// The real engines on a real SRAM: results in memory, and the same cycles with and without function.
#include <gtest/gtest.h>

#include "hw/blocks/engine/matrix/factory.h"
#include "hw/blocks/engine/sort/factory.h"
#include "hw/blocks/engine/vector/factory.h"
#include "hw/blocks/sram/sram.h"
#include "tests/block/engine/bench.h"

namespace systole::test {
namespace {

struct Bench : EngineBench<Sram> {
  static SramConfig sram() { return {.size = Bytes(65536)}; }
  static Ledger& traffic() {
    static Ledger ledger(4);
    return ledger;
  }
  Bench(std::unique_ptr<engine::JobFactory> factory, EngineKind kind, bool functional)
      : EngineBench<Sram>(std::move(factory),
                          EngineParameters{.kind = kind, .resource = "engine", .functional = functional},
                          clock_1ghz(), sram(), Bytes(32), traffic()) {}
  template <typename T>
  void put(std::uint64_t address, const std::vector<T>& values) {
    if (!debug().debug_write(address, std::as_bytes(std::span(values)))) throw std::runtime_error("put");
  }
  template <typename T>
  std::vector<T> get(std::uint64_t address, std::size_t count) {
    std::vector<T> values(count);
    if (!debug().debug_read(address, std::as_writable_bytes(std::span(values))))
      throw std::runtime_error("get");
    return values;
  }
  /// Runs one command; returns the cycle of its completion.
  std::uint64_t run(const sgb_descriptor& descriptor) {
    commander.schedule.push_back({0, descriptor});
    sc_core::sc_start();
    if (commander.done.size() != 1) throw std::runtime_error("no completion");
    EXPECT_EQ(commander.done[0].completion.error, SGB_ERROR_NONE);
    return commander.done[0].at;
  }

private:
  /// Debug access through the checker's way to the memory.
  struct DebugPort {
    tl::ProtocolChecker& checker;
    bool debug_write(std::uint64_t address, std::span<const std::byte> bytes) const {
      return access(tlm::TLM_WRITE_COMMAND, address, const_cast<std::byte*>(bytes.data()), bytes.size());
    }
    bool debug_read(std::uint64_t address, std::span<std::byte> bytes) const {
      return access(tlm::TLM_READ_COMMAND, address, bytes.data(), bytes.size());
    }
    bool access(tlm::tlm_command command, std::uint64_t address, std::byte* data, std::size_t bytes) const {
      tlm::tlm_generic_payload payload;
      payload.set_command(command);
      payload.set_address(address);
      payload.set_data_ptr(reinterpret_cast<unsigned char*>(data));
      payload.set_data_length(static_cast<unsigned>(bytes));
      payload.set_streaming_width(static_cast<unsigned>(bytes));
      return checker.initiator_socket->transport_dbg(payload) == bytes;
    }
  };
  DebugPort debug() { return {memory_checker}; }
};

constexpr std::uint64_t kA = 0;
constexpr std::uint64_t kB = 16384;
constexpr std::uint64_t kOut = 32768;

// 20 x 40 times 40 x 24, on 16 x 16.
sgb_descriptor matrix_command() {
  sgb_descriptor descriptor = matrix_descriptor();
  sgb_matrix& d = descriptor.u.matrix;
  d.a = kA;
  d.b = kB;
  d.out = kOut;
  d.in_h = d.out_h = 1;
  d.in_w = d.out_w = 20;
  d.in_c = 40;
  d.n = 24;
  d.kernel_h = d.kernel_w = d.stride_h = d.stride_w = d.dilation_h = d.dilation_w = 1;
  d.a_pixel_stride = 40;
  d.out_pixel_stride = 96;
  d.b_tile_cols = 16;
  d.a_type = d.b_type = SGB_TYPE_INT8;
  d.out_type = SGB_TYPE_INT32;
  return descriptor;
}

std::uint64_t run_matrix(bool functional) {
  Bench bench(std::make_unique<engine::MatrixFactory>(MatrixConfig{}), EngineKind::kMatrix, functional);
  // A is all 2, B all 3.
  bench.put(kA, std::vector<std::int8_t>(800, 2));
  bench.put(kB, std::vector<std::int8_t>(960, 3));
  const std::uint64_t end = bench.run(matrix_command());
  EXPECT_EQ(bench.get<std::int32_t>(kOut, 480), std::vector<std::int32_t>(480, functional ? 40 * 2 * 3 : 0));
  EXPECT_EQ(bench.ledger.total("matrix.mac.int8"), 20U * 40U * 24U);
  return end;
}

std::uint64_t run_vector(bool functional) {
  Bench bench(std::make_unique<engine::VectorFactory>(VectorConfig{}), EngineKind::kVector, functional);
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_VECTOR;
  sgb_vector& d = descriptor.u.vector;
  d.op = SGB_VECTOR_ADD;
  d.in_type = d.out_type = SGB_TYPE_FLOAT32;
  d.a = kA;
  d.b = kB;
  d.out = kOut;
  d.count = d.b_count = 3000;
  bench.put(kA, std::vector<float>(3000, 1.5F));
  bench.put(kB, std::vector<float>(3000, 2.0F));
  const std::uint64_t end = bench.run(descriptor);
  EXPECT_EQ(bench.get<float>(kOut, 3000), std::vector<float>(3000, functional ? 3.5F : 0.0F));
  EXPECT_EQ(bench.ledger.total("vector.op"), 3000U);
  return end;
}

std::uint64_t run_sort(bool functional) {
  Bench bench(std::make_unique<engine::SortFactory>(SortConfig{}), EngineKind::kSort, functional);
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_SORT;
  sgb_sort& d = descriptor.u.sort;
  d.op = SGB_SORT_ARG_MAX;
  d.type = SGB_TYPE_FLOAT32;
  d.in = kA;
  d.out = kOut;
  d.outer = 50;
  d.axis = 10;
  d.inner = 1;
  std::vector<float> values(500, 1.0F);
  for (std::size_t row = 0; row < 50; ++row) values[row * 10 + 7] = 2.0F;
  bench.put(kA, values);
  const std::uint64_t end = bench.run(descriptor);
  EXPECT_EQ(bench.get<std::int64_t>(kOut, 50), std::vector<std::int64_t>(50, functional ? 7 : 0));
  EXPECT_EQ(bench.ledger.total("sort.compare"), 500U);
  return end;
}

// The kernel runs once in a process, so both modes are held against one number, found by hand. SRAM: 8 banks
// of 32 bytes, latency 1: a burst of w words that is issued at t and meets no other in a bank ends at t + w
// + 1. One burst a cycle, 8 in flight; bursts of 256 bytes have 8 words.

// L = loads arrived, C = datapath free. Set-up: 8. Every fold streams 20 rows (20 cycles, as M > rows).
//   fold 0: weights 256 bytes at 8, ending at 17; rows 0 .. 6 at 9 .. 15, row 7 waits for the weights until
//   17,
//           row 19 at 29 touches two words: L 32; 16 cycles of exposed weight load: C 68
//   fold 1: from 32 the same, but row 19 touches one word: L 55; C 88
//   fold 2: from 68 (C of fold 0), 4 words of weights, rows at 69 .. 88: L 90; C 110; results from 110 + 30
//   on fold 3: from 90, rows at 91 .. 110, the last with two words: L 113; C 133 fold 4: from 113: L 135; C
//   155 fold 5: from 135: L 157; C 177; the last sum leaves 20 + 16 + 8 - 2 - 20 = 22 later, at 199 stores of
//   fold 5: 20 rows of 32 bytes at 199 .. 218: over at 220
constexpr std::uint64_t kMatrixEnd = 220;

// Tiles of 1,024, 1,024 and 952 elements, each of two operands. 32 bursts in groups of 8, a group every 9
// cycles (the first of a group waits for the end of the first of the group before):
//   L0 = 8 + 3 * 9 + 7 + 9 = 51; C0 = 51 + 64 = 115; L1 = 94; C1 = 179; L2 < 179; C2 = 179 + 60 = 239
//   store 245 (drain 6): 15 bursts, the ninth at 254, the last at 260 with 7 words: 268
constexpr std::uint64_t kVectorEnd = 268;

// One phase: 2,000 bytes in 8 bursts at 8 .. 15, the last with 7 words: L 23. 50 rows of one block: C 73. The
// comparator tree drains in 5: 78. 400 bytes of indices: 8 words at 78, 5 words at 79: 87.
constexpr std::uint64_t kSortEnd = 87;

TEST(EnginesOnSram, Matrix) { EXPECT_EQ(run_matrix(true), kMatrixEnd); }
TEST(EnginesOnSram, MatrixWithoutFunction) { EXPECT_EQ(run_matrix(false), kMatrixEnd); }
TEST(EnginesOnSram, Vector) { EXPECT_EQ(run_vector(true), kVectorEnd); }
TEST(EnginesOnSram, VectorWithoutFunction) { EXPECT_EQ(run_vector(false), kVectorEnd); }
TEST(EnginesOnSram, Sort) { EXPECT_EQ(run_sort(true), kSortEnd); }
TEST(EnginesOnSram, SortWithoutFunction) { EXPECT_EQ(run_sort(false), kSortEnd); }

}  // namespace
}  // namespace systole::test
