// docs/networks.md: what the networks of the project ask for, recomputed from their files.
#include <gmock/gmock.h>

#include <array>
#include <cmath>

#include "tests/golden/golden.h"
#include "tests/unit/networks/networks.h"

namespace systole::networks {
namespace {

/// In the table's order. Published figures in millions, as the sources in docs/networks.md round them; 0:
/// none.
struct Published {
  const char* name;
  double parameters;
  double parameters_step;  ///< the last digit that the source gives
  double macs;
  double macs_step;
};
constexpr std::array<Published, 13> kNetworks{{
    {"alexnet", 61, 1, 724, 1},
    {"vgg16", 138, 1, 15'500, 100},
    {"googlenet", 0, 1, 0, 1},
    {"inception_v3", 0, 1, 0, 1},
    {"resnet18", 0, 1, 1'800, 100},
    {"resnet50", 25.5, 0.1, 0, 1},
    {"resnet152", 0, 1, 0, 1},
    {"mobilenet_v1", 4.2, 0.1, 569, 1},
    {"mobilenet_v2", 0, 0.1, 300, 10},
    {"densenet121", 0, 1, 0, 1},
    {"densenet264", 0, 1, 0, 1},
    {"tpu_mlp0", 20, 1, 0, 1},
    {"tpu_mlp1", 5, 1, 0, 1},
}};

std::string grouped(std::int64_t value) {
  const std::string digits = std::to_string(value);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string row(const std::vector<std::string>& cells) {
  std::string text;
  for (const std::string& cell : cells) text.append("| ").append(cell).append(" ");
  return text.append("|\n");
}

TEST(Networks, AskForWhatTheTableSays) {
  std::string table =
      "| network | parameters | MACs | feature maps, elements | largest layer, elements "
      "|\n|---|--:|--:|--:|--:|\n";
  for (const Published& network : kNetworks) {
    const auto figures = ir::figures_of(import(network.name));
    std::int64_t largest = 0;
    for (const ir::LayerFigures& layer : figures.layers)
      largest = std::max(largest, layer.feature_map_elements);
    table.append(row({network.name, grouped(figures.parameters), grouped(figures.macs),
                      grouped(figures.feature_map_elements), grouped(largest)}));
  }
  golden::expect_golden("networks/networks.md", table);
}

class PublishedFigures : public testing::TestWithParam<Published> {};

TEST_P(PublishedFigures, AreMet) {
  const Published& published = GetParam();
  const auto figures = ir::figures_of(import(published.name));
  // To the last digit that the source gives; cut off or rounded, sources differ.
  const auto near = [](std::int64_t value, double million, double step) {
    return std::abs(static_cast<double>(value) / 1e6 - million) < step;
  };
  if (published.parameters != 0) {
    EXPECT_TRUE(near(figures.parameters, published.parameters, published.parameters_step))
        << figures.parameters;
  }
  if (published.macs != 0) {
    EXPECT_TRUE(near(figures.macs, published.macs, published.macs_step)) << figures.macs;
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, PublishedFigures, testing::ValuesIn(kNetworks),
                         [](const auto& tested) { return std::string(tested.param.name); });

struct Layer {
  const char* name;
  std::int64_t map;      ///< elements of the output
  std::int64_t weights;  ///< without biases
  std::int64_t outputs;  ///< channels: as many biases
  std::int64_t pixels;   ///< of the output
};

// As the lecture on convolutional networks of Stanford's CS231n lists VGG-16: "CONV3-64: [224x224x64] memory:
// 224*224*64, params: (3*3*3)*64 = 1,728".
constexpr std::array<Layer, 21> kVgg16{{
    {"CONV3-64", 224 * 224 * 64, 1'728, 64, 224 * 224},
    {"CONV3-64", 224 * 224 * 64, 36'864, 64, 224 * 224},
    {"POOL2", 112 * 112 * 64, 0, 0, 0},
    {"CONV3-128", 112 * 112 * 128, 73'728, 128, 112 * 112},
    {"CONV3-128", 112 * 112 * 128, 147'456, 128, 112 * 112},
    {"POOL2", 56 * 56 * 128, 0, 0, 0},
    {"CONV3-256", 56 * 56 * 256, 294'912, 256, 56 * 56},
    {"CONV3-256", 56 * 56 * 256, 589'824, 256, 56 * 56},
    {"CONV3-256", 56 * 56 * 256, 589'824, 256, 56 * 56},
    {"POOL2", 28 * 28 * 256, 0, 0, 0},
    {"CONV3-512", 28 * 28 * 512, 1'179'648, 512, 28 * 28},
    {"CONV3-512", 28 * 28 * 512, 2'359'296, 512, 28 * 28},
    {"CONV3-512", 28 * 28 * 512, 2'359'296, 512, 28 * 28},
    {"POOL2", 14 * 14 * 512, 0, 0, 0},
    {"CONV3-512", 14 * 14 * 512, 2'359'296, 512, 14 * 14},
    {"CONV3-512", 14 * 14 * 512, 2'359'296, 512, 14 * 14},
    {"CONV3-512", 14 * 14 * 512, 2'359'296, 512, 14 * 14},
    {"POOL2", 7 * 7 * 512, 0, 0, 0},
    {"FC", 4096, 102'760'448, 4096, 1},
    {"FC", 4096, 16'777'216, 4096, 1},
    {"FC", 1000, 4'096'000, 1000, 1},
}};

TEST(Networks, Vgg16IsAsPublishedLayerByLayer) {
  const auto figures = ir::figures_of(import("vgg16"));
  std::string table =
      "| layer | output | feature map, elements | weights | biases | MACs |\n|---|---|--:|--:|--:|--:|\n";
  std::vector<ir::LayerFigures> layers;
  for (const ir::LayerFigures& layer : figures.layers) {
    if (layer.feature_map_elements != 0) layers.push_back(layer);
  }
  ASSERT_EQ(layers.size(), kVgg16.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& expected = kVgg16[i];
    const ir::LayerFigures& layer = layers[i];
    EXPECT_EQ(layer.feature_map_elements, expected.map) << i;
    EXPECT_EQ(layer.parameters, expected.weights + expected.outputs) << i;
    EXPECT_EQ(layer.macs, expected.weights * expected.pixels) << i;
    std::string shape;
    for (std::size_t d = 1; d < layer.output.size(); ++d) {
      shape.append(d == 1 ? "" : " x ").append(std::to_string(layer.output[d]));
    }
    table.append(row({expected.name, shape, grouped(layer.feature_map_elements), grouped(expected.weights),
                      grouped(expected.outputs), grouped(layer.macs)}));
  }
  golden::expect_golden("networks/vgg16.md", table);
}

}  // namespace
}  // namespace systole::networks
