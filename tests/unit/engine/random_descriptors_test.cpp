// What the guest may write: every descriptor is refused with an error or gives a job whose phases are finite.
#include <gtest/gtest.h>

#include <random>

#include "hw/blocks/engine/matrix/factory.h"
#include "hw/blocks/engine/shell/fields.h"
#include "hw/blocks/engine/sort/factory.h"
#include "hw/blocks/engine/vector/factory.h"
#include "tests/unit/engine/support/memory_shell.h"

namespace systole::engine {
namespace {

class Dice {
public:
  explicit Dice(unsigned seed) : random_(seed) {}
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_()) % n; }
  /// Mostly small, sometimes at an edge of its type, sometimes anything.
  template <typename T>
  void roll(T& field) {
    const std::uint32_t small = 1 + below(9);
    switch (below(16)) {
      case 0:
        field = static_cast<T>(random_());
        break;
      case 1:
        field = std::numeric_limits<T>::max();
        break;
      case 2:
        field = 0;
        break;
      default:
        field = static_cast<T>(small);
    }
  }

private:
  std::mt19937 random_;
};

/// Walks at most some hundred phases; every one must be bounded.
int walk(JobFactory& factory, const sgb_descriptor& descriptor) {
  auto made = factory.make(descriptor, false);
  if (const auto* error = std::get_if<ErrorCode>(&made)) {
    EXPECT_TRUE(*error == SGB_ERROR_BAD_FIELD || *error == SGB_ERROR_UNSUPPORTED);
    return 0;
  }
  Job& job = *std::get<std::unique_ptr<Job>>(made);
  for (int count = 0; count < 200; ++count) {
    Phase phase;
    if (!job.next(phase)) {
      EXPECT_GT(count, 0);
      break;
    }
    EXPECT_LT(phase.compute_cycles, std::uint64_t{1} << 36U);
    EXPECT_LT(phase.drain_cycles, std::uint64_t{1} << 36U);
    EXPECT_GT(phase.compute_cycles, 0U);
    EXPECT_LE(bytes_of(phase.stores), 2 * kMaxOperandBytes);
  }
  return 1;
}

constexpr int kTrials = 20000;

TEST(RandomDescriptors, Matrix) {
  Dice dice(1);
  MatrixFactory factory(MatrixConfig{.rows = 4, .cols = 4, .sparsity = {2, 4}});
  int accepted = 0;
  int with_table = 0;
  int with_groups = 0;
  for (int i = 0; i < kTrials; ++i) {
    sgb_descriptor descriptor{};
    descriptor.opcode = SGB_OP_MATRIX;
    sgb_matrix& d = descriptor.u.matrix;
    for (auto* field : {&d.in_h, &d.in_w, &d.in_c, &d.out_h, &d.out_w, &d.n}) dice.roll(*field);
    for (auto* field : {&d.a_row_stride, &d.a_pixel_stride, &d.out_row_stride, &d.out_pixel_stride})
      dice.roll(*field);
    for (auto* field : {&d.kernel_h, &d.kernel_w, &d.stride_h, &d.stride_w, &d.dilation_h, &d.dilation_w}) {
      dice.roll(*field);
    }
    dice.roll(d.pad_top);
    dice.roll(d.pad_left);
    for (auto* field : {&d.a, &d.b, &d.bias, &d.b_zero_table, &d.out}) dice.roll(*field);
    d.b_tile_cols = static_cast<std::uint16_t>(dice.below(8) == 0 ? dice.below(9) : 4);
    d.flags = static_cast<std::uint8_t>(dice.below(16) == 0 ? dice.below(256) : 0);
    d.a_type = static_cast<std::uint8_t>(dice.below(4) == 0 ? dice.below(16) : 1 + dice.below(2));
    d.b_type = static_cast<std::uint8_t>(dice.below(4) == 0 ? dice.below(16) : 1 + dice.below(2));
    d.out_type = static_cast<std::uint8_t>(1 + dice.below(7));
    if (dice.below(4) == 0) {
      dice.roll(d.k_table);
      dice.roll(d.k_count);
    }
    if (dice.below(4) == 0) {
      const bool known = dice.below(2) == 0;
      d.sparse_n = static_cast<std::uint8_t>(known ? 2 : dice.below(20));
      d.sparse_m = static_cast<std::uint8_t>(known ? 4 : dice.below(20));
      if (dice.below(2) == 0) d.b_zero_table = 0;
    }
    const int taken = walk(factory, descriptor);
    accepted += taken;
    with_table += d.k_table != 0 ? taken : 0;
    with_groups += d.sparse_m != 0 ? taken : 0;
  }
  EXPECT_GT(with_table, 50);
  EXPECT_GT(with_groups, 50);
  EXPECT_GT(accepted, kTrials / 50);
  EXPECT_LT(accepted, kTrials);
}

TEST(RandomDescriptors, Vector) {
  Dice dice(2);
  VectorFactory factory(VectorConfig{.lanes = 8});
  int accepted = 0;
  for (int i = 0; i < kTrials; ++i) {
    sgb_descriptor descriptor{};
    descriptor.opcode = SGB_OP_VECTOR;
    sgb_vector& d = descriptor.u.vector;
    d.op = static_cast<std::uint8_t>(dice.below(23));
    d.in_type = static_cast<std::uint8_t>(dice.below(8));
    d.out_type = dice.below(2) == 0 ? d.in_type : static_cast<std::uint8_t>(dice.below(8));
    d.flags = static_cast<std::uint8_t>(dice.below(3) == 0 ? dice.below(16) : 0);
    for (auto* field : {&d.a, &d.b, &d.table, &d.out}) dice.roll(*field);
    for (auto* field : {&d.count, &d.b_count, &d.outer, &d.axis, &d.inner, &d.in_h, &d.in_w, &d.channels,
                        &d.out_h, &d.out_w}) {
      dice.roll(*field);
    }
    for (auto* field : {&d.kernel_h, &d.kernel_w, &d.stride_h, &d.stride_w, &d.dilation_h, &d.dilation_w}) {
      dice.roll(*field);
    }
    for (auto* field : {&d.pad_top, &d.pad_left, &d.pad_bottom, &d.pad_right}) dice.roll(*field);
    // Half of the time, the one count that fits.
    if (dice.below(2) == 0) {
      const bool axis = d.op == SGB_VECTOR_SOFTMAX || d.op == SGB_VECTOR_LRN;
      d.count = d.op == SGB_VECTOR_REDUCE_MEAN      ? d.outer * d.inner
                : axis                              ? d.outer * d.axis * d.inner
                : d.op == SGB_VECTOR_WINOGRAD_INPUT ? 16 * d.out_h * d.out_w * d.channels
                                                    : d.out_h * d.out_w * d.channels;
    }
    accepted += walk(factory, descriptor);
  }
  EXPECT_GT(accepted, kTrials / 50);
  EXPECT_LT(accepted, kTrials);
}

TEST(RandomDescriptors, Sort) {
  Dice dice(3);
  SortFactory factory(SortConfig{.lanes = 8});
  int accepted = 0;
  for (int i = 0; i < kTrials; ++i) {
    sgb_descriptor descriptor{};
    descriptor.opcode = SGB_OP_SORT;
    sgb_sort& d = descriptor.u.sort;
    d.op = static_cast<std::uint8_t>(dice.below(6));
    d.type = static_cast<std::uint8_t>(dice.below(8));
    d.flags = static_cast<std::uint8_t>(dice.below(3) == 0 ? dice.below(8) : 0);
    for (auto* field : {&d.in, &d.out, &d.out2}) dice.roll(*field);
    for (auto* field :
         {&d.outer, &d.axis, &d.inner, &d.k, &d.in_h, &d.in_w, &d.channels, &d.out_h, &d.out_w}) {
      dice.roll(*field);
    }
    for (auto* field : {&d.kernel_h, &d.kernel_w, &d.stride_h, &d.stride_w, &d.dilation_h, &d.dilation_w}) {
      dice.roll(*field);
    }
    dice.roll(d.pad_top);
    dice.roll(d.pad_left);
    accepted += walk(factory, descriptor);
  }
  EXPECT_GT(accepted, kTrials / 50);
  EXPECT_LT(accepted, kTrials);
}

}  // namespace
}  // namespace systole::engine
