#include "app/run/random_tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

namespace systole::app {
namespace {

class Source {
public:
  Source(std::uint64_t seed, Distribution distribution, std::uint32_t input, std::uint32_t inference)
      : normal_(distribution == Distribution::kNormal) {
    // The standard fixes both the mixing of seeds and the generator, but not its distributions.
    std::seed_seq mixed{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32), input,
                        inference};
    engine_.seed(mixed);
  }

  float real() { return static_cast<float>(normal_ ? deviate() : 2 * unit() - 1); }

  std::int64_t integer(std::int64_t low) {
    constexpr double kRange = 256;
    const double value =
        normal_ ? std::nearbyint(kRange / 2 - 0.5 + deviate() * kRange / 6) : std::floor(unit() * kRange);
    return low + static_cast<std::int64_t>(std::clamp(value, 0.0, kRange - 1));
  }

  // In [0, 1), in steps of 2^-24: exact as a float.
  double unit() { return static_cast<double>(engine_() >> 40) * 0x1p-24; }

private:
  double deviate() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += unit();
    return sum;
  }

  std::mt19937_64 engine_;
  bool normal_;
};

template <typename T>
void append(std::vector<std::byte>& data, T value) {
  const auto* bytes = reinterpret_cast<const std::byte*>(&value);
  data.insert(data.end(), bytes, bytes + sizeof value);
}

void thin_out(std::vector<std::byte>& data, std::size_t element, double density, Source& source) {
  for (std::size_t at = 0; at < data.size(); at += element) {
    if (source.unit() >= density)
      std::fill_n(data.begin() + static_cast<std::ptrdiff_t>(at), element, std::byte{0});
  }
}

}  // namespace

std::vector<std::byte> random_tensor(const RandomInputs& random, DType type, std::size_t elements,
                                     std::uint32_t input, std::uint32_t inference) {
  Source source(random.seed, random.distribution, input, inference);
  std::vector<std::byte> data;
  data.reserve(elements * size_of(type));
  for (std::size_t i = 0; i < elements; ++i) {
    switch (type) {
      case DType::kInt8:
        append(data, static_cast<std::int8_t>(source.integer(-128)));
        break;
      case DType::kUInt8:
        append(data, static_cast<std::uint8_t>(source.integer(0)));
        break;
      case DType::kInt16:
        append(data, static_cast<std::int16_t>(source.integer(-128)));
        break;
      case DType::kInt32:
        append(data, static_cast<std::int32_t>(source.integer(-128)));
        break;
      case DType::kInt64:
        append(data, source.integer(-128));
        break;
      case DType::kFloat32:
        append(data, source.real());
        break;
      case DType::kBool:
        append(data, static_cast<std::uint8_t>(source.integer(0) & 1));
        break;
    }
  }
  const double density = input < random.densities.size() ? random.densities[input] : 1;
  if (density < 1) thin_out(data, size_of(type), density, source);
  return data;
}

}  // namespace systole::app
