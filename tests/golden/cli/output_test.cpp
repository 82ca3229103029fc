// What the program prints and leaves behind.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/golden/cli/fixture.h"
#include "tests/golden/golden.h"

namespace systole::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Cli : public CliTest {
protected:
  /// Runs the digits on two images and gives the summary without the simulating machine's block.
  nlohmann::ordered_json run_two(const std::string& out, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"run", "digits.yaml", "--set", "inputs.count=2", "--out", out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Output output = systole(arguments);
    EXPECT_EQ(output.exit_code, 0) << output.err;
    EXPECT_EQ(output.err, "");
    auto summary = nlohmann::ordered_json::parse(read(folder_ / out / "summary.json"), nullptr, false);
    summary.erase("host");
    return summary;
  }
};

// The one figure of a run that differs from time to time.
std::string without_wall_time(std::string text) {
  const std::string before = "simulated in ";
  const std::size_t begin = text.find(before);
  const std::size_t end = text.find(" on this machine");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return text;
  return text.replace(begin + before.size(), end - begin - before.size(), "...");
}

TEST_F(Cli, HelpIsAsApproved) {
  std::string text;
  for (const char* command : {"", "run", "explain", "map", "inspect", "utilization", "list"}) {
    const Output output = systole(*command == '\0' ? std::vector<std::string>{"--help"}
                                                   : std::vector<std::string>{command, "--help"});
    EXPECT_EQ(output.exit_code, 0);
    EXPECT_EQ(output.err, "");
    text += std::string("$ systole ") + command + (*command == '\0' ? "" : " ") + "--help\n" + output.out;
  }
  golden::expect_golden("cli/help.txt", text);
}

TEST_F(Cli, ExplainIsAsApproved) {
  const Output output = systole({"explain", "digits.yaml"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  golden::expect_golden("cli/explain-digits.yaml", output.out);
  // Its own text is a scenario that explains to itself.
  write(folder_ / "again.yaml", output.out);
  EXPECT_EQ(systole({"explain", "again.yaml"}).out, output.out);
}

// Of the whole network on the SoC's own array, of its layers, of a map of sizes, and as CSV.
TEST_F(Cli, UtilizationIsAsApproved) {
  std::string text;
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"networks/vgg16.onnx", "--soc", "socs/tpu-v1.yaml", "--table"},
           {"networks/alexnet.onnx", "--soc", "socs/edge16.yaml", "--layers", "--table"},
           {"networks/vgg16.onnx", "--rows", "64:256:64", "--cols", "64:256:64", "--table"},
           {"networks/alexnet.csv", "--rows", "32", "--cols", "16:32:16"}}) {
    std::vector<std::string> command{"utilization"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const Output output = systole(command);
    EXPECT_EQ(output.exit_code, 0) << output.err;
    EXPECT_EQ(output.err, "");
    text += (text.empty() ? "$ systole" : "\n$ systole");
    for (const std::string& word : command) text.append(" ").append(word);
    text.append("\n").append(output.out);
  }
  golden::expect_golden("cli/utilization.txt", text);
}

TEST_F(Cli, UtilizationGoesToAFile) {
  const std::vector<std::string> command{"utilization", "networks/digits.onnx", "--layers", "--rows", "16"};
  std::vector<std::string> to_file = command;
  to_file.insert(to_file.end(), {"-o", "u.csv"});
  const Output output = systole(to_file);
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_EQ(output.out, "");
  EXPECT_EQ(read(folder_ / "u.csv"), systole(command).out);
}

TEST_F(Cli, ListIsAsApproved) { golden::expect_golden("cli/list.txt", systole({"list"}).out); }

TEST_F(Cli, TwoDigitsAreAsApproved) {
  golden::expect_golden("cli/digits-2/summary.json", run_two("a", {"--trace"}).dump(2) + "\n");
  golden::expect_golden("cli/digits-2/layers.csv", read(folder_ / "a/layers.csv"));
  golden::expect_golden("cli/digits-2/console.txt", read(folder_ / "a/console.txt"));
  const auto trace = nlohmann::json::parse(read(folder_ / "a/trace.json"));
  EXPECT_GT(trace["traceEvents"].size(), 10U);
}

// The whole run, as the user guide shows it.
TEST_F(Cli, TheDigitsAreAsApproved) {
  const Output output = systole({"run", "digits.yaml"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_EQ(output.err, "");  // no progress bar in a pipe
  // The one figure that is not of the simulation.
  golden::expect_golden("cli/digits.txt", without_wall_time(output.out));
  const auto summary = nlohmann::json::parse(read(folder_ / "out/digits/summary.json"));
  EXPECT_EQ(summary["accuracy"]["total"], 360);
  EXPECT_GE(summary["accuracy"]["correct"], 350);
}

// The float network, quantised by the program: right as often as the float one.
TEST_F(Cli, QuantisedDigits) {
  const Output output = systole({"run", "digits-ptq.yaml", "--out", "a"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  const auto summary = nlohmann::json::parse(read(folder_ / "a/summary.json"));
  const auto& quantised = summary["quantised"];
  EXPECT_EQ(summary["accuracy"]["correct"], 357);
  EXPECT_EQ(quantised["float_correct"], 357);
  EXPECT_NEAR(quantised["sqnr_db"].get<double>(), 43.1, 0.05);
  EXPECT_EQ(quantised["calibration_inputs"], 32);
  EXPECT_EQ(quantised["float_nodes"], 1);  // Softmax
  EXPECT_EQ(quantised["conversions"], 2);  // of the input, and before the Softmax
  EXPECT_THAT(output.out,
              HasSubstr("accuracy      357 of 360 correct (99.2%) in integers\n"
                        "              357 of 360 correct (99.2%) in float32\n"
                        "quantised     16 nodes in integers, 1 in float32, 2 conversions; ranges of "
                        "32 inputs, SQNR 43.1 dB\n"));
  // Without data there are no ranges, and the same cycles.
  EXPECT_EQ(systole({"run", "digits-ptq.yaml", "--functional", "off", "--quiet", "--out", "b"}).exit_code, 0);
  const auto timing = nlohmann::json::parse(read(folder_ / "b/summary.json"));
  EXPECT_EQ(timing["time"], summary["time"]);
  EXPECT_EQ(timing["traffic"], summary["traffic"]);
  EXPECT_EQ(timing["engines"], summary["engines"]);
  EXPECT_EQ(timing["energy"], summary["energy"]);
  EXPECT_EQ(timing["quantised"]["calibration_inputs"], 0);
  EXPECT_EQ(timing["quantised"]["int8_nodes"], quantised["int8_nodes"]);
  EXPECT_TRUE(timing["quantised"]["sqnr_db"].is_null());
}

TEST_F(Cli, PrecisionFollowsTheArrayUnlessToldOtherwise) {
  const auto run = [&](const std::string& out, std::vector<std::string> more) {
    std::vector<std::string> arguments{"run",    "digits-float.yaml", "--set", "inputs.count=1", "--out", out,
                                       "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return systole(arguments);
  };
  const auto summary = [&](const std::string& out) {
    return nlohmann::json::parse(read(folder_ / out / "summary.json"));
  };
  const std::string int8 = "soc.engines.matrix.format=int8";
  EXPECT_EQ(run("a", {}).exit_code, 0);
  EXPECT_FALSE(summary("a").contains("quantised"));
  EXPECT_EQ(run("b", {"--set", int8}).exit_code, 0);
  EXPECT_EQ(summary("b")["quantised"]["int8_nodes"], 16);
  // Weights and feature maps are a quarter of the bytes; eight-bit products cost less (Horowitz).
  EXPECT_LT(summary("b")["traffic"]["sram_read_bytes"], summary("a")["traffic"]["sram_read_bytes"]);
  EXPECT_LT(summary("b")["time"]["cycles"], summary("a")["time"]["cycles"]);
  EXPECT_LT(summary("b")["energy"]["components"]["matrix"], summary("a")["energy"]["components"]["matrix"]);
  const Output as_is = run("c", {"--set", int8, "--set", "workload.precision=as_is"});
  EXPECT_EQ(as_is.exit_code, 2);
  EXPECT_THAT(as_is.err, HasSubstr("conv1"));
  const Output calibration = run("d", {"--set", int8, "--set", "workload.quantise.calibration.count=361"});
  EXPECT_EQ(calibration.exit_code, 2);
  EXPECT_THAT(calibration.err, HasSubstr("--set workload.quantise.calibration.count=361: "
                                         "workload.quantise.calibration.count: 361 inferences are asked for, "
                                         "but there is data for 360"));
}

// Every cost of the project's technologies is of an action that some SoC counts: a misspelt one would never
// be used.
TEST_F(Cli, TechnologiesNameActionsThatThereAre) {
  ASSERT_EQ(setenv("SYSTOLE_LOG", "info", 1), 0);
  const std::vector<std::string> common{"--set", "inputs.count=1", "--quiet"};
  const auto unknown_to = [&](const std::string& scenario) {
    std::vector<std::string> arguments{"run", scenario};
    arguments.insert(arguments.end(), common.begin(), common.end());
    return systole(arguments).err;
  };
  EXPECT_EQ(unknown_to("digits.yaml"),
            "info: technology horowitz-45nm: this SoC has no action matrix.mac.fp16\n"
            "info: technology horowitz-45nm: this SoC has no action matrix.mac.fp32\n");
  EXPECT_EQ(unknown_to("digits-float.yaml"),
            "info: technology horowitz-45nm: this SoC has no action matrix.mac.fp16\n"
            "info: technology horowitz-45nm: this SoC has no action matrix.mac.int8\n");
}

// tests/soc/pruned derives the figures: of 607,872 multiply-accumulates 598,656 are halved.
TEST_F(Cli, PrunedWeightsAreSkippedAndAccountedFor) {
  const auto pruned = [&](const std::vector<std::string>& settings) {
    std::vector<std::string> arguments{"run", "digits.yaml", "--quiet",       "--out",
                                       "p",   "--set",       "inputs.count=1"};
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    const Output output = systole(arguments);
    EXPECT_EQ(output.exit_code, 0) << output.err;
    return read(folder_ / "p/summary.json");
  };
  const auto figures = AllOf(HasSubstr("\"macs_performed\": 308544"), HasSubstr("\"macs_skipped\": 299328"));
  EXPECT_THAT(pruned({"workload.prune.columns=0.5"}), figures);
  EXPECT_THAT(pruned({"workload.prune.structured='2:4'", "soc.engines.matrix.sparsity='2:4'"}), figures);
}

TEST_F(Cli, EveryRunLeavesTheSameBytes) {
  const auto summary = run_two("a", {"--trace"});
  EXPECT_EQ(run_two("b", {"--trace"}), summary);
  const auto files = files_in(folder_ / "a");
  EXPECT_EQ(files_in(folder_ / "b"), files);
  for (const std::string& file : files) {
    if (file == "summary.json") continue;
    EXPECT_EQ(read(folder_ / "a" / file), read(folder_ / "b" / file)) << file;
  }
  EXPECT_THAT(files, ElementsAre("console.txt", "layers.csv", "outputs/class_0.pb", "outputs/class_1.pb",
                                 "outputs/probabilities_0.pb", "outputs/probabilities_1.pb", "resolved.yaml",
                                 "summary.json", "trace.json"));
}

TEST_F(Cli, AResultCanBeReproducedFromItsFolder) {
  const auto summary = run_two("a");
  const Output output = systole({"run", "a/resolved.yaml", "--out", "b", "--quiet"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_EQ(output.out + output.err, "");  // --quiet
  auto again = nlohmann::ordered_json::parse(read(folder_ / "b/summary.json"));
  again.erase("host");
  EXPECT_EQ(again, summary);
}

TEST_F(Cli, WithoutFunctionTheTimeIsTheSame) {
  const auto with = run_two("a");
  const auto without = run_two("b", {"--functional", "off"});
  EXPECT_EQ(without["time"], with["time"]);
  EXPECT_EQ(without["traffic"], with["traffic"]);
  EXPECT_EQ(without["energy"], with["energy"]);
  EXPECT_FALSE(without.contains("accuracy"));
  EXPECT_THAT(files_in(folder_ / "b"),
              ElementsAre("console.txt", "layers.csv", "resolved.yaml", "summary.json"));
}

TEST_F(Cli, ARunThatTakesTooLongFails) {
  const Output output = systole({"run", "digits.yaml", "--set", "limits.cycles=1000", "--out", "a"});
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.err, HasSubstr("error: digits.yaml: stopped by the watchdog after 1000 cycles"));
  const auto summary = nlohmann::json::parse(read(folder_ / "a/summary.json"));
  EXPECT_EQ(summary["firmware"]["outcome"], "cycle_limit");
  EXPECT_THAT(files_in(folder_ / "a"),
              ElementsAre("console.txt", "failure.txt", "layers.csv", "resolved.yaml", "summary.json"));
}

TEST_F(Cli, RandomInputsFollowTheSeed) {
  const std::vector<std::string> common{"--set", "inputs={random: {}}", "--quiet"};
  const auto digits = [&](const std::string& out, const std::string& seed) {
    std::vector<std::string> arguments{"run", "digits.yaml", "--out", out, "--seed", seed};
    arguments.insert(arguments.end(), common.begin(), common.end());
    const Output output = systole(arguments);
    EXPECT_EQ(output.exit_code, 0) << output.err;
    return read(folder_ / out / "outputs/probabilities_0.pb");
  };
  const std::string one = digits("a", "1");
  EXPECT_FALSE(one.empty());
  EXPECT_EQ(digits("b", "1"), one);
  EXPECT_NE(digits("c", "2"), one);
}

TEST_F(Cli, AGraphGoesThroughTextAndBack) {
  const Output map =
      systole({"map", "networks/digits.onnx", "--soc", "socs/edge16.yaml", "-o", "g.sgb", "--table"});
  EXPECT_EQ(map.exit_code, 0) << map.err;
  golden::expect_golden("cli/map-digits.txt", map.out);
  const Output text = systole({"inspect", "g.sgb", "--data"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  write(folder_ / "g.txt", text.out);
  const Output back = systole({"inspect", "--assemble", "g.txt", "-o", "h.sgb"});
  EXPECT_EQ(back.exit_code, 0) << back.err;
  EXPECT_EQ(read(folder_ / "h.sgb"), read(folder_ / "g.sgb"));
  // Without the data it is shorter, and says the same about the rest.
  const std::string brief = systole({"inspect", "g.sgb"}).out;
  EXPECT_LT(brief.size(), text.out.size());
}

// Graphs that are changed by hand, as no mapper would make them.
class HandMadeGraph : public Cli {
protected:
  void SetUp() override {
    Cli::SetUp();
    ASSERT_EQ(systole({"map", "networks/digits.onnx", "--soc", "socs/edge16.yaml", "-o", "g.sgb"}).exit_code,
              0);
    text_ = systole({"inspect", "g.sgb", "--data"}).out;
    write(folder_ / "s.yaml",
          "extends: digits.yaml\nworkload: {graph: g.sgb}\ncheck: none\ninputs: {count: 1}\n");
  }
  /// Replaces the first `from` after `mark` in the text, and runs the graph.
  Output run_changed(const std::string& mark, const std::string& from, const std::string& to) {
    std::string changed = text_;
    const auto at = changed.find(from, changed.find(mark));
    if (at == std::string::npos) return {-1, "", "the graph's text has no " + from};
    changed.replace(at, from.size(), to);
    write(folder_ / "g.txt", changed);
    const Output made = systole({"inspect", "--assemble", "g.txt", "-o", "g.sgb"});
    return made.exit_code == 0 ? systole({"run", "s.yaml", "--out", "a"}) : made;
  }
  std::string text_;
};

TEST_F(HandMadeGraph, RunsLikeTheNetworkThatItWasMadeOf) {
  const Output output = systole({"run", "s.yaml", "--out", "a"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, HasSubstr("1 of 1 correct"));
  EXPECT_EQ(systole({"run", "digits.yaml", "--set", "inputs.count=1", "--out", "b"}).exit_code, 0);
  for (const char* file : {"console.txt", "layers.csv", "outputs/probabilities_0.pb"}) {
    EXPECT_EQ(read(folder_ / "a" / file), read(folder_ / "b" / file)) << file;
  }
  const auto summary = nlohmann::json::parse(read(folder_ / "a/summary.json"));
  const auto network = nlohmann::json::parse(read(folder_ / "b/summary.json"));
  EXPECT_EQ(summary["time"], network["time"]);
  EXPECT_EQ(summary["engines"], network["engines"]);
  EXPECT_EQ(summary["energy"], network["energy"]);
}

TEST_F(HandMadeGraph, NeedsNoReference) {
  const Output refused = systole({"run", "s.yaml", "--set", "check=reference"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("workload.graph: a descriptor graph holds no network"));
}

TEST_F(HandMadeGraph, AWildAddressIsABusErrorThatTheFirmwareReports) {
  // The result of the soft-max goes from SRAM to DRAM: from an address that no device has.
  const Output output = run_changed("exec 12", "src=0x20008380", "src=0xdead0000");
  EXPECT_EQ(output.exit_code, 1) << output.err;
  EXPECT_THAT(output.err, HasSubstr("exit code 1"));
  EXPECT_THAT(output.err, HasSubstr("error: descriptor 12 of the exec graph: bus address error (code 1)"));
  EXPECT_THAT(output.err, HasSubstr("'softmax' (Softmax)"));
  EXPECT_THAT(output.err, HasSubstr("0xdead0000"));
  EXPECT_THAT(files_in(folder_ / "a"),
              ElementsAre("console.txt", "failure.txt", "layers.csv", "resolved.yaml", "summary.json"));
}

TEST_F(HandMadeGraph, AWaitThatIsNeverMetIsADeadlock) {
  const Output output = run_changed("exec 1 ", "wait=[0>=1]", "wait=[0>=9]");
  EXPECT_EQ(output.exit_code, 1) << output.err;
  EXPECT_THAT(output.err, HasSubstr("error: s.yaml: deadlock"));
  EXPECT_THAT(read(folder_ / "a/failure.txt"), HasSubstr("deadlock"));
  EXPECT_EQ(nlohmann::json::parse(read(folder_ / "a/summary.json"))["firmware"]["outcome"], "deadlock");
}

TEST_F(HandMadeGraph, OfAnotherSocIsRefused) {
  const Output output = systole({"run", "s.yaml", "--set", "soc.dma.engines=3", "--out", "a"});
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, HasSubstr("the graph was mapped for 5 engine queues, but this SoC has 6"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a"));
}

}  // namespace
}  // namespace systole::cli
