#include <algorithm>
#include <array>
#include <cstring>

#include "models/mapper/winograd/winograd.h"

namespace systole::mapper {

namespace {

/// 2 G of F(2 x 2, 3 x 3).
constexpr std::array<std::array<int, 3>, 4> kG{{{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}}};
constexpr std::int64_t kTaps = 9;
constexpr std::int64_t kPlaces = 16;

class WinogradWeights : public ir::TensorSource {
public:
  WinogradWeights(ir::TensorData weights, DType type, std::int64_t kernels)
      : weights_(std::move(weights)), type_(type), kernels_(kernels) {}

  [[nodiscard]] std::int64_t elements() const override { return kernels_ * kPlaces; }
  [[nodiscard]] std::size_t bytes() const override { return static_cast<std::size_t>(elements()) * 2; }
  [[nodiscard]] double max_abs() const override { return 9 * 255; }

  void fill(std::int64_t first, std::int64_t count, std::byte* out) const override {
    if (count <= 0) return;
    const std::int64_t begin = first / kPlaces;
    const std::int64_t end = (first + count - 1) / kPlaces + 1;
    std::vector<std::byte> taps(static_cast<std::size_t>((end - begin) * kTaps));
    weights_.fill(begin * kTaps, (end - begin) * kTaps, 1, taps.data());
    for (std::int64_t kernel = begin; kernel < end; ++kernel) {
      const auto tile = transformed(taps.data() + (kernel - begin) * kTaps);
      const std::int64_t from = std::max(first, kernel * kPlaces);
      const std::int64_t to = std::min(first + count, (kernel + 1) * kPlaces);
      std::memcpy(out + (from - first) * 2, tile.data() + (from - kernel * kPlaces),
                  static_cast<std::size_t>(to - from) * 2);
    }
  }

private:
  [[nodiscard]] std::array<std::int16_t, kPlaces> transformed(const std::byte* taps) const {
    const auto tap = [&](std::size_t k, std::size_t l) {
      const auto byte = std::to_integer<std::uint8_t>(taps[k * 3 + l]);
      return type_ == DType::kInt8 ? static_cast<std::int8_t>(byte) : static_cast<int>(byte);
    };
    std::array<std::int16_t, kPlaces> out{};
    for (std::size_t i = 0; i < 4; ++i) {
      std::array<int, 3> row{};  // of 2 G g
      for (std::size_t l = 0; l < 3; ++l) {
        for (std::size_t k = 0; k < 3; ++k) row[l] += kG[i][k] * tap(k, l);
      }
      for (std::size_t j = 0; j < 4; ++j) {
        const int sum = row[0] * kG[j][0] + row[1] * kG[j][1] + row[2] * kG[j][2];
        out[i * 4 + j] = static_cast<std::int16_t>(sum);
      }
    }
    return out;
  }

  ir::TensorData weights_;
  DType type_;
  std::int64_t kernels_;
};

}  // namespace

ir::TensorData winograd_weights(const ir::TensorData& weights, DType type, std::int64_t kernels) {
  return ir::TensorData(std::make_shared<const WinogradWeights>(weights, type, kernels));
}

}  // namespace systole::mapper
