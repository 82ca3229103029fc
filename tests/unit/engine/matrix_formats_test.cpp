// Commands in every number format against the definition in hw/abi/descriptor.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <tuple>

#include "hw/blocks/engine/matrix/factory.h"
#include "tests/unit/engine/support/matrix_case.h"
#include "tests/unit/engine/support/memory_shell.h"

namespace systole::engine {
namespace {

using test::convolution;
using test::gemm;
using test::make_job;
using test::MemoryShell;
using test::refusal;
using F = NumberFormat;

/// Bits [at, at + bits) of a memory, the first bit being the least significant one of the first byte.
std::uint32_t bits_at(const std::vector<std::byte>& bytes, std::size_t at, unsigned bits) {
  std::uint32_t code = 0;
  for (unsigned i = 0; i < bits; ++i) {
    const auto byte = std::to_integer<unsigned>(bytes[(at + i) / 8]);
    code |= (byte >> ((at + i) % 8) & 1U) << i;
  }
  return code;
}

/// Codes of the narrow formats, one by one.
std::int32_t integer_of(F format, std::uint32_t code) {
  switch (format) {
    case F::kBinary:
      return code == 1 ? 1 : -1;
    case F::kTernary:
      return code >= 2 ? -1 : static_cast<std::int32_t>(code);  // -2 is beyond the least value
    case F::kInt2:
      return code >= 2 ? static_cast<std::int32_t>(code) - 4 : static_cast<std::int32_t>(code);
    case F::kInt4:
      return code >= 8 ? static_cast<std::int32_t>(code) - 16 : static_cast<std::int32_t>(code);
    case F::kInt16:
      return static_cast<std::int16_t>(code);
    case F::kUInt8:
      return static_cast<std::int32_t>(code);
    case F::kPowerOfTwo: {
      constexpr std::int32_t kValues[8] = {0, 1, 2, 4, 8, 16, 32, 64};
      return code >= 8 ? -kValues[code - 8] : kValues[code];
    }
    default:
      return static_cast<std::int8_t>(code);
  }
}

/// An element of A as the multiplier takes it.
std::int32_t limited(F format, std::int32_t value) {
  switch (format) {
    case F::kBinary:
      return value < 0 ? -1 : 1;
    case F::kTernary:
      return std::clamp(value, -1, 1);
    case F::kInt2:
      return std::clamp(value, -2, 1);
    case F::kInt4:
      return std::clamp(value, -8, 7);
    default:
      return value;
  }
}

/// What `bits` bits make of a sum: by its residue, or by its distance.
std::int64_t held(std::int64_t sum, unsigned bits, Overflow overflow) {
  const std::int64_t range = std::int64_t{1} << bits;
  if (overflow == Overflow::kSaturate) return std::clamp(sum, -range / 2, range / 2 - 1);
  const std::int64_t residue = ((sum % range) + range) % range;
  return residue >= range / 2 ? residue - range : residue;
}

class Trial {
public:
  Trial(std::uint32_t seed, const MatrixConfig& config, F a, F b)
      : random_(seed), config_(config), a_format_(a), b_format_(b), factory_(config), memory_(1U << 16U) {
    shape();
    fill();
  }

  void check() {
    MemoryShell in_place = memory_;
    const auto job = make_job(factory_, descriptor_);
    const test::JobRun run = memory_.run(*job);
    EXPECT_EQ(run.macs, std::uint64_t{d().out_h} * d().out_w * d().n * depth());
    const auto whole = factory_.whole(descriptor_, in_place);
    ASSERT_NE(whole, nullptr);
    whole->run();
    ASSERT_EQ(in_place.get<std::byte>(MemoryShell::kBase, 1U << 16U),
              memory_.get<std::byte>(MemoryShell::kBase, 1U << 16U));
    const auto out = memory_.get<std::byte>(d().out, out_size_);
    for (std::uint32_t p = 0; p < d().out_h * d().out_w; ++p) {
      for (std::uint32_t n = 0; n < d().n; ++n) {
        const std::size_t at = (std::size_t{p} * d().n + n) * out_bytes_;
        if (is_float(a_format_)) {
          float value = 0;
          std::memcpy(&value, out.data() + at, 4);
          ASSERT_EQ(std::bit_cast<std::uint32_t>(value), std::bit_cast<std::uint32_t>(float_sum(p, n)));
        } else {
          std::int32_t value = 0;
          std::memcpy(&value, out.data() + at, out_bytes_);
          if (out_bytes_ == 2) value = static_cast<std::int16_t>(value);
          if (out_bytes_ == 1) value = +static_cast<std::int8_t>(value);
          ASSERT_EQ(value, result_of(int_sum(p, n), n)) << "pixel " << p << " column " << n;
        }
      }
    }
  }

private:
  [[nodiscard]] sgb_matrix& d() { return descriptor_.u.matrix; }
  [[nodiscard]] std::uint32_t depth() { return d().kernel_h * d().kernel_w * d().in_c; }
  std::uint32_t pick(std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(random_()) % (high - low + 1);
  }

  void shape() {
    const auto kernel = static_cast<std::uint16_t>(pick(1, 3));
    descriptor_ = pick(0, 3) == 0 ? gemm(pick(1, 9), pick(1, 40), pick(1, 9), config_.cols)
                                  : convolution(kernel + pick(0, 3), kernel + pick(0, 3), pick(1, 6),
                                                pick(1, 9), kernel, config_.cols);
    if (d().kernel_h > 1) {
      d().pad_top = static_cast<std::int16_t>(pick(0, 1));
      d().pad_left = static_cast<std::int16_t>(pick(0, 1));
    }
    d().a_type = static_cast<std::uint8_t>(a_format_);
    d().b_type = static_cast<std::uint8_t>(b_format_);
    size_ = is_float(a_format_) ? 4 : a_format_ == F::kInt16 ? 2 : 1;
    constexpr std::uint8_t kTypes[3] = {SGB_TYPE_INT32, SGB_TYPE_INT8, SGB_TYPE_INT16};
    d().out_type = is_float(a_format_) ? SGB_TYPE_FLOAT32 : kTypes[pick(0, 2)];
    out_bytes_ = d().out_type == SGB_TYPE_INT8 ? 1 : d().out_type == SGB_TYPE_INT16 ? 2 : 4;
    d().clip_min = is_float(a_format_) ? 0 : -32768;
    d().clip_max = is_float(a_format_) ? 0 : 32767;
    d().a_pixel_stride *= static_cast<std::int32_t>(size_);
    d().a_row_stride *= static_cast<std::int32_t>(size_);
    d().out_pixel_stride = static_cast<std::int32_t>(d().n * out_bytes_);
    d().out_row_stride = d().out_pixel_stride * static_cast<std::int32_t>(d().out_w);
    const bool zeros = a_format_ == F::kInt8 || a_format_ == F::kUInt8 || a_format_ == F::kInt4;
    if (zeros) d().a_zero = static_cast<std::int32_t>(pick(0, 7));
    if (b_format_ == F::kInt8) d().b_zero = static_cast<std::int32_t>(pick(0, 50));
  }

  std::vector<std::byte> floats(std::size_t count) {
    std::vector<std::byte> bytes(count * 4);
    for (std::size_t i = 0; i < count; ++i) {
      const float value = std::ldexp(static_cast<float>(pick(0, 200001)) - 100000.5F, -17);
      std::memcpy(bytes.data() + 4 * i, &value, 4);
    }
    return bytes;
  }

  void fill() {
    const std::size_t count = std::size_t{d().in_h} * d().in_w * d().in_c;
    a_ = is_float(a_format_) ? floats(count) : test::random_bytes(random_, count * size_);
    const unsigned bits = traits_of(b_format_).bits;
    std::size_t packed = 0;
    for (std::uint32_t n = 0; n < d().n; n += config_.cols) {
      packed += std::size_t{depth()} * ((std::min(config_.cols, d().n - n) * bits + 7) / 8);
    }
    b_ = test::random_bytes(random_, packed);
    if (is_float(b_format_)) {  // no infinities, no NaNs
      const std::size_t step = bits / 8;
      for (std::size_t i = step - 1; i < b_.size(); i += step) {
        b_[i] = (b_[i] & std::byte{0x83}) | std::byte{0x38};
      }
    }
    bias_.resize(d().n);
    scale_.resize(d().n);
    for (auto& x : bias_) x = static_cast<std::int32_t>(pick(0, 600)) - 300;
    for (auto& x : scale_) x = static_cast<float>(pick(1, 1000)) / 3000.0F;
    d().a = memory_.put(a_);
    d().b = memory_.put(b_);
    if (!is_float(a_format_) && pick(0, 1) == 0) d().bias = memory_.put(bias_);
    if (out_bytes_ < 4) d().scale = memory_.put(scale_);
    out_size_ = static_cast<std::size_t>(d().out_row_stride) * d().out_h;
    d().out = memory_.reserve(out_size_);
  }

  /// Code of B[k, n]: its tile, its row, its place there.
  std::uint32_t b_code(std::uint32_t k, std::uint32_t n) {
    const unsigned bits = traits_of(b_format_).bits;
    const std::uint32_t tile = n / config_.cols;
    const std::uint32_t used = std::min(config_.cols, d().n - tile * config_.cols);
    const std::size_t full = (config_.cols * bits + 7) / 8;
    const std::size_t row = (used * bits + 7) / 8;
    const std::size_t byte = tile * full * depth() + k * row;
    return bits_at(b_, byte * 8 + n % config_.cols * bits, bits);
  }

  std::int64_t int_sum(std::uint32_t p, std::uint32_t n) {
    const unsigned bits = config_.accumulator_bits;
    const std::int64_t sum = test::window_sum(
        d(), p, std::int64_t{0},
        [&](std::int64_t before, std::int64_t y, std::int64_t x, std::uint32_t c, std::uint32_t k) {
          if (y < 0) return before;
          const auto at = static_cast<std::size_t>(y * d().a_row_stride + x * d().a_pixel_stride) + c * size_;
          const std::int32_t raw =
              integer_of(a_format_ == F::kInt16 || a_format_ == F::kUInt8 ? a_format_ : F::kInt8,
                         bits_at(a_, at * 8, size_ == 2 ? 16 : 8));
          const std::int64_t a = limited(a_format_, raw) - d().a_zero;
          const std::int64_t b = integer_of(b_format_, b_code(k, n)) - d().b_zero;
          return held(before + a * b, bits, config_.overflow);
        });
    return d().bias == 0 ? sum : held(sum + bias_[n], bits, config_.overflow);
  }

  std::int32_t result_of(std::int64_t sum, std::uint32_t column) {
    if (out_bytes_ == 4) {
      return static_cast<std::int32_t>(std::clamp<std::int64_t>(sum, -2147483648LL, 2147483647LL));
    }
    const float scaled = static_cast<float>(sum) * scale_[column];
    const float limit = out_bytes_ == 1 ? 128.0F : 32768.0F;
    return static_cast<std::int32_t>(std::clamp(std::nearbyint(scaled), -limit, limit - 1.0F));
  }
  /// To 11 or 8 significant bits; the operands are normal.
  static float rounded(F format, float value) {
    if (value == 0.0F || format == F::kFloat32) return value;
    int exponent = 0;
    const float fraction = std::frexp(value, &exponent);
    const int digits = format == F::kFloat16 ? 11 : 8;
    if (format == F::kFloat16 && exponent < -13) {  // subnormal: multiples of 2^-24
      return std::ldexp(std::nearbyint(std::ldexp(value, 24)), -24);
    }
    return std::ldexp(std::nearbyint(std::ldexp(fraction, digits)), exponent - digits);
  }
  float b_float(std::uint32_t k, std::uint32_t n) {
    const std::uint32_t code = b_code(k, n);
    if (b_format_ == F::kFloat32) return std::bit_cast<float>(code);
    if (b_format_ == F::kBFloat16) return std::bit_cast<float>(code << 16U);
    const auto exponent = static_cast<int>(code >> 10U & 31U);  // never 0 nor 31 here
    const float value = std::ldexp(1024.0F + static_cast<float>(code & 1023U), exponent - 25);
    return (code & 0x8000U) != 0 ? -value : value;
  }
  float float_sum(std::uint32_t p, std::uint32_t n) {
    const bool narrow = config_.accumulator_bits == 16;
    return test::window_sum(
        d(), p, 0.0F, [&](float before, std::int64_t y, std::int64_t x, std::uint32_t c, std::uint32_t k) {
          float a = 0.0F;
          if (y >= 0) {
            const auto at =
                static_cast<std::size_t>(y * d().a_row_stride + x * d().a_pixel_stride) + c * size_;
            std::memcpy(&a, a_.data() + at, 4);
          }
          const float product = rounded(a_format_, a) * b_float(k, n);
          const float sum = before + product;
          return narrow ? rounded(a_format_, sum) : sum;
        });
  }

  std::mt19937 random_;
  MatrixConfig config_;
  F a_format_;
  F b_format_;
  MatrixFactory factory_;
  MemoryShell memory_;
  sgb_descriptor descriptor_{};
  std::uint32_t size_ = 1;
  std::uint32_t out_bytes_ = 4;
  std::size_t out_size_ = 0;
  std::vector<std::byte> a_;
  std::vector<std::byte> b_;
  std::vector<std::int32_t> bias_;
  std::vector<float> scale_;
};
constexpr F kActivations[] = {F::kInt8, F::kUInt8, F::kInt16, F::kInt4, F::kInt2, F::kTernary, F::kBinary};
constexpr F kWeights[] = {F::kInt8, F::kUInt8,   F::kInt16,  F::kInt4,
                          F::kInt2, F::kTernary, F::kBinary, F::kPowerOfTwo};

MatrixConfig array(F format, F weights, MatrixArithmetic arithmetic = MatrixArithmetic::kParallel) {
  return {.rows = 5,
          .cols = 3,
          .format = format,
          .weight_format = weights,
          .arithmetic = arithmetic,
          .accumulators = Bytes(7 * 3 * 4)};
}

/// Accumulators that hold every sum, that just wrap, and that saturate on the way.
constexpr std::pair<unsigned, Overflow> kAccumulators[] = {{32, Overflow::kWrap},
                                                           {48, Overflow::kWrap},
                                                           {12, Overflow::kWrap},
                                                           {10, Overflow::kSaturate},
                                                           {40, Overflow::kSaturate}};

TEST(MatrixFormats, IntegersOfEveryWidthAreExact) {
  std::uint32_t seed = 0;
  for (const F a : kActivations) {
    for (const F b : kWeights) {
      for (const auto& [bits, overflow] : kAccumulators) {
        MatrixConfig config = array(F::kInt8, F::kInt8);
        config.accumulator_bits = bits;
        config.overflow = overflow;
        for (int trial = 0; trial < 4; ++trial) {
          SCOPED_TRACE(std::string(name_of(a)) + " x " + std::string(name_of(b)) + ", " +
                       std::to_string(bits) + " bits, seed " + std::to_string(++seed));
          Trial(seed, config, a, b).check();
        }
      }
    }
  }
}

TEST(MatrixFormats, BitSerialProductsAreTheSame) {
  std::uint32_t seed = 1000;
  for (const F a : kActivations) {
    for (const F b : kWeights) {
      MatrixConfig config = array(F::kInt16, F::kInt16, MatrixArithmetic::kBitSerial);
      for (int trial = 0; trial < 6; ++trial) {
        config.accumulator_bits = trial % 2 == 0 ? 32 : 14;
        SCOPED_TRACE(std::string(name_of(a)) + " x " + std::string(name_of(b)) + ", seed " +
                     std::to_string(++seed));
        Trial(seed, config, a, b).check();
      }
    }
  }
}

TEST(MatrixFormats, PopcountsAreTheSame) {
  for (std::uint32_t seed = 2000; seed < 2040; ++seed) {
    SCOPED_TRACE(seed);
    Trial(seed, array(F::kBinary, F::kBinary, MatrixArithmetic::kXnorPopcount), F::kBinary, F::kBinary)
        .check();
  }
}

TEST(MatrixFormats, FloatsAreRoundedAtTheEdge) {
  for (const F format : {F::kFloat32, F::kFloat16, F::kBFloat16}) {
    for (const unsigned bits : {32U, 16U}) {
      if (format == F::kFloat32 && bits == 16) continue;
      MatrixConfig config = array(format, format);
      config.accumulator_bits = bits;
      for (std::uint32_t seed = 3000; seed < 3040; ++seed) {
        SCOPED_TRACE(std::string(name_of(format)) + ", " + std::to_string(bits) + " bits, seed " +
                     std::to_string(seed));
        Trial(seed, config, format, format).check();
      }
    }
  }
}

TEST(MatrixFormats, RefusesWhatTheArrayCannotMultiply) {
  const auto with = [](const MatrixConfig& config, F a, F b) {
    MatrixFactory factory(config);
    sgb_descriptor descriptor = gemm(2, 4, 3, 3);
    descriptor.u.matrix.a_type = static_cast<std::uint8_t>(a);
    descriptor.u.matrix.b_type = static_cast<std::uint8_t>(b);
    descriptor.u.matrix.out_type = is_float(a) ? SGB_TYPE_FLOAT32 : SGB_TYPE_INT32;
    descriptor.u.matrix.clip_min = descriptor.u.matrix.clip_max = 0;
    return refusal(factory, descriptor);
  };
  EXPECT_EQ(with(array(F::kInt8, F::kInt8), F::kInt16, F::kInt16), SGB_ERROR_NONE);  // in pieces
  EXPECT_EQ(with(array(F::kInt8, F::kInt8), F::kFloat16, F::kFloat16), SGB_ERROR_UNSUPPORTED);
  EXPECT_EQ(with(array(F::kFloat16, F::kFloat16), F::kFloat32, F::kFloat32), SGB_ERROR_UNSUPPORTED);
  EXPECT_EQ(with(array(F::kInt8, F::kTernary), F::kInt8, F::kInt8), SGB_ERROR_UNSUPPORTED);
  EXPECT_EQ(with(array(F::kInt8, F::kInt8, MatrixArithmetic::kBitSerial), F::kInt16, F::kInt8),
            SGB_ERROR_UNSUPPORTED);
  // No array takes these.
  EXPECT_EQ(with(array(F::kInt8, F::kInt8), F::kFloat32, F::kInt8), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(array(F::kInt8, F::kInt8), F::kPowerOfTwo, F::kInt8), SGB_ERROR_BAD_FIELD);
}

/// Compute cycles of a product on an array, loads apart.
std::uint64_t cycles_of(const MatrixConfig& config, F a, F b) {
  MatrixFactory factory(config);
  sgb_descriptor descriptor = gemm(20, 30, 7, 3);
  descriptor.u.matrix.a_type = static_cast<std::uint8_t>(a);
  descriptor.u.matrix.b_type = static_cast<std::uint8_t>(b);
  const auto job = make_job(factory, descriptor, false);
  return MemoryShell(0).run(*job, false).compute_cycles;
}

TEST(MatrixFormats, WiderOperandsCostTheProductOfTheirPieces) {
  const std::uint64_t int8 = cycles_of(array(F::kInt8, F::kInt8), F::kInt8, F::kInt8);
  EXPECT_EQ(cycles_of(array(F::kInt8, F::kInt8), F::kInt4, F::kBinary), int8);
  EXPECT_EQ(cycles_of(array(F::kInt8, F::kInt8), F::kInt16, F::kInt16), 4 * int8);
  EXPECT_EQ(cycles_of(array(F::kInt8, F::kInt8), F::kInt16, F::kInt8), 2 * int8);
  EXPECT_EQ(cycles_of(array(F::kInt4, F::kInt4), F::kInt8, F::kInt8), 4 * int8);
  EXPECT_EQ(cycles_of(array(F::kInt2, F::kInt2), F::kInt8, F::kInt4), 8 * int8);
  const MatrixConfig serial = array(F::kInt8, F::kInt8, MatrixArithmetic::kBitSerial);
  const std::uint64_t one = cycles_of(serial, F::kBinary, F::kBinary);
  EXPECT_EQ(one, int8);
  for (const auto& [a, b, product] :
       {std::tuple{F::kInt8, F::kInt8, 64U}, std::tuple{F::kInt8, F::kInt2, 16U},
        std::tuple{F::kInt4, F::kInt2, 8U}, std::tuple{F::kInt2, F::kBinary, 2U}}) {
    EXPECT_EQ(cycles_of(serial, a, b), product * one) << name_of(a) << " x " << name_of(b);
  }
}

TEST(MatrixFormats, PopcountsNeedFewerRows) {
  // K = 30: six folds of 5 rows; with 8 bits a row one fold of 4 rows.
  const MatrixConfig plain = array(F::kBinary, F::kBinary);
  MatrixConfig counting = array(F::kBinary, F::kBinary, MatrixArithmetic::kXnorPopcount);
  counting.popcount_bits = 8;
  EXPECT_LT(cycles_of(counting, F::kBinary, F::kBinary) * 5, cycles_of(plain, F::kBinary, F::kBinary));
}

TEST(MatrixFormats, ZeroPointsBelongToFormatsThatHaveThem) {
  const auto with = [](F a, F b, auto&& change) {
    MatrixFactory factory(array(F::kInt8, F::kInt8));
    sgb_descriptor descriptor = gemm(2, 4, 3, 3);
    descriptor.u.matrix.a_type = static_cast<std::uint8_t>(a);
    descriptor.u.matrix.b_type = static_cast<std::uint8_t>(b);
    change(descriptor.u.matrix);
    return refusal(factory, descriptor);
  };
  EXPECT_EQ(with(F::kInt4, F::kInt4, [](sgb_matrix& d) { d.a_zero = -8; }), SGB_ERROR_NONE);
  EXPECT_EQ(with(F::kInt4, F::kInt4, [](sgb_matrix& d) { d.a_zero = 8; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(F::kInt16, F::kInt16, [](sgb_matrix& d) { d.a_zero = 1; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(F::kBinary, F::kInt8, [](sgb_matrix& d) { d.a_zero = 1; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(F::kInt8, F::kTernary, [](sgb_matrix& d) { d.b_zero = 1; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(F::kInt8, F::kInt4, [](sgb_matrix& d) { d.b_zero_table = 64; }), SGB_ERROR_BAD_FIELD);
}

}  // namespace
}  // namespace systole::engine
