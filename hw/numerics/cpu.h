// Which vector instructions this machine has: the kernels are compiled for several and chosen at run time,
// with the same results on all. Not a public header.
#pragma once

#include <cstdint>

namespace systole::numerics::kernels {

enum class Isa : std::uint8_t { kBaseline, kAvx2, kAvx512 };

inline Isa isa() {
#if defined(__x86_64__)
  static const Isa best = [] {
    if (__builtin_cpu_supports("avx512f") != 0) return Isa::kAvx512;
    return __builtin_cpu_supports("avx2") != 0 ? Isa::kAvx2 : Isa::kBaseline;
  }();
  return best;
#else
  return Isa::kBaseline;
#endif
}

}  // namespace systole::numerics::kernels

// Functions marked so are compiled for these instructions. What they call must be inlined into them
// (SYSTOLE_INLINE), or it would be compiled for the baseline. No fused multiply-add is enabled by avx2, and
// none is formed with avx512f, as the whole project is compiled with -ffp-contract=off.
#define SYSTOLE_INLINE [[gnu::always_inline]] inline
#if defined(__x86_64__)
#define SYSTOLE_AVX2 [[gnu::target("avx2")]]
#define SYSTOLE_AVX512 [[gnu::target("avx512f")]]
#else
#define SYSTOLE_AVX2
#define SYSTOLE_AVX512
#endif
