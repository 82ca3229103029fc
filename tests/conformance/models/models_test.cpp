// The models that ONNX converted from PyTorch, as a user runs them: a scenario with the model and its input
// files goes into `systole run`, and the result folder's outputs are compared with the expected ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "models/onnx/tensor_file.h"
#include "tests/conformance/reference/cases.h"
#include "tests/golden/cli/program.h"

namespace systole::conformance {
namespace {

namespace fs = std::filesystem;

const fs::path kData = "/usr/share/libonnx-testdata/data";

/// prefix0.pb, prefix1.pb, ... as far as they go.
std::vector<fs::path> numbered(const fs::path& folder, const std::string& prefix) {
  std::vector<fs::path> files;
  for (std::size_t i = 0; fs::exists(folder / (prefix + std::to_string(i) + ".pb")); ++i) {
    files.push_back(folder / (prefix + std::to_string(i) + ".pb"));
  }
  return files;
}

ir::Tensor load(const fs::path& path) {
  Issues issues;
  auto tensor = read_tensor_pb(path.string(), issues);
  return tensor ? *tensor : ir::Tensor{};
}

/// "" if the expected tensor is among the files; else how it differs from the last of them.
std::string compare(const fs::path& expected, const std::vector<fs::path>& files) {
  std::string why = "there is no output";
  for (const fs::path& file : files) {
    why = difference(load(file), load(expected));
    if (why.empty()) return why;
  }
  return why;
}

/// What the run says: "" if all is right.
std::string run(const fs::path& test, const fs::path& folder) {
  const fs::path data = test / "test_data_set_0";
  std::string scenario =
      "soc: socs/edge16.yaml\nworkload: {network: " + (test / "model.onnx").string() + "}\n";
  std::string list;
  for (const fs::path& file : numbered(data, "input_")) list += (list.empty() ? "" : ", ") + file.string();
  if (!list.empty()) scenario += "inputs: {files: [" + list + "]}\n";
  cli::write(folder / "run.yaml", scenario);
  fs::remove_all(folder / "out");
  const cli::Output output = cli::systole(
      folder, {"run", "run.yaml", "--quiet", "--out", "out", "--set", "soc.engines.matrix.format=float32"});
  if (output.exit_code != 0) {
    EXPECT_EQ(output.exit_code, 2) << test << "\n" << output.err;  // anything else is a fault of ours
    return output.err;
  }
  std::vector<fs::path> made;
  for (const auto& entry : fs::directory_iterator(folder / "out" / "outputs")) made.push_back(entry.path());
  const auto expected = numbered(data, "output_");
  if (made.size() != expected.size()) return "the number of outputs differs";
  for (const fs::path& file : expected) {
    const std::string why = compare(file, made);
    if (!why.empty()) return file.filename().string() + ": " + why;
  }
  return "";
}

TEST(ModelConformance, ConvertedModelsRunFromTheCommandLine) {
  auto excluded = read_exclusions(SYSTOLE_SOURCE_DIR "/tests/conformance/models/not_applicable.txt");
  const fs::path folder = fs::path(testing::TempDir()) / "systole_model_conformance";
  std::size_t total = 0;
  std::size_t passed = 0;
  std::size_t applicable = 0;
  for (const char* group : {"pytorch-converted", "pytorch-operator"}) {
    for (const auto& entry : fs::directory_iterator(kData / group)) {
      const std::string name = std::string(group) + "/" + entry.path().filename().string();
      ++total;
      const std::string wrong = run(entry.path(), folder);
      if (excluded.erase(name) != 0) {
        EXPECT_NE(wrong, "") << name << " passes, so it must leave not_applicable.txt";
        continue;
      }
      ++applicable;
      if (wrong.empty()) ++passed;
      EXPECT_EQ(wrong, "") << name;
    }
  }
  for (const auto& [name, reason] : excluded) ADD_FAILURE() << name << " is no such model";
  std::cout << "passed " << passed << " of " << applicable << " applicable (" << total
            << " converted models)\n";
  EXPECT_EQ(passed, applicable);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace systole::conformance
