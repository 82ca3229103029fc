// Digits through whole SoCs whose arrays multiply other numbers than int8: the program compares every output
// with the reference executor's, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/golden/cli/program.h"

namespace systole {
namespace {

namespace fs = std::filesystem;

struct Case {
  const char* name;
  const char* scenario;
  std::vector<std::string> settings;  ///< of the matrix engine, or with a dot whole keys
};

void PrintTo(const Case& run, std::ostream* out) { *out << run.name; }

nlohmann::json summary_of(const std::string& scenario, const std::vector<std::string>& settings) {
  const fs::path folder =
      fs::path(testing::TempDir()) /
      ("systole_formats_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::vector<std::string> arguments{"run", scenario, "--out", "out", "--quiet", "--set", "inputs.count=3"};
  for (const std::string& setting : settings) {
    const bool whole = setting.substr(0, setting.find('=')).find('.') != std::string::npos;
    arguments.insert(arguments.end(), {"--set", whole ? setting : "soc.engines.matrix." + setting});
  }
  const cli::Output output = cli::systole(folder, arguments);
  EXPECT_EQ(output.exit_code, 0) << output.err;
  auto summary = nlohmann::json::parse(cli::read(folder / "out/summary.json"), nullptr, false);
  fs::remove_all(folder);
  return summary;
}

class Formats : public testing::TestWithParam<Case> {};

TEST_P(Formats, RunsAndEqualsTheReference) {
  const auto summary = summary_of(GetParam().scenario, GetParam().settings);
  ASSERT_TRUE(summary.is_object());
  EXPECT_EQ(summary["firmware"]["outcome"], "exited");
  EXPECT_EQ(summary["scenario"]["functional"], true);
}

const char* const kInteger = "digits-ptq.yaml";
const char* const kFloat = "digits-float.yaml";

INSTANTIATE_TEST_SUITE_P(
    Digits, Formats,
    testing::Values(
        Case{"int16", kInteger, {"format=int16"}}, Case{"int4", kInteger, {"format=int4"}},
        Case{"int2", kInteger, {"format=int2"}}, Case{"ternary", kInteger, {"format=ternary"}},
        Case{"binary", kInteger, {"format=binary"}}, Case{"int8_by_int4", kInteger, {"weight_format=int4"}},
        Case{"int8_by_pow2", kInteger, {"weight_format=pow2", "arithmetic=shift_add"}},
        Case{"int8_by_ternary", kInteger, {"weight_format=ternary"}},
        Case{"int8_by_binary", kInteger, {"weight_format=binary"}},
        Case{"int16_in_pieces",
             kInteger,
             {"workload.quantise.weights=int16", "workload.quantise.activations=int16"}},
        Case{"int8_on_int4",
             kInteger,
             {"format=int4", "workload.quantise.weights=int8", "workload.quantise.activations=int8"}},
        Case{"bit_serial", kInteger, {"arithmetic=bit_serial", "workload.quantise.weights=int4"}},
        Case{"xnor", kInteger, {"format=binary", "arithmetic=xnor_popcount", "popcount_bits=32"}},
        Case{"wrapping_sums", kInteger, {"accumulator_bits=12"}},
        Case{"saturating_sums", kInteger, {"accumulator_bits=16", "overflow=saturate"}},
        Case{"narrow_sums_of_int16", kInteger, {"format=int16", "accumulator_bits=32"}},
        Case{"fp16", kFloat, {"format=fp16"}}, Case{"bf16", kFloat, {"format=bf16"}},
        Case{"fp16_sums", kFloat, {"format=fp16", "accumulator_bits=16"}}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace systole
