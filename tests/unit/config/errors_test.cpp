// What a bad scenario is told: file, line, column, key, and how to mend it.
#include <gmock/gmock.h>

#include "tests/unit/config/fixture.h"

namespace systole::app {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class ConfigErrors : public ConfigTest {};

TEST_F(ConfigErrors, AMisspeltKeyIsPlacedAndMended) {
  EXPECT_THAT(issues_of(std::string(kGood) + "functionl: true\n"),
              ElementsAre("scenarios/run.yaml:3:1: functionl: unknown key; did you mean functional?"));
}

TEST_F(ConfigErrors, AMisspeltKeyInAnIncludedFileNamesThatFile) {
  write("scenarios/soc.yaml", "name: x\nsram:\n  sise: 64KiB\n");
  EXPECT_THAT(issues_of(kGood),
              ElementsAre("scenarios/soc.yaml:3:3: soc.sram.sise: unknown key; did you mean size?"));
}

TEST_F(ConfigErrors, AllIssuesAreReportedAtOnce) {
  EXPECT_THAT(
      issues_of(std::string(kGood) +
                "functional: maybe\nsed: 1\nlimits: {cycles: 1.5}\ninputs: {count: 0}\n"),
      UnorderedElementsAre("scenarios/run.yaml:3:13: functional: \"maybe\" is neither true nor false",
                           "scenarios/run.yaml:4:1: sed: unknown key; did you mean seed?",
                           "scenarios/run.yaml:5:18: limits.cycles: \"1.5\" is not a whole number without "
                           "unit; write digits, as in 16",
                           "scenarios/run.yaml:6:17: inputs.count: \"0\" is out of range: 1 to 1000000000"));
}

TEST_F(ConfigErrors, AWrongUnitSaysWhatIsExpected) {
  EXPECT_THAT(
      issues_of(kGood, {"soc.sram.size=512MHz"}),
      ElementsAre(
          "--set soc.sram.size=512MHz: soc.sram.size: \"512MHz\" has the unit \"MHz\"; expected a size "
          "such as 512KiB (units: B, KiB, MiB, GiB)"));
}

TEST_F(ConfigErrors, AKeyOutOfRangeSaysTheRange) {
  EXPECT_THAT(
      issues_of(kGood, {"soc.sram.banks=3"}),
      ElementsAre(
          "--set soc.sram.banks=3: soc.sram.banks: \"3\" is out of range: 1 to 1024, a power of two"));
}

TEST_F(ConfigErrors, AChoiceListsItsValues) {
  EXPECT_THAT(
      issues_of(kGood, {"soc.engines.matrix.format=int9"}),
      ElementsAre(HasSubstr("\"int9\" is not one of: int8, fp32, float32, fp16, bf16, int16, int4, int2, "
                            "ternary, binary; did you mean int8?")));
}

TEST_F(ConfigErrors, ADimensionIsAWholeNumber) {
  EXPECT_THAT(
      issues_of("soc: soc.yaml\nworkload:\n  network: net.onnx\n  dims: {N: one, T: 0}\n"),
      ElementsAre("scenarios/run.yaml:4:13: workload.dims.N: \"one\" is not a whole number without unit; "
                  "write digits, as in 16",
                  "scenarios/run.yaml:4:21: workload.dims.T: \"0\" is out of range: 1 to 2147483647"));
  EXPECT_THAT(
      issues_of(kGood, {"workload.dims=1"}),
      ElementsAre("--set workload.dims=1: workload.dims: is a single value; expected map of integers"));
}

TEST_F(ConfigErrors, CalibrationHasOneKindOfInputs) {
  write("scenarios/a.pb", "");
  EXPECT_THAT(issues_of("soc: soc.yaml\nworkload:\n  network: net.onnx\n"
                        "  quantise: {calibration: {files: [a.pb], random: {}}}\n"),
              ElementsAre(HasSubstr("stands beside workload.quantise.calibration.files; keep exactly one of: "
                                    "dataset, files, random")));
  EXPECT_THAT(issues_of(kGood, {"workload.precision=int4"}),
              ElementsAre(HasSubstr("\"int4\" is not one of: auto, as_is, int8; did you mean int8?")));
}

TEST_F(ConfigErrors, ADensityIsAShare) {
  EXPECT_THAT(issues_of(kGood, {"workload.weights.density=1.5"}),
              ElementsAre("--set workload.weights.density=1.5: workload.weights.density: \"1.5\" is out of "
                          "range: 0 to 1"));
}

TEST_F(ConfigErrors, WhatThisVersionHasNotIsRefusedByName) {
  const auto issues =
      issues_of(kGood, {"soc.engines.eie={pes: 64}", "soc.engines.feie={}", "fidelity=analytical"});
  EXPECT_THAT(issues,
              UnorderedElementsAre(HasSubstr("soc.engines.eie: this version of Systole has no EIE engine"),
                                   HasSubstr("soc.engines.feie: this version of Systole has no FEIE engine"),
                                   HasSubstr("fidelity: \"analytical\" is not available")));
}

TEST_F(ConfigErrors, APresetHasRulesOfItsOwn) {
  EXPECT_TRUE(resolve_text(
      kGood, {"soc.engines.matrix.preset=scale-sim", "soc.engines.matrix.dataflow=output_stationary"}));
  EXPECT_THAT(
      issues_of(kGood, {"soc.engines.matrix.preset=camuy", "soc.engines.matrix.dataflow=input_stationary",
                        "soc.engines.matrix.streaming_bandwidth=4", "soc.engines.matrix.fold_overlap=false"}),
      UnorderedElementsAre(
          HasSubstr("soc.engines.matrix.preset: Camuy's arrays are weight stationary"),
          HasSubstr("soc.engines.matrix.streaming_bandwidth: the preset has rules of its own"),
          HasSubstr("soc.engines.matrix.fold_overlap: the preset has rules of its own")));
  EXPECT_THAT(issues_of(kGood, {"soc.engines.matrix.preset=scalesim"}),
              ElementsAre(HasSubstr("is not one of: none, scale-sim, camuy; did you mean scale-sim?")));
}

TEST_F(ConfigErrors, ADotProductUnitIsNoSystolicArray) {
  EXPECT_TRUE(
      resolve_text(kGood, {"soc.engines.matrix.organisation=dot_product", "soc.engines.matrix.depth=8"}));
  EXPECT_THAT(
      issues_of(kGood, {"soc.engines.matrix.organisation=dot_product",
                        "soc.engines.matrix.dataflow=input_stationary", "soc.engines.matrix.preset=scale-sim",
                        "soc.engines.matrix.weight_double_buffer=false"}),
      UnorderedElementsAre(
          HasSubstr("soc.engines.matrix.dataflow: a dot-product unit keeps its sums"),
          HasSubstr("soc.engines.matrix.preset: is of systolic arrays"),
          HasSubstr("soc.engines.matrix.weight_double_buffer: has no meaning"),
          HasSubstr("soc.engines.matrix.weight_double_buffer: the preset has rules of its own")));
  EXPECT_THAT(issues_of(kGood, {"soc.engines.matrix.depth=8"}),
              ElementsAre(HasSubstr("belongs to dot-product units; set organisation: dot_product")));
}

TEST_F(ConfigErrors, KnobsThatTheArrayHasNotAreRefused) {
  EXPECT_THAT(issues_of(kGood, {"soc.engines.matrix.dataflow=output_stationary",
                                "soc.engines.matrix.spill=1KiB", "soc.engines.matrix.accumulator_ports=1"}),
              UnorderedElementsAre(HasSubstr("soc.engines.matrix.spill: is of accumulators behind the array"),
                                   HasSubstr("soc.engines.matrix.accumulator_ports: is of accumulators")));
  EXPECT_THAT(issues_of(kGood, {"soc.engines.matrix.popcount_bits=64"}),
              ElementsAre(HasSubstr("belongs to popcounts; set arithmetic: xnor_popcount")));
  EXPECT_THAT(
      issues_of(kGood, {"soc.engines.matrix.weight_format=binary", "soc.engines.matrix.sparsity='2:4'"}),
      ElementsAre(HasSubstr("skips zeros, which binary weights do not have")));
  EXPECT_THAT(issues_of(kGood, {"soc.engines.matrix.format=int16", "soc.engines.matrix.cols=4096",
                                "soc.engines.matrix.accumulators=16KiB"}),
              ElementsAre(HasSubstr("holds no 8-byte sum for each of the 4096 columns; at least 32KiB")));
}

TEST_F(ConfigErrors, SpillLeavesRoomInTheScratchpad) {
  EXPECT_THAT(issues_of(kGood, {"soc.engines.matrix.spill=256KiB", "soc.sram.size=512KiB"}),
              ElementsAre(HasSubstr("takes half of the scratchpad or more; at most 262080B")));
  EXPECT_THAT(issues_of(kGood, {"soc.engines.matrix.spill=100B"}),
              ElementsAre(HasSubstr("is not a multiple of 64 bytes")));
}

TEST_F(ConfigErrors, SeveralEnginesOfAKindAreAllowedUpToTheirBound) {
  EXPECT_TRUE(resolve_text(kGood, {"soc.engines.matrix.count=2"}).has_value());
  EXPECT_THAT(issues_of(kGood, {"soc.engines.matrix.count=9"}),
              ElementsAre(HasSubstr("soc.engines.matrix.count")));
}

TEST_F(ConfigErrors, BareGemms) {
  EXPECT_THAT(
      issues_of("soc: soc.yaml\nworkload:\n  gemm:\n    - {m: 0, k: 2, n: 3}\n    - {m: 1, k: 2}\n"
                "    - {m: 1, k: 2, n: 3, weight_density: 1.5}\n    - {m: 65536, k: 65536, n: 3}\n"
                "    - {m: 1, k: 2, n: 3, nmae: a}\n"),
      ElementsAre(
          HasSubstr("run.yaml:4:11: workload.gemm[0].m: \"0\" is out of range: 1 to 2147483647"),
          HasSubstr("run.yaml:5:7: workload.gemm[1]: has no n"),
          HasSubstr("run.yaml:6:42: workload.gemm[2].weight_density: \"1.5\" is out of range: 0 to 1"),
          HasSubstr("run.yaml:7:7: workload.gemm[3]: the matrix of activations (65536 x 65536) has more "
                    "than 2147483647 elements"),
          HasSubstr("run.yaml:8:26: workload.gemm[4].nmae: unknown key; did you mean name?")));
  EXPECT_THAT(issues_of("soc: soc.yaml\nworkload: {gemm: []}\n"),
              ElementsAre(HasSubstr("workload.gemm: is a list; expected a list of {m, k, n}")));
}

TEST_F(ConfigErrors, AMissingFileSaysWhereItWasLookedFor) {
  const auto issues = issues_of("soc: nowhere.yaml\nworkload: {network: net.onnx}\n");
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(
      issues[0],
      "scenarios/run.yaml:1:6: soc: there is no file \"nowhere.yaml\"; looked for scenarios/nowhere.yaml and "
      "scenarios/nowhere.yaml");
  EXPECT_THAT(
      issues_of("soc: soc.yaml\nworkload: {network: none.onnx}\n"),
      ElementsAre(HasSubstr("scenarios/run.yaml:2:21: workload.network: there is no file \"none.onnx\"")));
}

TEST_F(ConfigErrors, RequiredKeysAreAskedFor) {
  EXPECT_THAT(issues_of("name: x\n"),
              ElementsAre(HasSubstr("soc: no SoC is named"), HasSubstr("workload: nothing to run is named")));
  EXPECT_THAT(issues_of("soc: soc.yaml\nworkload: {}\n"),
              ElementsAre(HasSubstr("workload: needs exactly one of: network, graph, gemm")));
}

TEST_F(ConfigErrors, OnlyOneAlternativeMayStandInOneMap) {
  EXPECT_THAT(issues_of(std::string(kGood) + "inputs: {random: {seed: 1}, files: [net.onnx]}\n"),
              ElementsAre(HasSubstr(
                  "inputs.random: stands beside inputs.files; keep exactly one of: dataset, files, random")));
}

TEST_F(ConfigErrors, KindsOfValuesAreChecked) {
  EXPECT_THAT(issues_of(std::string(kGood) + "inputs: 3\nseed: [1]\nlimits:\n"),
              ElementsAre("scenarios/run.yaml:3:9: inputs: is a single value; a map of keys is expected",
                          "scenarios/run.yaml:4:7: seed: is a list; expected one value: integer",
                          HasSubstr("limits: has no value; write {} for all defaults, or take the key out")));
}

TEST_F(ConfigErrors, ValuesThatDoNotFitOneAnother) {
  EXPECT_THAT(issues_of(kGood, {"soc.sram.size=10000B"}),
              ElementsAre(HasSubstr("soc.sram.size: 10000B is not a multiple of banks x width = 256B")));
  EXPECT_THAT(issues_of(kGood, {"soc.controller.semaphores=2"}),
              ElementsAre(HasSubstr("there are 3 engines")));
  EXPECT_THAT(issues_of(kGood, {"soc.dma.burst=16B"}),
              ElementsAre(HasSubstr("at least soc.bus.width = 32B")));
  EXPECT_THAT(issues_of(kGood, {"soc.engines.matrix.cols=512", "soc.engines.matrix.accumulators=1KiB"}),
              ElementsAre(HasSubstr("at least 2KiB")));
}

TEST_F(ConfigErrors, TextThatIsNoYaml) {
  EXPECT_THAT(issues_of("a: [1\n"), ElementsAre(HasSubstr("is not YAML")));
  EXPECT_THAT(issues_of("- a\n- b\n"), ElementsAre(HasSubstr("is a list; a map of keys is expected")));
  EXPECT_THAT(issues_of("a: 1\n---\nb: 1\n"),
              ElementsAre("scenarios/run.yaml:2:1: a second YAML document starts here; keep one"));
  EXPECT_THAT(issues_of("seed: 1\nseed: 2\n"),
              ElementsAre("scenarios/run.yaml:2:1: seed: this key stands twice in the same map; keep one"));
  EXPECT_THAT(issues_of("a: 1\nb: \x01\n"),
              ElementsAre(HasSubstr("scenarios/run.yaml:2:4: is not UTF-8 text")));
  EXPECT_THAT(issues_of("a: \xff\n"), ElementsAre(HasSubstr("is not UTF-8 text")));
  EXPECT_THAT(issues_of("a: &x [*x]\n"), ElementsAre(HasSubstr("this alias stands inside of what it names")));
  EXPECT_THAT(issues_of("? [a, b]\n: 1\n"), ElementsAre(HasSubstr("a key must be a single word")));
}

TEST_F(ConfigErrors, AliasesThatGrowWithoutBoundAreRefused) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
    for (int j = 0; j < 9; ++j) text += ", " + below;
    text += "]\n";
  }
  EXPECT_THAT(issues_of(text), ElementsAre(HasSubstr("too large or too deep")));
}

TEST_F(ConfigErrors, FilesThatExtendOneAnother) {
  write("scenarios/a.yaml", "extends: b.yaml\n");
  write("scenarios/b.yaml", "extends: a.yaml\n");
  EXPECT_THAT(issues_of("extends: a.yaml\n"),
              ElementsAre("scenarios/b.yaml:1:10: extends: \"a.yaml\" extends itself"));
}

TEST_F(ConfigErrors, BadSettings) {
  EXPECT_THAT(issues_of(kGood, {"seed"}), ElementsAre(HasSubstr("a setting is written KEY=VALUE")));
  EXPECT_THAT(issues_of(kGood, {".a=1"}), ElementsAre(HasSubstr("a setting is written KEY=VALUE")));
  EXPECT_THAT(
      issues_of(std::string(kGood) + "inputs: {files: [net.onnx]}\n", {"inputs.files[1]=x"}),
      ElementsAre(
          "--set inputs.files[1]=x: inputs.files: has 1 entries, numbered from 0; there is no \"1\""));
  EXPECT_THAT(issues_of(kGood, {"soc.clok=1GHz"}),
              ElementsAre("--set soc.clok=1GHz: soc.clok: unknown key; did you mean clock?"));
}

TEST_F(ConfigErrors, DramPartsAndTechnologiesAreChecked) {
  write("scenarios/dram/lpddr4-3200.yaml", "source: s\n");
  EXPECT_THAT(issues_of(kGood, {"soc.dram.part=lpddr4-320"}),
              ElementsAre(HasSubstr("did you mean lpddr4-3200?")));
  EXPECT_THAT(issues_of(kGood, {"soc.dram.part=lpddr4-3200"}),
              Contains(HasSubstr("transfers_per_second: a part needs one value for this key")));
  EXPECT_THAT(issues_of(std::string(kGood) +
                        "technology: {name: t, source: s, actions: {a.b: {energy: 3W, per: byte}}}\n"),
              UnorderedElementsAre(HasSubstr("technology.actions.a.b: has no source"),
                                   HasSubstr("technology.actions.a.b.energy: \"3W\" has the unit \"W\"")));
}

}  // namespace
}  // namespace systole::app
