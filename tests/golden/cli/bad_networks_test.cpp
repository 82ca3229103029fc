// Networks that cannot be run: what the program says, in full.
#include <gmock/gmock.h>

#include <limits>

#include "tests/golden/cli/fixture.h"
#include "tests/golden/golden.h"
#include "tests/unit/onnx/support/model_builder.h"

namespace systole::cli {
namespace {

class BadNetworks : public CliTest {
protected:
  /// Runs the file on edge16, which must be refused without a trace, and adds what was said to the list.
  void refuse(const std::string& title, const std::string& file, const std::string& bytes,
              const std::vector<std::string>& settings = {}) {
    write(folder_ / file, bytes);
    std::vector<std::string> arguments{"run", file, "--soc", "socs/edge16.yaml"};
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    const std::vector<std::string> before = files_in(folder_);
    const Output output = systole(arguments);
    EXPECT_EQ(output.exit_code, 2) << title << "\n" << output.err;
    EXPECT_EQ(output.out, "") << title;
    EXPECT_EQ(files_in(folder_), before) << title << ": something was written";
    said_.append("# ").append(title).append("\n").append(without_folder(output.err)).append("\n");
  }

private:
  [[nodiscard]] std::string without_folder(std::string text) const {
    const std::string folder = folder_.generic_string() + "/";
    for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder, at))
      text.erase(at, folder.size());
    return text;
  }

protected:
  std::string said_;
};

/// x [1, 4, 8, 8] through a convolution with the weights "w".
ModelBuilder convolution() {
  ModelBuilder model;
  model.input("x", {1, 4, 8, 8}).output("y");
  model.node("Conv", {"x", "w"}, {"y"}, "conv1").integers("kernel_shape", {1, 1});
  return model;
}

TEST_F(BadNetworks, AreRefusedWithPlaceAndRemedy) {
  ModelBuilder dynamic;
  dynamic.input("image", {"batch", 3, 8, 8}).output("y");
  dynamic.node("Relu", {"image"}, {"y"}, "relu1");
  refuse("A dynamic shape", "dynamic.onnx", dynamic.bytes());
  refuse("A size for a dimension that there is not", "dynamic.onnx", dynamic.bytes(),
         {"workload.dims={batch: 1, hieght: 8}"});

  ModelBuilder cycle;
  cycle.input("x", {1, 4}).output("y");
  cycle.node("Add", {"x", "b"}, {"a"}, "first");
  cycle.node("Relu", {"a"}, {"b"}, "second");
  cycle.node("Relu", {"b"}, {"y"}, "last");
  refuse("A cycle", "cycle.onnx", cycle.bytes());

  refuse("A missing initialiser", "missing.onnx", convolution().bytes());

  ModelBuilder nan = convolution();
  std::vector<float> weights(16, 0.5F);
  weights[6] = std::numeric_limits<float>::quiet_NaN();
  nan.floats("w", {4, 4, 1, 1}, weights);
  refuse("NaN in the weights", "nan.onnx", nan.bytes());

  ModelBuilder large;
  large.input("x", {1, 4096}).input("w", {4096, 4096}).output("y");
  large.node("MatMul", {"x", "w"}, {"y"}, "fc1");
  refuse("Weights larger than DRAM", "large.onnx", large.bytes(), {"soc.dram.size=8MiB"});

  ModelBuilder wide;
  wide.input("x", {1, 100'000}).output("y");
  wide.node("Softmax", {"x"}, {"y"}, "softmax1").integer("axis", 1);
  refuse("A layer that does not fit however it is tiled", "wide.onnx", wide.bytes(), {"soc.sram.size=64KiB"});

  refuse(
      "Rows of a topology", "layers.csv",
      "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"
      "conv1, 229, 229, 7, 7, 3, 64, 2,\n"
      "conv2, 58, 58, 3, 3, 64, sixty-four, 1,\n"
      "conv3, 2, 2, 3, 3, 64, 64, 1,\n");
  refuse("A topology without layers", "empty.csv", "");

  golden::expect_golden("cli/bad-networks.txt", said_);
}

TEST_F(BadNetworks, ANetworkNeedsASoc) {
  write(folder_ / "n.onnx", "");
  const Output output = systole({"run", "n.onnx"});
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_EQ(output.err,
            "error: n.onnx: a network needs a SoC to run on; name one with --soc socs/edge16.yaml\n");
}

}  // namespace
}  // namespace systole::cli
