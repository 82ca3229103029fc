#include "tests/rtl/verilog_array.h"

#include <verilated.h>

#include <array>
#include <type_traits>

#include <Vws_1x1_0.h>
#include <Vws_1x1_1.h>
#include <Vws_1x6_0.h>
#include <Vws_1x6_1.h>
#include <Vws_3x5_0.h>
#include <Vws_3x5_1.h>
#include <Vws_4x4_0.h>
#include <Vws_4x4_1.h>
#include <Vws_8x2_0.h>
#include <Vws_8x2_1.h>

namespace systole::rtl {
namespace {

constexpr int kOperandBits = 8;
constexpr int kSumBits = 32;

/// Bits [index x width, (index + 1) x width) of a port, whatever type Verilator has given it: an integer up
/// to 64 bits, else an array of 32-bit words. Fields do not straddle words: 32 is a multiple of their width.
template <typename Port>
void put(Port& port, int index, int width, Value value) {
  const int low = index * width;
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  const std::uint64_t bits = static_cast<std::uint32_t>(value) & mask;
  if constexpr (std::is_integral_v<Port>) {
    port = static_cast<Port>((port & ~(mask << low)) | (bits << low));
  } else {
    auto& word = port[static_cast<std::size_t>(low / 32)];
    word = static_cast<EData>((word & ~(mask << (low % 32))) | (bits << (low % 32)));
  }
}

template <typename Port>
Value get_sum(const Port& port, int index) {
  if constexpr (std::is_integral_v<Port>) {
    return static_cast<Value>(static_cast<std::uint32_t>(port >> (index * kSumBits)));
  } else {
    return static_cast<Value>(port[static_cast<std::size_t>(index)]);
  }
}

template <typename Port>
bool get_bit(const Port& port, int index) {
  return (port >> index & 1U) != 0;
}

template <typename Model>
class VerilogArray final : public WeightStationaryPins {
public:
  VerilogArray(int rows, int cols, bool double_buffer)
      : rows_(rows), cols_(cols), double_buffer_(double_buffer), model_(&context_) {}
  VerilogArray(const VerilogArray&) = delete;
  VerilogArray& operator=(const VerilogArray&) = delete;
  ~VerilogArray() override { model_.final(); }

  [[nodiscard]] int rows() const override { return rows_; }
  [[nodiscard]] int cols() const override { return cols_; }
  [[nodiscard]] bool double_buffer() const override { return double_buffer_; }

  void reset() override {
    model_.reset = 1;
    cycle(false);
    model_.reset = 0;
  }

  [[nodiscard]] WeightStationaryOutputs outputs() const override {
    WeightStationaryOutputs out;
    out.loaded = model_.loaded != 0;
    out.sum_wanted.reserve(static_cast<std::size_t>(cols_));
    out.sums.reserve(static_cast<std::size_t>(cols_));
    for (int c = 0; c < cols_; ++c) {
      out.sum_wanted.push_back(c > 0 && get_bit(model_.sum_wanted, c));
      out.sums.push_back(
          {get_bit(model_.sum_valid, c), false, get_bit(model_.sum_last, c), get_sum(model_.sums_out, c)});
    }
    return out;
  }

  void clock(const WeightStationaryInputs& in) override {
    model_.valid = in.valid;
    model_.first = in.first;
    model_.last = in.last;
    model_.load = in.load;
    model_.load_last = in.load_last;
    for (int r = 0; r < rows_; ++r) {
      put(model_.activations, r, kOperandBits, in.activations[static_cast<std::size_t>(r)]);
    }
    for (int c = 0; c < cols_; ++c) {
      put(model_.weights, c, kOperandBits, in.weights[static_cast<std::size_t>(c)]);
      put(model_.sums_in, c, kSumBits, in.sums[static_cast<std::size_t>(c)]);
    }
    cycle(in.enable);
  }

private:
  void cycle(bool enable) {
    model_.enable = enable;
    model_.clock = 0;
    model_.eval();
    model_.clock = 1;
    model_.eval();
  }

  int rows_, cols_;
  bool double_buffer_;
  VerilatedContext context_;
  Model model_;
};

template <typename Double, typename Single>
std::unique_ptr<WeightStationaryPins> make(int rows, int cols, bool double_buffer) {
  if (double_buffer) return std::make_unique<VerilogArray<Double>>(rows, cols, true);
  return std::make_unique<VerilogArray<Single>>(rows, cols, false);
}

}  // namespace

std::unique_ptr<WeightStationaryPins> make_verilog_array(int rows, int cols, bool double_buffer) {
  const std::array size{rows, cols};
  if (size == std::array{4, 4}) return make<Vws_4x4_1, Vws_4x4_0>(rows, cols, double_buffer);
  if (size == std::array{3, 5}) return make<Vws_3x5_1, Vws_3x5_0>(rows, cols, double_buffer);
  if (size == std::array{8, 2}) return make<Vws_8x2_1, Vws_8x2_0>(rows, cols, double_buffer);
  if (size == std::array{1, 1}) return make<Vws_1x1_1, Vws_1x1_0>(rows, cols, double_buffer);
  if (size == std::array{1, 6}) return make<Vws_1x6_1, Vws_1x6_0>(rows, cols, double_buffer);
  return nullptr;
}

}  // namespace systole::rtl
