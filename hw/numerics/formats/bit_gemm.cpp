#include "hw/numerics/formats/bit_gemm.h"

#include <bit>
#include <cstring>
#include <vector>

namespace systole::numerics {

namespace {

constexpr std::size_t kWord = 64;
std::size_t words_of(std::size_t k) { return (k + kWord - 1) / kWord; }

std::int32_t element(const void* values, NumberFormat format, std::size_t index) {
  const auto* const bytes = static_cast<const std::byte*>(values);
  if (format == NumberFormat::kInt16) {
    std::int16_t value = 0;
    std::memcpy(&value, bytes + 2 * index, 2);
    return value;
  }
  if (format == NumberFormat::kUInt8) return std::to_integer<std::int32_t>(bytes[index]);
  return static_cast<std::int8_t>(bytes[index]);
}

/// One bit of every element of a vector of length k, and what it counts for.
struct Plane {
  std::int64_t weight = 0;
  std::vector<std::uint64_t> bits;
};

void set(std::vector<std::uint64_t>& bits, std::size_t k) {
  bits[k / kWord] |= std::uint64_t{1} << (k % kWord);
}

/// values[at + k * stride], k below `count`.
std::vector<Plane> planes_of(const void* values, NumberFormat format, std::size_t at, std::size_t stride,
                             std::size_t count) {
  std::vector<Plane> planes;
  const auto add = [&](std::int64_t weight, auto&& is_set) {
    Plane plane{weight, std::vector<std::uint64_t>(words_of(count))};
    for (std::size_t k = 0; k < count; ++k) {
      if (is_set(element(values, format, at + k * stride))) set(plane.bits, k);
    }
    planes.push_back(std::move(plane));
  };
  if (format == NumberFormat::kBinary) {  // +1 and -1 are 2 * bit - 1, padding is 0
    add(2, [](std::int32_t value) { return value > 0; });
    add(-1, [](std::int32_t value) { return value != 0; });
    return planes;
  }
  // A power of two goes in as its value does.
  const unsigned bits = format == NumberFormat::kPowerOfTwo ? 8 : traits_of(format).bits;
  for (unsigned i = 0; i < bits; ++i) {
    const bool is_sign = i + 1 == bits && format != NumberFormat::kUInt8;
    const std::int64_t weight = std::int64_t{1} << i;
    add(is_sign ? -weight : weight,
        [i](std::int32_t value) { return (static_cast<std::uint32_t>(value) >> i & 1U) != 0; });
  }
  return planes;
}

template <typename Dot>
void for_each_result(const BitGemm& g, Dot&& dot) {
  std::vector<std::vector<Plane>> columns;
  columns.reserve(g.n);
  for (std::size_t n = 0; n < g.n; ++n) columns.push_back(planes_of(g.b, g.b_format, n, g.ldb, g.k));
  for (std::size_t m = 0; m < g.m; ++m) {
    const std::vector<Plane> row = planes_of(g.a, g.a_format, m * g.lda, 1, g.k);
    for (std::size_t n = 0; n < g.n; ++n) {
      std::int64_t& c = g.c[m * g.ldc + n];
      const auto before = g.accumulate ? static_cast<std::uint64_t>(c) : 0U;
      c = static_cast<std::int64_t>(before + static_cast<std::uint64_t>(dot(row, columns[n])));
    }
  }
}

}  // namespace

void gemm_bit_serial(const BitGemm& g) {
  for_each_result(g, [&](const std::vector<Plane>& a, const std::vector<Plane>& b) {
    std::int64_t sum = 0;
    for (const Plane& x : a) {
      for (const Plane& y : b) {
        std::int64_t ones = 0;
        for (std::size_t w = 0; w < x.bits.size(); ++w) ones += std::popcount(x.bits[w] & y.bits[w]);
        sum += x.weight * y.weight * ones;
      }
    }
    return sum;
  });
}

void gemm_xnor(const BitGemm& g) {
  for_each_result(g, [](const std::vector<Plane>& a, const std::vector<Plane>& b) {
    const std::vector<std::uint64_t>& signs = a[0].bits;
    const std::vector<std::uint64_t>& valid = a[1].bits;
    std::int64_t sum = 0;
    for (std::size_t w = 0; w < signs.size(); ++w) {
      sum += 2 * std::popcount(valid[w] & ~(signs[w] ^ b[0].bits[w])) - std::popcount(valid[w]);
    }
    return sum;
  });
}

}  // namespace systole::numerics
