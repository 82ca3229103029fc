// What a good scenario becomes.
#include <gmock/gmock.h>

#include "app/config/keys.h"
#include "tests/unit/config/fixture.h"

namespace systole::app {
namespace {

class Resolve : public ConfigTest {};

TEST_F(Resolve, DefaultsFillWhatIsNotWritten) {
  const auto resolved = resolve_text(kGood);
  ASSERT_TRUE(resolved) << testing::PrintToString(issue_texts());
  const Scenario& scenario = resolved->scenario;
  EXPECT_EQ(scenario.name, "run");  // the file's name
  EXPECT_EQ(scenario.soc.name, "base");
  EXPECT_EQ(scenario.soc.clock, Hertz(1'000'000'000));
  EXPECT_EQ(scenario.soc.sram.size, Bytes(65'536));
  EXPECT_EQ(scenario.soc.sram.banks, SocConfig{}.sram.banks);
  EXPECT_EQ(scenario.soc.matrix.rows, 8U);
  EXPECT_EQ(scenario.soc.matrix.count, 1U);
  EXPECT_EQ(scenario.soc.vector.count, 0U);  // not named: not there
  EXPECT_EQ(scenario.soc.sort.count, 0U);
  EXPECT_EQ(scenario.workload.network.shown, "net.onnx");
  EXPECT_EQ(scenario.inputs.kind, InputKind::kRandom);
  EXPECT_EQ(scenario.inputs.count, 1U);
  EXPECT_FALSE(scenario.firmware.has_value());
  EXPECT_TRUE(scenario.functional);
  EXPECT_EQ(scenario.check, Check::kReference);
  EXPECT_TRUE(scenario.technology.name.empty());
}

TEST_F(Resolve, SettingsOverrideAndAreRelativeToNothing) {
  const auto resolved =
      resolve_text(kGood, {"soc.engines.matrix.rows=64", "soc.engines.vector={lanes: 4}", "inputs.count=7",
                           "seed=9", "soc.dram.bandwidth=64B/cycle", "soc.host.cpi=1.25"});
  ASSERT_TRUE(resolved) << testing::PrintToString(issue_texts());
  EXPECT_EQ(resolved->scenario.soc.matrix.rows, 64U);
  EXPECT_EQ(resolved->scenario.soc.vector.count, 1U);
  EXPECT_EQ(resolved->scenario.soc.vector.lanes, 4U);
  EXPECT_EQ(resolved->scenario.inputs.count, 7U);
  EXPECT_EQ(resolved->scenario.inputs.random.seed, 9U);
  EXPECT_EQ(resolved->scenario.soc.dram.bandwidth, BytesPerSecond(64'000'000'000));  // 64 B x 1 GHz
  EXPECT_EQ(resolved->scenario.soc.host.cpi_milli, 1250U);
}

TEST_F(Resolve, DimensionsHaveNamesOfTheNetwork) {
  const auto resolved = resolve_text("soc: soc.yaml\nworkload: {network: net.onnx, dims: {N: 1, width: 8}}\n",
                                     {"workload.dims.N=4", "workload.dims.T=2"});
  ASSERT_TRUE(resolved) << testing::PrintToString(issue_texts());
  EXPECT_EQ(resolved->scenario.workload.dims, (Sizes{{"N", 4}, {"T", 2}, {"width", 8}}));
}

TEST_F(Resolve, MissingWeightsAreMadeUpByDefault) {
  const auto resolved = resolve_text(kGood);
  ASSERT_TRUE(resolved) << testing::PrintToString(issue_texts());
  EXPECT_EQ(resolved->scenario.workload.weights.seed, 1U);
  EXPECT_EQ(resolved->scenario.workload.weights.density, 1.0);
  const auto sparse = resolve_text(kGood, {"workload.weights={seed: 7, density: 0.25}"});
  ASSERT_TRUE(sparse) << testing::PrintToString(issue_texts());
  EXPECT_EQ(sparse->scenario.workload.weights.seed, 7U);
  EXPECT_EQ(sparse->scenario.workload.weights.density, 0.25);
}

TEST_F(Resolve, QuantisationIsCalibratedOnTheRunsInputsUnlessToldOtherwise) {
  write("scenarios/a.pb", "");
  const auto plain = resolve_text(kGood);
  ASSERT_TRUE(plain) << testing::PrintToString(issue_texts());
  EXPECT_EQ(plain->scenario.workload.precision, Precision::kAuto);
  EXPECT_TRUE(plain->scenario.workload.quantise.own_inputs);
  EXPECT_TRUE(plain->scenario.workload.quantise.options.per_channel);
  EXPECT_FALSE(plain->scenario.workload.quantise.options.power_of_two);
  const auto files = resolve_text(
      kGood, {"workload.precision=int8", "workload.quantise.calibration={files: [a.pb], count: 1}"});
  ASSERT_TRUE(files) << testing::PrintToString(issue_texts());
  const Quantise& quantise = files->scenario.workload.quantise;
  EXPECT_EQ(files->scenario.workload.precision, Precision::kInt8);
  EXPECT_FALSE(quantise.own_inputs);
  EXPECT_EQ(quantise.calibration.kind, InputKind::kFiles);
  EXPECT_EQ(quantise.calibration.count, 1U);
  // Set later, an alternative puts the one below aside; its seed is the scenario's.
  const auto random = resolve_text(kGood, {"workload.quantise.calibration={files: [a.pb]}", "seed=5",
                                           "workload.quantise.calibration.random={}"});
  ASSERT_TRUE(random) << testing::PrintToString(issue_texts());
  EXPECT_EQ(random->scenario.workload.quantise.calibration.kind, InputKind::kRandom);
  EXPECT_EQ(random->scenario.workload.quantise.calibration.random.seed, 5U);
}

TEST_F(Resolve, ASettingMayNameAListEntry) {
  write("scenarios/a.pb", "");
  write("scenarios/b.pb", "");
  const std::string text = std::string(kGood) + "inputs: {files: [a.pb, a.pb]}\n";
  for (const char* setting : {"inputs.files[1]=b.pb", "inputs.files.1=b.pb"}) {
    const auto resolved = resolve_text(text, {setting});
    ASSERT_TRUE(resolved) << testing::PrintToString(issue_texts());
    EXPECT_EQ(resolved->scenario.inputs.files[0].shown, "a.pb");
    EXPECT_EQ(resolved->scenario.inputs.files[1].shown, "b.pb");
  }
}

TEST_F(Resolve, ExtendsMergesMapsKeyByKey) {
  write("scenarios/base.yaml", std::string(kGood) + "name: base\nseed: 3\nlimits: {cycles: 5}\n");
  const auto resolved = resolve_text("extends: base.yaml\nseed: 4\nsoc: {sram: {banks: 4}}\n");
  ASSERT_TRUE(resolved) << testing::PrintToString(issue_texts());
  EXPECT_EQ(resolved->scenario.name, "base");
  EXPECT_EQ(resolved->scenario.seed, 4U);
  EXPECT_EQ(resolved->scenario.limits.cycles, 5U);
  EXPECT_EQ(resolved->scenario.soc.sram.banks, 4U);
  EXPECT_EQ(resolved->scenario.soc.sram.size, Bytes(65'536));  // of soc.yaml, below base.yaml
}

TEST_F(Resolve, ASocFileReplacesTheWholeSocBelow) {
  write("scenarios/base.yaml", kGood);
  write("scenarios/other.yaml", "clock: 2GHz\n");
  const auto resolved = resolve_text("extends: base.yaml\nsoc: other.yaml\n");
  ASSERT_TRUE(resolved) << testing::PrintToString(issue_texts());
  EXPECT_EQ(resolved->scenario.soc.clock, Hertz(2'000'000'000));
  EXPECT_EQ(resolved->scenario.soc.sram.size, SramConfig{}.size);
  EXPECT_EQ(resolved->scenario.soc.matrix.count, 0U);
}

TEST_F(Resolve, AnInlineSocMayExtendAFile) {
  const auto resolved =
      resolve_text("soc: {extends: soc.yaml, clock: 500MHz}\nworkload: {network: net.onnx}\n");
  ASSERT_TRUE(resolved) << testing::PrintToString(issue_texts());
  EXPECT_EQ(resolved->scenario.soc.clock, Hertz(500'000'000));
  EXPECT_EQ(resolved->scenario.soc.matrix.rows, 8U);
}

TEST_F(Resolve, PathsAreRelativeToTheFileThatNamesThem) {
  write("elsewhere/soc.yaml", "name: near\n");
  write("elsewhere/base.yaml", "soc: soc.yaml\nworkload: {network: net.onnx}\n");
  const auto resolved = resolve_text("extends: ../elsewhere/base.yaml\n");
  ASSERT_TRUE(resolved) << testing::PrintToString(issue_texts());
  EXPECT_EQ(resolved->scenario.soc.name, "near");                    // beside base.yaml, before scenarios/
  EXPECT_EQ(resolved->scenario.workload.network.shown, "net.onnx");  // only in scenarios/
}

TEST_F(Resolve, AnAlternativePutsTheOneBelowAside) {
  write("scenarios/base.yaml", std::string(kGood) + "inputs: {random: {seed: 3}, count: 2}\n");
  write("scenarios/a.pb", "");
  const auto files = resolve_text("extends: base.yaml\ninputs: {files: [a.pb]}\n");
  ASSERT_TRUE(files) << testing::PrintToString(issue_texts());
  EXPECT_EQ(files->scenario.inputs.kind, InputKind::kFiles);
  EXPECT_EQ(files->scenario.inputs.count, 2U);
  const auto random =
      resolve_text(std::string(kGood) + "inputs: {files: [a.pb]}\n", {"inputs.random.seed=5"});
  ASSERT_TRUE(random) << testing::PrintToString(issue_texts());
  EXPECT_EQ(random->scenario.inputs.kind, InputKind::kRandom);
  EXPECT_EQ(random->scenario.inputs.random.seed, 5U);
}

TEST_F(Resolve, ADramPartGivesBandwidthAndLatency) {
  write("scenarios/dram/p1.yaml",
        "source: s\ntransfers_per_second: 3200000000\nwidth_bits: 16\ntrcd: 18ns\nread_latency: 17.5ns\n");
  const std::string text = std::string(kGood) + "";
  const auto resolved = resolve_text(text, {"soc.dram={part: p1, channels: 2}"});
  ASSERT_TRUE(resolved) << testing::PrintToString(issue_texts());
  // 3.2e9 x 2 bytes x 2 channels; 18 + 17.5 ns.
  EXPECT_EQ(resolved->scenario.soc.dram.bandwidth, BytesPerSecond(12'800'000'000));
  EXPECT_EQ(resolved->scenario.soc.dram.latency, Picoseconds(35'500));
  EXPECT_EQ(resolved->scenario.dram_part.source, "s");
  const auto changed = resolve_text(text, {"soc.dram={part: p1, latency: 50ns}"});
  ASSERT_TRUE(changed) << testing::PrintToString(issue_texts());
  EXPECT_EQ(changed->scenario.soc.dram.bandwidth, BytesPerSecond(6'400'000'000));
  EXPECT_EQ(changed->scenario.soc.dram.latency, Picoseconds(50'000));
  // A part that is named later puts the figures below it aside.
  const auto later = resolve_text(text, {"soc.dram.bandwidth=1GB/s", "soc.dram.part=p1"});
  ASSERT_TRUE(later) << testing::PrintToString(issue_texts());
  EXPECT_EQ(later->scenario.soc.dram.bandwidth, BytesPerSecond(6'400'000'000));
}

TEST_F(Resolve, TechnologyIsReadWithItsSources) {
  write("scenarios/t.yaml",
        "name: t\nsource: s\nactions: {sram.read: {energy: 1.25pJ, per: byte, source: here}}\n");
  const auto resolved = resolve_text(std::string(kGood) + "technology: t.yaml\n");
  ASSERT_TRUE(resolved) << testing::PrintToString(issue_texts());
  EXPECT_EQ(resolved->scenario.technology.costs.at("sram.read").joules, 1.25e-12);
  EXPECT_EQ(resolved->scenario.technology.costs.at("sram.read").unit, "byte");
  EXPECT_EQ(resolved->scenario.technology_file.shown, "t.yaml");
}

// resolved.yaml, run again, is the same scenario: for a plain one, and for one with everything set.
TEST_F(Resolve, TheWrittenScenarioResolvesToItself) {
  write("scenarios/dram/p1.yaml",
        "source: s\ntransfers_per_second: 3200000000\nwidth_bits: 16\ntrcd: 18ns\nread_latency: 17.5ns\n");
  write("scenarios/a.pb", "");
  const std::vector<std::vector<std::string>> variants{
      {},
      {"name=\"a: b # c\"", "soc.dram={part: p1, size: 64MiB}", "inputs.files=[a.pb]", "functional=false",
       "check=none", "workload.dims={N: 2, width: 7}", "workload.weights={seed: 3, density: 0.5}",
       "soc.clock=1234567kHz", "soc.host.cpi=0.5", "soc.engines.sort={}", "limits.cycles=100",
       "technology={name: t, source: s, actions: {a.b: {energy: 0.1pJ, per: byte, source: x}}}"},
      {"workload.precision=int8",
       "workload.quantise={per_channel: false, power_of_two: true, calibration: {files: [a.pb], count: 1}}"},
      {"workload.quantise.calibration.random={seed: 4, distribution: normal}"},
      {"workload.precision=as_is"},
  };
  for (const auto& settings : variants) {
    const auto resolved = resolve_text(kGood, settings);
    ASSERT_TRUE(resolved) << testing::PrintToString(issue_texts());
    const std::string text = to_yaml(resolved->scenario);
    const auto again = resolve_text(text);
    ASSERT_TRUE(again) << testing::PrintToString(issue_texts()) << text;
    EXPECT_EQ(to_yaml(again->scenario), text);
  }
}

TEST(KeyTable, DefaultsLieInTheirRangesAndPathsAreUnique) {
  Scenario defaults;
  std::vector<std::string> seen;
  for (const Key& key : scenario_keys()) {
    EXPECT_EQ(std::count(seen.begin(), seen.end(), std::string(key.path)), 0) << key.path;
    seen.emplace_back(key.path);
    EXPECT_FALSE(key.doc.empty()) << key.path;
    if (!key.default_text.empty()) continue;
    const Field field = key.field(defaults);
    const std::string text = text_of(field);
    if (text.empty() || std::holds_alternative<FileRef*>(field) ||
        std::holds_alternative<std::string*>(field))
      continue;
    Issues issues;
    Tree tree;
    put(tree, key.path, scalar_tree(text));
    // Every default, written out, is a value that the key takes: nothing but the missing rest is wrong.
    resolve(tree, SearchPath("/nonexistent"), issues);
    for (const Issue& issue : issues.list()) EXPECT_NE(issue.key, key.path) << to_string(issue);
  }
}

}  // namespace
}  // namespace systole::app
