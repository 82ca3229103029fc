// GEMM throughput: the project's integer product beside oneDNN's own call, and the float product. Counter
// "MAC/s". oneDNN compiles its kernel at the first call: every benchmark warms up before it measures.
#include <benchmark/benchmark.h>
#include <oneapi/dnnl/dnnl.h>

#include <vector>

#include "hw/numerics/conv_float.h"
#include "hw/numerics/gemm.h"

namespace systole::numerics {
namespace {

template <typename F>
void measure(benchmark::State& state, std::size_t m, std::size_t n, std::size_t k, F&& product) {
  product();
  for (auto _ : state) product();
  state.counters["MAC/s"] =
      benchmark::Counter(static_cast<double>(m * n * k), benchmark::Counter::kIsIterationInvariantRate);
}

struct Operands {
  explicit Operands(const benchmark::State& state)
      : m(static_cast<std::size_t>(state.range(0))),
        n(static_cast<std::size_t>(state.range(1))),
        k(static_cast<std::size_t>(state.range(2))) {
    for (std::size_t i = 0; i < m * k; ++i) a.push_back(static_cast<std::uint8_t>(i * 7U));
    for (std::size_t i = 0; i < k * n; ++i) b.push_back(static_cast<std::int8_t>(i * 13U));
    c.resize(m * n);
  }
  std::size_t m, n, k;
  std::vector<std::uint8_t> a;
  std::vector<std::int8_t> b;
  std::vector<std::int32_t> c;
};

void int8_gemm(benchmark::State& state, bool portable, BLayout layout) {
  Operands o(state);
  const IntGemm g{.m = o.m,
                  .n = o.n,
                  .k = o.k,
                  .a = o.a.data(),
                  .a_type = DType::kUInt8,
                  .lda = o.k,
                  .a_zero = 3,
                  .b = o.b.data(),
                  .b_layout = layout,
                  .c = o.c.data(),
                  .ldc = o.n};
  measure(state, o.m, o.n, o.k, [&] { portable ? gemm_portable(g) : gemm(g); });
}

void BM_Int8(benchmark::State& state) {
  int8_gemm(state, false, BLayout::row_major(static_cast<std::size_t>(state.range(1))));
}
void BM_Int8Tiles16(benchmark::State& state) { int8_gemm(state, false, BLayout::column_tiles(16)); }
void BM_Int8Portable(benchmark::State& state) {
  int8_gemm(state, true, BLayout::row_major(static_cast<std::size_t>(state.range(1))));
}

/// oneDNN as it comes: no zero points, on as many threads as it likes.
void BM_Int8OneDnn(benchmark::State& state) {
  Operands o(state);
  const std::int32_t offset = 0;
  const auto m = static_cast<dnnl_dim_t>(o.m);
  const auto n = static_cast<dnnl_dim_t>(o.n);
  const auto k = static_cast<dnnl_dim_t>(o.k);
  measure(state, o.m, o.n, o.k, [&] {
    dnnl_gemm_u8s8s32('N', 'N', 'F', m, n, k, 1.0F, o.a.data(), k, 0, o.b.data(), n, 0, 0.0F, o.c.data(), n,
                      &offset);
  });
}

void float_gemm(benchmark::State& state, unsigned threads, BLayout layout) {
  Operands o(state);
  const std::vector<float> a(o.a.begin(), o.a.end());
  const std::vector<float> b(o.b.begin(), o.b.end());
  std::vector<float> c(o.m * o.n);
  const FloatGemm g{.m = o.m,
                    .n = o.n,
                    .k = o.k,
                    .a = a.data(),
                    .lda = o.k,
                    .b = b.data(),
                    .b_layout = layout,
                    .c = c.data(),
                    .ldc = o.n,
                    .threads = threads};
  measure(state, o.m, o.n, o.k, [&] { gemm(g); });
}

void BM_Float(benchmark::State& state) {
  float_gemm(state, 1, BLayout::row_major(static_cast<std::size_t>(state.range(1))));
}
void BM_FloatTiles16(benchmark::State& state) { float_gemm(state, 1, BLayout::column_tiles(16)); }
void BM_FloatTransposed(benchmark::State& state) {
  float_gemm(state, 1, BLayout::transposed(static_cast<std::size_t>(state.range(2))));
}
void BM_FloatThreads2(benchmark::State& state) {
  float_gemm(state, 2, BLayout::row_major(static_cast<std::size_t>(state.range(1))));
}

/// Square float convolutions on two threads: channels, extent, maps, kernel; "same" padding.
void BM_FloatConv(benchmark::State& state) {
  const auto at = [&](int i) { return static_cast<std::size_t>(state.range(i)); };
  const std::size_t channels = at(0), extent = at(1), maps = at(2), kernel = at(3);
  const std::vector<float> x(channels * extent * extent, 0.5F), w(maps * channels * kernel * kernel, 0.25F);
  std::vector<float> y(maps * extent * extent);
  const FloatConv conv{.in_c = channels,
                       .in_h = extent,
                       .in_w = extent,
                       .out_c = maps,
                       .out_h = extent,
                       .out_w = extent,
                       .kernel = {kernel, kernel},
                       .pad = {kernel / 2, kernel / 2},
                       .x = x.data(),
                       .w = w.data(),
                       .y = y.data(),
                       .threads = 2};
  measure(state, maps, extent * extent, channels * kernel * kernel, [&] { convolve(conv); });
}
BENCHMARK(BM_FloatConv)
    ->ArgNames({"c", "hw", "m", "k"})
    ->Args({64, 56, 64, 3})
    ->Args({64, 56, 256, 1})
    ->Args({512, 7, 512, 3})
    ->Args({64, 224, 64, 3})
    ->Args({512, 14, 512, 3})
    ->UseRealTime();

/// One fold of a small array, a digits layer, a ResNet layer, a square, a fully connected layer.
void shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"m", "n", "k"})
      ->Args({8, 16, 16})
      ->Args({64, 16, 16})
      ->Args({64, 16, 144})
      ->Args({784, 64, 576})
      ->Args({512, 512, 512})
      ->Args({1, 1000, 2048});
}
BENCHMARK(BM_Int8)->Apply(shapes);
BENCHMARK(BM_Int8Tiles16)->Apply(shapes);
BENCHMARK(BM_Int8Portable)->Apply(shapes);
BENCHMARK(BM_Int8OneDnn)->Apply(shapes);
BENCHMARK(BM_Float)->Apply(shapes);
BENCHMARK(BM_FloatTiles16)->Apply(shapes);
BENCHMARK(BM_FloatTransposed)->Apply(shapes);
BENCHMARK(BM_FloatThreads2)->Apply(shapes)->UseRealTime();

}  // namespace
}  // namespace systole::numerics
