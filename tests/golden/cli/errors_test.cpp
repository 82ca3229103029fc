// Bad input: exit code 2, one line per issue on stderr, nothing on stdout, nothing written.
#include <gmock/gmock.h>

#include "tests/golden/cli/fixture.h"

namespace systole::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class CliErrors : public CliTest {
protected:
  /// Runs what must be refused, and gives stderr.
  std::string refused(const std::vector<std::string>& arguments) {
    const std::vector<std::string> before = files_in(folder_);
    const Output output = systole(arguments);
    EXPECT_EQ(output.exit_code, 2) << output.err;
    EXPECT_EQ(output.out, "");
    EXPECT_EQ(files_in(folder_), before) << "something was written";
    return output.err;
  }

  /// A scenario of the project's digits with these lines changed or added.
  void write_scenario(const std::string& lines) const {
    write(folder_ / "s.yaml", "extends: digits.yaml\n" + lines);
  }
};

TEST_F(CliErrors, MisspeltKey) {
  write_scenario("inputs:\n  cuont: 2\n");
  EXPECT_EQ(refused({"run", "s.yaml"}),
            "error: s.yaml:3:3: inputs.cuont: unknown key; did you mean count?\n");
}

TEST_F(CliErrors, SeveralIssuesAtOnce) {
  write_scenario("functional: perhaps\nseeed: 1\n");
  EXPECT_EQ(refused({"run", "s.yaml", "--set", "soc.sram.size=1ns"}),
            "error: --set soc.sram.size=1ns: soc.sram.size: \"1ns\" has the unit \"ns\"; expected a size "
            "such as 512KiB "
            "(units: B, KiB, MiB, GiB)\n"
            "error: s.yaml:2:13: functional: \"perhaps\" is neither true nor false\n"
            "error: s.yaml:3:1: seeed: unknown key; did you mean seed?\n");
}

TEST_F(CliErrors, MissingFiles) {
  EXPECT_THAT(
      refused({"run", "nowhere.yaml"}),
      StartsWith("error: nowhere.yaml: there is no file \"nowhere.yaml\"; looked for nowhere.yaml and "));
  write_scenario("workload: {network: nowhere.onnx}\n");
  EXPECT_THAT(refused({"run", "s.yaml"}),
              StartsWith("error: s.yaml:2:21: workload.network: there is no file \"nowhere.onnx\""));
  EXPECT_THAT(refused({"run", "digits.yaml", "--firmware", "nowhere.elf"}),
              HasSubstr("firmware: there is no file \"nowhere.elf\""));
  EXPECT_THAT(refused({"inspect", "nowhere.sgb"}), StartsWith("error: nowhere.sgb: "));
  EXPECT_THAT(refused({"map", "nowhere.onnx", "--soc", "nowhere.yaml", "--table"}),
              AllOf(HasSubstr("nowhere.onnx"), HasSubstr("nowhere.yaml")));
}

TEST_F(CliErrors, UnsupportedOperator) {
  std::string model = read(scenarios() / "networks/digits.onnx");
  const std::string known = "MaxPool";
  for (auto at = model.find(known); at != std::string::npos; at = model.find(known)) {
    model.replace(at, known.size(), "MaxLoop");
  }
  write(folder_ / "n.onnx", model);
  write_scenario("workload: {network: n.onnx}\n");
  EXPECT_THAT(refused({"run", "s.yaml"}), MatchesRegex("error: n\\.onnx: [^:]+: .*MaxLoop.*\n"));
}

TEST_F(CliErrors, ADimensionThatTheNetworkHasNot) {
  const std::string problem = "networks/digits.onnx: no input has a dynamic dimension 'N' to give a size to";
  EXPECT_THAT(refused({"run", "digits.yaml", "--set", "workload.dims.N=1"}), HasSubstr(problem));
  EXPECT_THAT(refused({"map", "networks/digits.onnx", "--soc", "socs/edge16.yaml", "--table", "--set",
                       "workload.dims={N: 1}"}),
              HasSubstr(problem));
}

TEST_F(CliErrors, TruncatedNetwork) {
  const std::string model = read(scenarios() / "networks/digits.onnx");
  write(folder_ / "n.onnx", model.substr(0, model.size() / 2));
  write_scenario("workload: {network: n.onnx}\n");
  EXPECT_THAT(refused({"run", "s.yaml"}), MatchesRegex("error: n\\.onnx: .*\n"));
}

TEST_F(CliErrors, WrongShapeInput) {
  // The labels are int64[360], the network wants an image.
  write_scenario("inputs: {files: [data/digits-test/labels.pb]}\n");
  EXPECT_THAT(refused({"run", "s.yaml", "--set", "inputs.count=1"}),
              AllOf(HasSubstr("labels.pb: inputs.files[0]: the network's input"),
                    HasSubstr("is float32[1, 1, 8, 8]"), HasSubstr("this file holds int64[360]")));
}

TEST_F(CliErrors, MoreInferencesThanData) {
  EXPECT_THAT(refused({"run", "digits.yaml", "--set", "inputs.count=361"}),
              HasSubstr("inputs.count: 361 inferences are asked for, but there is data for 360"));
}

TEST_F(CliErrors, DatasetOfAnotherShape) {
  write(folder_ / "d/dataset.yaml", "images: labels.pb\n");
  write(folder_ / "d/labels.pb", read(scenarios() / "data/digits-test/labels.pb"));
  write_scenario("inputs: {dataset: d}\n");
  EXPECT_THAT(refused({"run", "s.yaml"}),
              AllOf(HasSubstr("d/dataset.yaml:1:9: images: "), HasSubstr("int64[360]")));
}

TEST_F(CliErrors, AnElfThatIsNone) {
  write(folder_ / "f.elf", "not an ELF");
  EXPECT_THAT(refused({"run", "digits.yaml", "--firmware", "f.elf"}), StartsWith("error: "));
}

TEST_F(CliErrors, ResultsNeverReplaceSomethingElse) {
  write(folder_ / "work/thesis.tex", "x");
  EXPECT_EQ(refused({"run", "digits.yaml", "--out", "work"}),
            "error: work: --out: holds something else than results (no summary.json); name another folder\n");
}

TEST_F(CliErrors, GraphsThatAreNone) {
  write(folder_ / "g.sgb", "not a graph");
  EXPECT_THAT(refused({"inspect", "g.sgb"}), StartsWith("error: g.sgb: "));
  write(folder_ / "g.txt", "not a graph");
  EXPECT_THAT(refused({"inspect", "--assemble", "g.txt", "-o", "h.sgb"}), StartsWith("error: g.txt:1"));
}

TEST_F(CliErrors, WinogradNeedsWideProductsAndAVectorEngine) {
  EXPECT_EQ(refused({"run", "digits.yaml", "--set", "soc.engines.matrix.winograd=yes"}),
            "error: --set soc.engines.matrix.winograd=yes: soc.engines.matrix.winograd: \"yes\" is neither "
            "true nor "
            "false\n");
  EXPECT_EQ(
      refused({"run", "digits.yaml", "--set", "soc.engines.matrix.winograd=true", "--set",
               "soc.engines.matrix.format=fp32", "--set", "soc.engines.vector.count=0"}),
      "error: --set soc.engines.matrix.winograd=true: soc.engines.matrix.winograd: its transforms are the "
      "vector engine's work: set soc.engines.vector.count to at least 1\n"
      "error: --set soc.engines.matrix.winograd=true: soc.engines.matrix.winograd: its products are int16 "
      "with sums of 32 bits, which this array does not make: set soc.engines.matrix.format=int16 (int8 and "
      "int4 make them in pieces), and accumulator_bits to at least 32\n");
}

TEST_F(CliErrors, FormatsThatDoNotGoTogether) {
  const auto with = [&](const std::vector<std::string>& settings) {
    std::vector<std::string> arguments{"run", "digits-ptq.yaml"};
    for (const std::string& setting : settings) {
      arguments.insert(arguments.end(), {"--set", "soc.engines.matrix." + setting});
    }
    return refused(arguments);
  };
  EXPECT_THAT(with({"format=fp8"}),
              HasSubstr("soc.engines.matrix.format: \"fp8\" is not one of: int8, fp32"));
  EXPECT_THAT(
      with({"format=fp16", "weight_format=int4"}),
      HasSubstr("soc.engines.matrix.weight_format: weights of int4 do not go with activations of fp16"));
  EXPECT_THAT(with({"arithmetic=xnor_popcount"}), HasSubstr("soc.engines.matrix.arithmetic: "));
  EXPECT_THAT(with({"arithmetic=shift_add"}), HasSubstr("set weight_format: pow2"));
  EXPECT_THAT(with({"format=fp16", "accumulator_bits=24"}),
              HasSubstr("soc.engines.matrix.accumulator_bits: sums of fp16 have 32 bits, or 16"));
  EXPECT_THAT(with({"accumulator_bits=64"}), HasSubstr("out of range: 8 to 48"));
}

TEST_F(CliErrors, PruningThatCannotBe) {
  const auto with = [&](const std::vector<std::string>& settings) {
    std::vector<std::string> arguments{"run", "digits.yaml"};
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    return refused(arguments);
  };
  const auto quoted = [](const std::string& key, const std::string& text) { return key + "='" + text + "'"; };
  const auto complaint = [](const std::string& key, const std::string& text) {
    return key + ": \"" + text + "\" is not n:m with 1 <= n < m <= 16 (as in 2:4), or none\n";
  };
  for (const std::string text : {"4:2", "2:17", "0:4", "half", "2:"}) {
    EXPECT_THAT(with({quoted("workload.prune.structured", text)}),
                HasSubstr(complaint("workload.prune.structured", text)));
    EXPECT_THAT(with({quoted("soc.engines.matrix.sparsity", text)}),
                HasSubstr(complaint("soc.engines.matrix.sparsity", text)));
  }
  EXPECT_THAT(with({"workload.prune.columns=0"}),
              HasSubstr("workload.prune.columns: keeps no row of any layer; write a share above 0"));
  EXPECT_THAT(with({"workload.prune.columns=1.5"}), HasSubstr("out of range: 0 to 1"));
  EXPECT_THAT(with({"soc.engines.matrix.sparsity='2:4'", "soc.engines.matrix.dataflow=output_stationary"}),
              HasSubstr("soc.engines.matrix.sparsity: needs weights that stand in a systolic array"));
}

TEST_F(CliErrors, UsageIsHeldToo) {
  EXPECT_EQ(refused({"rnu"}), "error: unknown command \"rnu\"; did you mean run?\n");
  EXPECT_EQ(
      refused({"sweep", "s.yaml"}),
      "error: unknown command \"sweep\"; the commands are: run, explain, map, inspect, utilization, list\n");
  EXPECT_THAT(refused({}), StartsWith("error: "));
  EXPECT_THAT(refused({"run"}),
              AllOf(StartsWith("error: "), HasSubstr("SCENARIO"), HasSubstr("systole run --help")));
  EXPECT_THAT(refused({"run", "digits.yaml", "--functional", "maybe"}), StartsWith("error: --functional"));
  EXPECT_THAT(refused({"run", "digits.yaml", "--report"}), HasSubstr("--report"));
  EXPECT_THAT(refused({"run", "digits.yaml", "--fidelity", "analytical"}),
              HasSubstr("simulates transactions only"));
  EXPECT_THAT(refused({"list", "published"}), StartsWith("error: "));
  EXPECT_THAT(refused({"map", "networks/digits.onnx", "--soc", "socs/edge16.yaml"}),
              HasSubstr("-o or --table"));
}

TEST_F(CliErrors, UtilizationRefusesWhatHasNoAnswer) {
  const std::string vgg16 = "networks/vgg16.onnx";
  EXPECT_THAT(refused({"utilization", "nowhere.onnx"}),
              StartsWith("error: nowhere.onnx: there is no file \"nowhere.onnx\"; looked for "));
  EXPECT_EQ(
      refused({"utilization", vgg16, "--rows", "16:32", "--cols", "64:16:16"}),
      "error: --rows 16:32: is neither a size such as 64 nor a range FIRST:LAST:STEP such as 16:256:16\n"
      "error: --cols 64:16:16: the range ends before it begins; did you mean 16:64:16?\n");
  EXPECT_EQ(refused({"utilization", vgg16, "--rows", "0"}), "error: --rows 0: sizes go from 1 to 4096\n");
  EXPECT_EQ(
      refused({"utilization", vgg16, "--rows", "1:4096:1", "--cols", "1:4096:1"}),
      "error: 16777216 array sizes are asked for; at most 65536 are; make the steps of --rows and --cols "
      "larger\n");
  EXPECT_THAT(refused({"utilization", vgg16, "--dataflow", "row_stationary"}),
              StartsWith("error: --dataflow"));
  EXPECT_THAT(refused({"utilization", vgg16, "--preset", "tpu"}), StartsWith("error: --preset"));
  EXPECT_EQ(refused({"utilization", vgg16, "--preset", "camuy", "--dataflow", "output_stationary"}),
            "error: --preset camuy: Camuy's arrays are weight_stationary, and not output_stationary\n");
  EXPECT_THAT(refused({"utilization", vgg16, "--set", "workload.dims.N=1"}),
              HasSubstr("vgg16.onnx: no input has a dynamic dimension 'N' to give a size to"));
  write(folder_ / "taken", "a file");
  EXPECT_THAT(refused({"utilization", vgg16, "-o", "taken/u.csv"}), StartsWith("error: taken/"));
  write(folder_ / "vector.yaml", "engines: {vector: {}}\n");
  EXPECT_EQ(refused({"utilization", vgg16, "--soc", "vector.yaml"}),
            "error: vector.yaml: soc.engines.matrix: this SoC has no matrix engine\n");
  EXPECT_EQ(
      refused({"utilization", vgg16, "--soc", "socs/edge16.yaml", "--preset", "camuy", "--set",
               "soc.engines.matrix.organisation=dot_product"}),
      "error: socs/edge16.yaml: soc.engines.matrix.organisation: is dot_product; --dataflow and --preset "
      "are of systolic arrays\n");
  EXPECT_THAT(refused({"utilization", vgg16, "--groups", "some"}), StartsWith("error: --groups"));
  write(folder_ / "layers.csv", "Layer, M, N, K,\nfc, 1, 0, 4,\n");
  EXPECT_THAT(refused({"utilization", "layers.csv"}), StartsWith("error: layers.csv:2:"));
}

}  // namespace
}  // namespace systole::cli
