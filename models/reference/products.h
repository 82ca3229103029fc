// The sums of products that Conv, Gemm and MatMul share. Private to models/reference.
#pragma once

#include <cstdint>
#include <span>

namespace systole::reference {

/// sum[n] += a[k] * b[k * sum.size() + n], k ascending for every n. All n advance together, so that the
/// compiler can use vectors without touching the order of any sum.
inline void add_products(std::span<float> sum, std::span<const float> a, const float* b) {
  for (const float factor : a) {
    for (std::size_t n = 0; n < sum.size(); ++n) sum[n] += factor * b[n];
    b += sum.size();
  }
}
/// The same in int32, wrapping on overflow. Differences of 8-bit numbers fit 16 bits.
inline void add_products(std::span<std::uint32_t> sum, std::span<const std::int16_t> a,
                         const std::int16_t* b) {
  for (const std::int16_t factor : a) {
    for (std::size_t n = 0; n < sum.size(); ++n) {
      sum[n] +=
          static_cast<std::uint32_t>(static_cast<std::int32_t>(factor) * static_cast<std::int32_t>(b[n]));
    }
    b += sum.size();
  }
}

}  // namespace systole::reference
