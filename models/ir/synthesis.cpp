#include "models/ir/synthesis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "hw/base/assert.h"

namespace systole::ir {
namespace {

constexpr std::size_t kLevels = 4096;
constexpr std::int64_t kPerHash = 4;   // elements that one 64-bit hash serves: 16 bits each
constexpr std::uint32_t kAll = 65536;  // density 1
constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15U;
constexpr std::uint64_t kSelection = 0xD1B54A32D192ED03U;  // another stream: which elements are zero

// SplitMix64's finalizer.
constexpr std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

// FNV-1a of the name, then the seed.
std::uint64_t stream_of(const std::string& name, std::uint64_t seed) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return mixed(hash + mixed(seed * kGolden));
}

// The quantile of the standard normal distribution, relative error below 1.2e-9 (P. J. Acklam's rational
// approximation, 2003). p in (0, 1/2].
double lower_quantile(double p) {
  constexpr std::array<double, 6> kA{-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                                     1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr std::array<double, 5> kB{-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                                     6.680131188771972e+01, -1.328068155288572e+01};
  constexpr std::array<double, 6> kC{-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                                     -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
  constexpr std::array<double, 4> kD{7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                                     3.754408661907416e+00};
  constexpr double kTail = 0.02425;
  if (p < kTail) {
    const double q = std::sqrt(-2 * std::log(p));
    return (((((kC[0] * q + kC[1]) * q + kC[2]) * q + kC[3]) * q + kC[4]) * q + kC[5]) /
           ((((kD[0] * q + kD[1]) * q + kD[2]) * q + kD[3]) * q + 1);
  }
  const double q = p - 0.5;
  const double r = q * q;
  return (((((kA[0] * r + kA[1]) * r + kA[2]) * r + kA[3]) * r + kA[4]) * r + kA[5]) * q /
         (((((kB[0] * r + kB[1]) * r + kB[2]) * r + kB[3]) * r + kB[4]) * r + 1);
}

const std::array<float, kLevels>& quantiles() {
  static const auto table = [] {
    std::array<float, kLevels> made{};
    for (std::size_t i = 0; i < kLevels / 2; ++i) {
      const auto low =
          static_cast<float>(lower_quantile((static_cast<double>(i) + 0.5) / static_cast<double>(kLevels)));
      made[i] = low;
      made[kLevels - 1 - i] = -low;
    }
    return made;
  }();
  return table;
}

/// Draws from a table of kLevels values.
template <typename T>
class TableSource final : public TensorSource {
public:
  TableSource(const NormalSpec& spec, T zero, std::vector<T> table)
      : spec_(spec), stream_(stream_of(spec.name, spec.seed)), zero_(zero), table_(std::move(table)) {
    kept_ = static_cast<std::uint32_t>(std::lround(std::clamp(spec.density, 0.0, 1.0) * kAll));
  }

  [[nodiscard]] std::int64_t elements() const override { return spec_.elements; }
  [[nodiscard]] std::size_t bytes() const override {
    return static_cast<std::size_t>(spec_.elements) * sizeof(T);
  }

  void fill(std::int64_t first, std::int64_t count, std::byte* out) const override {
    if (kept_ == kAll) {
      fill_as<true>(first, count, out);
    } else {
      fill_as<false>(first, count, out);
    }
  }

  [[nodiscard]] double max_abs() const override {
    double most = 0;
    for (const T value : table_) {
      most = std::max(most, std::abs(static_cast<double>(value) - static_cast<double>(zero_)));
    }
    return kept_ == 0 ? 0 : most;
  }

  [[nodiscard]] std::shared_ptr<const TensorSource> quantised(float scale) const override {
    if constexpr (std::is_same_v<T, float>) {
      std::vector<std::int8_t> table;
      table.reserve(kLevels);
      for (const float value : table_) {
        table.push_back(static_cast<std::int8_t>(std::clamp(std::nearbyint(value / scale), -127.0F, 127.0F)));
      }
      NormalSpec spec = spec_;
      spec.type = DType::kInt8;
      return std::make_shared<TableSource<std::int8_t>>(spec, std::int8_t{0}, std::move(table));
    } else {
      return nullptr;
    }
  }

private:
  // The state in local variables: the stores to `out` could change members, as far as the compiler knows.
  template <bool dense>
  void fill_as(std::int64_t first, std::int64_t count, std::byte* out) const {
    const T* const table = table_.data();
    const T zero = zero_;
    const std::uint64_t stream = stream_;
    const std::uint64_t kept = kept_;
    const auto draw = [=](std::int64_t block) {
      std::array<T, kPerHash> four;
      const std::uint64_t counter = (static_cast<std::uint64_t>(block) + 1) * kGolden;
      const std::uint64_t hash = mixed(stream + counter);
      for (std::size_t j = 0; j < four.size(); ++j) four[j] = table[hash >> (16 * j + 4) & (kLevels - 1)];
      if constexpr (!dense) {
        const std::uint64_t selection = mixed((stream ^ kSelection) + counter);
        for (std::size_t j = 0; j < four.size(); ++j) {
          four[j] = (selection >> (16 * j) & 0xFFFFU) < kept ? four[j] : zero;
        }
      }
      return four;
    };
    const auto part = [&](std::int64_t block, std::int64_t skipped, std::int64_t used) {
      const std::array<T, kPerHash> four = draw(block);
      std::memcpy(out, four.data() + skipped, static_cast<std::size_t>(used) * sizeof(T));
      out += static_cast<std::size_t>(used) * sizeof(T);
    };
    std::int64_t block = first / kPerHash;
    if (const std::int64_t skipped = first % kPerHash; skipped != 0 && count > 0) {
      const std::int64_t used = std::min(kPerHash - skipped, count);
      part(block++, skipped, used);
      count -= used;
    }
    for (; count >= kPerHash; count -= kPerHash) {
      // One by one: a wide load from `four` would wait for its narrow stores.
      for (const T value : draw(block++)) {
        std::memcpy(out, &value, sizeof value);
        out += sizeof value;
      }
    }
    if (count > 0) part(block, 0, count);
  }

  NormalSpec spec_;
  std::uint64_t stream_;
  T zero_;
  std::uint32_t kept_ = kAll;  ///< of kAll
  std::vector<T> table_;
};

template <typename T>
TensorData byte_deviates(const NormalSpec& spec, int zero) {
  std::vector<T> table;
  table.reserve(kLevels);
  for (const float value : quantiles()) {
    table.push_back(static_cast<T>(zero + static_cast<int>(std::lround(value * 127 / quantiles().back()))));
  }
  return TensorData(std::make_shared<TableSource<T>>(spec, static_cast<T>(zero), std::move(table)));
}

class ConstantSource final : public TensorSource {
public:
  ConstantSource(std::vector<std::byte> element, std::int64_t elements, double value)
      : element_(std::move(element)), elements_(elements), value_(value) {}
  [[nodiscard]] std::int64_t elements() const override { return elements_; }
  [[nodiscard]] std::size_t bytes() const override {
    return static_cast<std::size_t>(elements_) * element_.size();
  }
  void fill(std::int64_t /*first*/, std::int64_t count, std::byte* out) const override {
    for (std::int64_t i = 0; i < count; ++i) out = std::copy(element_.begin(), element_.end(), out);
  }
  [[nodiscard]] double max_abs() const override { return std::abs(value_); }

private:
  std::vector<std::byte> element_;
  std::int64_t elements_;
  double value_;
};

template <typename T>
std::vector<std::byte> bytes_of(double value) {
  const auto element = static_cast<T>(value);
  std::vector<std::byte> bytes(sizeof element);
  std::memcpy(bytes.data(), &element, sizeof element);
  return bytes;
}

std::vector<std::byte> element_of(DType type, double value) {
  switch (type) {
    case DType::kFloat32:
      return bytes_of<float>(value);
    case DType::kInt8:
      return bytes_of<std::int8_t>(value);
    case DType::kUInt8:
    case DType::kBool:
      return bytes_of<std::uint8_t>(value);
    case DType::kInt16:
      return bytes_of<std::int16_t>(value);
    case DType::kInt32:
      return bytes_of<std::int32_t>(value);
    case DType::kInt64:
      return bytes_of<std::int64_t>(value);
  }
  SYSTOLE_ASSERT(false, "a type without elements");
  return {};
}

}  // namespace

TensorData normal_data(const NormalSpec& spec) {
  switch (spec.type) {
    case DType::kInt8:
      return byte_deviates<std::int8_t>(spec, 0);
    case DType::kUInt8:
      return byte_deviates<std::uint8_t>(spec, 128);
    default:
      break;
  }
  SYSTOLE_ASSERT(spec.type == DType::kFloat32, "normal deviates are float32, int8 or uint8");
  const auto deviation = static_cast<float>(spec.deviation);
  std::vector<float> table;
  table.reserve(kLevels);
  for (const float value : quantiles()) table.push_back(value * deviation);
  return TensorData(std::make_shared<TableSource<float>>(spec, 0.0F, std::move(table)));
}

TensorData constant_data(DType type, std::int64_t elements, double value) {
  return TensorData(std::make_shared<ConstantSource>(element_of(type, value), elements, value));
}

double he_deviation(std::int64_t fan_in) {
  return std::sqrt(2.0 / static_cast<double>(std::max<std::int64_t>(fan_in, 1)));
}

}  // namespace systole::ir
