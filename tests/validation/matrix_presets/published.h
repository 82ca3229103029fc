// What the two reference tools report, layer by layer, and the formulas behind it, written down independently
// of hw/timing.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "hw/base/dataflow.h"

namespace systole::presets {

struct Shape {
  const char* name;
  std::uint64_t m;
  std::uint64_t n;
  std::uint64_t k;
};

/// SCALE-Sim's own AlexNet topology, convolutions only: its maps are not padded, so that layers after the
/// first are smaller than AlexNet's.
inline constexpr std::array<Shape, 5> kAlexNet{{{"Conv1", 3025, 96, 363},
                                                {"Conv2", 529, 256, 2400},
                                                {"Conv3", 121, 384, 2304},
                                                {"Conv4", 121, 384, 3456},
                                                {"Conv5", 121, 256, 3456}}};
inline constexpr Shape kResNet50Conv1{"Conv1", 12100, 64, 147};

/// The same layers as the topology's file has them.
inline std::string alexnet_csv() {
  return "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
         "Strides,\n"
         "Conv1, 224, 224, 11, 11, 3, 96, 4,\n"
         "Conv2, 27, 27, 5, 5, 96, 256, 1,\n"
         "Conv3, 13, 13, 3, 3, 256, 384, 1,\n"
         "Conv4, 13, 13, 3, 3, 384, 384, 1,\n"
         "Conv5, 13, 13, 3, 3, 384, 256, 1,\n";
}
inline std::string resnet50_csv() {
  return "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
         "Strides,\n"
         "Conv1, 224, 224, 7, 7, 3, 64, 2,\n";
}

struct Reported {
  const char* name;
  Dataflow dataflow;
  std::uint32_t side;  ///< of a square array
  std::array<std::uint64_t, 5> cycles;
};

/// SCALE-Sim, "Total Cycles" of its compute reports.
inline constexpr std::array<Reported, 4> kScaleSim{{
    {"ws_32", Dataflow::kWeightStationary, 32, {112283, 373799, 185759, 278639, 185759}},
    {"os_32", Dataflow::kOutputStationary, 32, {121124, 334831, 113567, 168863, 112575}},
    {"ws_256", Dataflow::kWeightStationary, 256, {7581, 12949, 15965, 24835, 12417}},
    {"os_256", Dataflow::kOutputStationary, 256, {10475, 8729, 5627, 7931, 3965}},
}};
/// Camuy on 32 x 32.
inline constexpr std::array<std::uint64_t, 5> kCamuy{108970, 317470, 104614, 156886, 104614};
inline constexpr std::uint64_t kCamuyResNet50Conv1 = 121070;

constexpr std::uint64_t parts(std::uint64_t total, std::uint64_t size) { return (total + size - 1) / size; }

/// Every fold takes its load, its stream, and the skew of all columns; the tool reports the last cycle's
/// number.
constexpr std::uint64_t scale_sim(Dataflow dataflow, std::uint64_t rows, std::uint64_t cols, std::uint64_t m,
                                  std::uint64_t n, std::uint64_t k) {
  switch (dataflow) {
    case Dataflow::kWeightStationary:
      return parts(k, rows) * parts(n, cols) * (m + 2 * rows + cols - 2) - 1;
    case Dataflow::kOutputStationary:
      return parts(m, rows) * parts(n, cols) * (k + rows + cols - 2) - 1;
    case Dataflow::kInputStationary:
      return parts(k, rows) * parts(m, cols) * (n + 2 * rows + cols - 2) - 1;
  }
  return 0;
}

/// arXiv 2006.14008, as its emulator counts: weights are there in time, folds overlap.
constexpr std::uint64_t camuy(std::uint64_t rows, std::uint64_t cols, std::uint64_t m, std::uint64_t n,
                              std::uint64_t k) {
  const std::uint64_t last = n - (parts(n, cols) - 1) * cols;
  return m * parts(k, rows) * parts(n, cols) + rows + last + 6;
}

}  // namespace systole::presets
