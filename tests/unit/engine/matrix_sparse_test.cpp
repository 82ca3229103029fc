// Commands that hold a part of their weights: tables of k, N:M groups, and both.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "hw/blocks/engine/matrix/factory.h"
#include "hw/blocks/engine/matrix/sparse_weights.h"
#include "tests/unit/engine/support/matrix_case.h"
#include "tests/unit/engine/support/memory_shell.h"

namespace systole::engine {
namespace {

using test::convolution;
using test::gemm;
using test::make_job;
using test::MemoryShell;
using test::refusal;

MatrixConfig array(std::uint32_t rows, std::uint32_t cols, StructuredSparsity sparsity) {
  return {.rows = rows, .cols = cols, .sparsity = sparsity};
}

/// Random weights of a command's kept k (B[position, n], zeros included) and the bytes that it reads.
class Weights {
public:
  Weights(sgb_matrix& d, std::uint32_t depth, std::mt19937& random) : n_(d.n) {
    kept_.resize(depth);
    std::iota(kept_.begin(), kept_.end(), 0U);
    if (d.k_count > 0) {
      std::shuffle(kept_.begin(), kept_.end(), random);
      kept_.resize(d.k_count);
      std::sort(kept_.begin(), kept_.end());
    }
    values_.resize(kept_.size() * n_);
    for (std::int8_t& value : values_) value = static_cast<std::int8_t>(1 + random() % 127);
    if (d.sparse_m != 0) thin_out(d.sparse_n, d.sparse_m, random);
    for (std::uint32_t n0 = 0; n0 < n_; n0 += d.b_tile_cols) {
      pack(d, n0, std::min<std::uint32_t>(d.b_tile_cols, n_ - n0));
    }
  }
  [[nodiscard]] const std::vector<std::uint32_t>& kept() const { return kept_; }
  [[nodiscard]] const std::vector<std::byte>& packed() const { return packed_; }
  [[nodiscard]] std::int32_t at(std::size_t position, std::uint32_t n) const {
    return values_[position * n_ + n];
  }

private:
  // Leaves at most `n` of every m of a column.
  void thin_out(std::uint32_t n, std::uint32_t m, std::mt19937& random) {
    for (std::size_t first = 0; first < kept_.size(); first += m) {
      std::vector<std::size_t> places(std::min<std::size_t>(m, kept_.size() - first));
      std::iota(places.begin(), places.end(), first);
      for (std::uint32_t column = 0; column < n_; ++column) {
        std::shuffle(places.begin(), places.end(), random);
        for (std::size_t i = std::min<std::size_t>(n - random() % 2, places.size()); i < places.size(); ++i) {
          values_[places[i] * n_ + column] = 0;
        }
      }
    }
  }

  // One column tile, by the comment of sgb_matrix.
  void pack(const sgb_matrix& d, std::uint32_t n0, std::uint32_t used) {
    if (d.sparse_m == 0) {
      for (std::size_t k = 0; k < kept_.size(); ++k) {
        for (std::uint32_t j = 0; j < used; ++j) {
          packed_.push_back(static_cast<std::byte>(values_[k * n_ + n0 + j]));
        }
      }
      return;
    }
    const unsigned bits = d.sparse_m > 8 ? 4 : d.sparse_m > 4 ? 3 : d.sparse_m > 2 ? 2 : 1;
    std::vector<std::byte> indices;
    for (std::size_t first = 0; first < kept_.size(); first += d.sparse_m) {
      const std::size_t last = std::min<std::size_t>(first + d.sparse_m, kept_.size());
      for (unsigned place = 0; place < d.sparse_n; ++place) {
        std::vector<std::byte> row((used * bits + 7) / 8);
        for (std::uint32_t j = 0; j < used; ++j) {
          std::size_t at = first;
          for (unsigned found = 0; at < last; ++at) {
            if (values_[at * n_ + n0 + j] != 0 && found++ == place) break;
          }
          const bool empty = at == last;
          packed_.push_back(empty ? std::byte{0} : static_cast<std::byte>(values_[at * n_ + n0 + j]));
          const std::size_t index = empty ? 0 : at - first;
          for (unsigned bit = 0; bit < bits; ++bit) {
            const std::size_t to = j * bits + bit;
            row[to / 8] |= static_cast<std::byte>((index >> bit & 1U) << (to % 8));
          }
        }
        indices.insert(indices.end(), row.begin(), row.end());
      }
    }
    packed_.insert(packed_.end(), indices.begin(), indices.end());
  }

  std::uint32_t n_;
  std::vector<std::uint32_t> kept_;
  std::vector<std::int8_t> values_;  ///< kept x n
  std::vector<std::byte> packed_;
};

/// By the definition in hw/abi/descriptor.h.
std::int32_t expected_sum(const sgb_matrix& d, const std::vector<std::byte>& a, const Weights& weights,
                          std::uint32_t p, std::uint32_t n) {
  std::size_t position = 0;
  return test::window_sum<std::int32_t>(
      d, p, 0, [&](std::int32_t sum, std::int64_t y, std::int64_t x, std::uint32_t c, std::uint32_t k) {
        if (position == weights.kept().size() || weights.kept()[position] != k) return sum;
        const std::int32_t b = weights.at(position++, n);
        if (y < 0) return sum;
        const auto at = static_cast<std::size_t>((y * d.in_w + x) * d.in_c + c);
        return sum + (static_cast<std::int8_t>(a[at]) - d.a_zero) * b;
      });
}

TEST(MatrixSparse, RandomConvolutionsAreExact) {
  std::mt19937 random(7);
  const auto pick = [&](std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(random()) % (high - low + 1);
  };
  for (int trial = 0; trial < 300; ++trial) {
    const std::uint32_t cols = pick(1, 6);
    const auto m = static_cast<std::uint8_t>(pick(2, 16));
    const auto n = static_cast<std::uint8_t>(pick(1, m - 1U));
    const bool sparse = pick(0, 2) > 0;
    MatrixFactory factory(array(pick(1, 9), cols, {n, m}));
    const auto kernel = static_cast<std::uint16_t>(pick(1, 3));
    sgb_descriptor descriptor =
        convolution(kernel + pick(0, 4), kernel + pick(0, 4), pick(1, 40), pick(1, 9), kernel, cols);
    sgb_matrix& d = descriptor.u.matrix;
    d.stride_w = static_cast<std::uint16_t>(pick(1, 2));
    d.pad_top = static_cast<std::int16_t>(pick(0, 1));
    d.pad_left = static_cast<std::int16_t>(pick(0, 1));
    d.out_h = pick(1, 4);
    d.out_w = pick(1, 4);
    d.a_zero = static_cast<std::int32_t>(pick(0, 9));
    d.out_pixel_stride = static_cast<std::int32_t>(d.n * 4);
    d.out_row_stride = d.out_pixel_stride * static_cast<std::int32_t>(d.out_w);
    const std::uint32_t depth = std::uint32_t{d.kernel_h} * d.kernel_w * d.in_c;
    if (!sparse || pick(0, 1) == 0) d.k_count = pick(1, depth);
    if (sparse) {
      d.sparse_n = n;
      d.sparse_m = m;
    }
    const Weights weights(d, depth, random);
    const auto a = test::random_bytes(random, std::size_t{d.in_h} * d.in_w * d.in_c);
    MemoryShell memory(1 << 18);
    d.a = memory.put(a);
    d.b = memory.put(weights.packed());
    if (d.k_count > 0) d.k_table = memory.put(weights.kept());
    const std::size_t results = std::size_t{d.out_h} * d.out_w * d.n;
    d.out = memory.reserve(results * 4);
    const auto job = make_job(factory, descriptor);
    const test::JobRun run = memory.run(*job);
    EXPECT_EQ(job->error(), SGB_ERROR_NONE);
    const auto kept = static_cast<std::uint32_t>(weights.kept().size());
    const std::uint32_t rows = sparse ? (kept + m - 1) / m * n : kept;
    EXPECT_EQ(run.macs, std::uint64_t{rows} * results);
    const auto by_phases = memory.get<std::int32_t>(d.out, results);
    d.out = memory.reserve(results * 4);
    const auto whole = factory.whole(descriptor, memory);
    ASSERT_NE(whole, nullptr);
    whole->run();
    EXPECT_EQ(memory.get<std::int32_t>(d.out, results), by_phases);
    // The phases of a command whose numbers are one piece of work are the same but for the data.
    const auto timing = make_job(factory, descriptor, false);
    const test::JobRun again = memory.run(*timing, false);
    EXPECT_EQ(again.load_bytes, run.load_bytes);
    EXPECT_EQ(again.compute_cycles, run.compute_cycles);
    for (std::uint32_t p = 0; p < d.out_h * d.out_w; ++p) {
      for (std::uint32_t j = 0; j < d.n; ++j) {
        ASSERT_EQ(by_phases[p * d.n + j], expected_sum(d, a, weights, p, j)) << "trial " << trial;
      }
    }
  }
}

TEST(MatrixSparse, ATableLoadsWhatItNamesAndNoMore) {
  // M = 5, K = 200, kept k: 3, 4, 40, 150 on 4 x 4. The table is a phase of its own: 16 bytes, one cycle.
  MatrixFactory factory(array(4, 4, {}));
  sgb_descriptor descriptor = gemm(5, 200, 4, 4);
  sgb_matrix& d = descriptor.u.matrix;
  MemoryShell memory(8192);
  d.a = memory.reserve(1000);
  d.b = memory.reserve(16);
  d.k_table = memory.put(std::vector<std::uint32_t>{3, 4, 40, 150});
  d.k_count = 4;
  d.out = memory.reserve(80);
  const test::JobRun run = memory.run(*make_job(factory, descriptor));
  ASSERT_EQ(run.phases.size(), 2U);
  EXPECT_EQ(run.phases[0].compute_cycles, 1U);
  EXPECT_EQ(bytes_of(run.phases[0].loads), 16U);
  // One fold of 4 rows: 4 cycles for the weights, max(M, 4) = 5 of which the last fold has M.
  EXPECT_EQ(run.phases[1].compute_cycles, 4U + 5U);
  EXPECT_EQ(run.macs, 5U * 4U * 4U);
  // Weights 4 x 4. A pixel: 3, 4; then 35 elements that nobody needs, too many to read along; 40; 150.
  EXPECT_EQ(bytes_of(run.phases[1].loads), 16U + 5U * (2U + 1U + 1U));
}

TEST(MatrixSparse, ShortGapsAreReadAlong) {
  // k 3 and 35 of a pixel: 31 elements between them are read along, 32 are not (k 36).
  for (const std::uint32_t second : {35U, 36U}) {
    MatrixFactory factory(array(4, 4, {}));
    sgb_descriptor descriptor = gemm(5, 200, 4, 4);
    sgb_matrix& d = descriptor.u.matrix;
    MemoryShell memory(8192);
    d.a = memory.reserve(1000);
    d.b = memory.reserve(8);
    d.k_table = memory.put(std::vector<std::uint32_t>{3, second});
    d.k_count = 2;
    d.out = memory.reserve(80);
    const test::JobRun run = memory.run(*make_job(factory, descriptor));
    EXPECT_EQ(bytes_of(run.phases[1].loads), 8U + 5U * (second == 35 ? 33U : 2U));
  }
}

TEST(MatrixSparse, TwoOfFourHalvesFoldsAndWeights) {
  // M = 8, K = 32, N = 4 on 4 x 4: K' = 16, four folds instead of eight.
  MatrixFactory factory(array(4, 4, {2, 4}));
  sgb_descriptor descriptor = gemm(8, 32, 4, 4);
  const test::JobRun dense = MemoryShell(0).run(*make_job(factory, descriptor, false), false);
  descriptor.u.matrix.sparse_n = 2;
  descriptor.u.matrix.sparse_m = 4;
  const test::JobRun sparse = MemoryShell(0).run(*make_job(factory, descriptor, false), false);
  EXPECT_EQ(dense.phases.size(), 8U);
  EXPECT_EQ(sparse.phases.size(), 4U);
  EXPECT_EQ(dense.compute_cycles, 4U + 8U * 8U);  // rows, then max(M, rows) a fold
  EXPECT_EQ(sparse.compute_cycles, 4U + 4U * 8U);
  EXPECT_EQ(sparse.macs * 2, dense.macs);
  // A fold: 4 x 4 values, 4 rows of 4 x 2 bits, and 8 of each pixel's activations (two groups).
  EXPECT_EQ(bytes_of(sparse.phases[0].loads), 16U + 4U + 8U * 8U);
  EXPECT_EQ(bytes_of(dense.phases[0].loads), 16U + 8U * 4U);
}

TEST(MatrixSparse, BadFieldsAreRefused) {
  MatrixFactory factory(array(4, 4, {2, 4}));
  const auto with = [&](auto&& change) {
    sgb_descriptor descriptor = gemm(4, 16, 4, 4);
    change(descriptor.u.matrix);
    return refusal(factory, descriptor);
  };
  const auto sparsity = [&](std::uint8_t n, std::uint8_t m) {
    return with([&](sgb_matrix& d) {
      d.sparse_n = n;
      d.sparse_m = m;
    });
  };
  EXPECT_EQ(sparsity(2, 4), SGB_ERROR_NONE);
  EXPECT_EQ(sparsity(1, 4), SGB_ERROR_UNSUPPORTED);  // the array's multiplexers take two of four
  EXPECT_EQ(sparsity(2, 0), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(sparsity(0, 4), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(sparsity(4, 4), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(sparsity(2, 17), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](sgb_matrix& d) { d.k_count = 3; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](sgb_matrix& d) { d.k_table = 64; }), SGB_ERROR_BAD_FIELD);
  const auto table_of = [&](std::uint32_t count) {
    return with([&](sgb_matrix& d) {
      d.k_table = 64;
      d.k_count = count;
    });
  };
  EXPECT_EQ(table_of(16), SGB_ERROR_NONE);
  EXPECT_EQ(table_of(17), SGB_ERROR_BAD_FIELD);
  const auto zeros = [&](std::int32_t zero, std::uint64_t table) {
    return with([&](sgb_matrix& d) {
      d.sparse_n = 2;
      d.sparse_m = 4;
      d.b_zero = zero;
      d.b_zero_table = table;
    });
  };
  EXPECT_EQ(zeros(1, 0), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(zeros(0, 64), SGB_ERROR_BAD_FIELD);
}

/// The error of a command of M = 4, K = 16, N = 4 with this table, and with N:M tiles of these bytes.
ErrorCode error_of(const std::vector<std::uint32_t>& table, const std::vector<std::byte>& tile) {
  MatrixFactory factory(array(4, 4, {1, 3}));
  sgb_descriptor descriptor = gemm(4, 16, 4, 4);
  sgb_matrix& d = descriptor.u.matrix;
  MemoryShell memory(8192);
  d.a = memory.reserve(64);
  d.b = tile.empty() ? memory.reserve(64) : memory.put(tile);
  if (!tile.empty()) {
    d.sparse_n = 1;
    d.sparse_m = 3;
  }
  d.k_count = static_cast<std::uint32_t>(table.size());
  if (!table.empty()) d.k_table = memory.put(table);
  d.out = memory.reserve(64);
  const bool has_whole = factory.whole(descriptor, memory) != nullptr;
  const auto job = make_job(factory, descriptor);
  memory.run(*job);
  EXPECT_EQ(has_whole, job->error() == SGB_ERROR_NONE);
  return job->error();
}

TEST(MatrixSparse, BadTablesAndIndicesStopTheCommand) {
  EXPECT_EQ(error_of({0, 5, 15}, {}), SGB_ERROR_NONE);
  EXPECT_EQ(error_of({0, 5, 16}, {}), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(error_of({0, 5, 5}, {}), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(error_of({5, 4}, {}), SGB_ERROR_BAD_FIELD);
  // 1 of 3 of K = 16: six groups, the last one of a single k; six rows of 4 values, then of 4 x 2 bits.
  std::vector<std::byte> tile(24 + 6, std::byte{0});
  std::fill(tile.begin(), tile.begin() + 24, std::byte{1});
  EXPECT_EQ(error_of({}, tile), SGB_ERROR_NONE);
  tile[24] = std::byte{0x02};  // index 2 of the first column
  EXPECT_EQ(error_of({}, tile), SGB_ERROR_NONE);
  tile[24] = std::byte{0x03};  // 3 of 3
  EXPECT_EQ(error_of({}, tile), SGB_ERROR_BAD_FIELD);
  tile[24] = std::byte{0};
  tile[29] = std::byte{0x40};  // index 1 of the last group, in the last column
  EXPECT_EQ(error_of({}, tile), SGB_ERROR_BAD_FIELD);
}

TEST(MatrixSparse, TwoValuesOfAGroupAtOnePlaceAreRefused) {
  matrix::Operation op;
  op.element_bytes = 1;
  op.k = op.kept = 4;
  op.b_rows = 2;
  op.d.sparse_n = 2;
  op.d.sparse_m = 4;
  // One column: values 7, 9 at index 1 and `second`.
  const auto expand = [&](std::byte second_value, std::byte second) {
    const std::vector<std::byte> tile{std::byte{7}, second_value, std::byte{1}, second};
    std::vector<std::byte> out(4);
    return matrix::expand_tile(op, tile.data(), 1, out.data(), 1) ? out : std::vector<std::byte>{};
  };
  EXPECT_EQ(expand(std::byte{9}, std::byte{3}),
            (std::vector<std::byte>{std::byte{0}, std::byte{7}, std::byte{0}, std::byte{9}}));
  EXPECT_TRUE(expand(std::byte{9}, std::byte{1}).empty());
  EXPECT_FALSE(expand(std::byte{0}, std::byte{1}).empty());  // an empty place
}

}  // namespace
}  // namespace systole::engine
