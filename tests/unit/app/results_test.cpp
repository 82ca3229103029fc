#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/results/conservation.h"
#include "app/results/folder.h"
#include "app/results/hash.h"
#include "app/results/summary.h"
#include "app/results/trace.h"
#include "tests/golden/golden.h"
#include "tests/unit/app/record_fixture.h"

namespace systole::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Summary, IsAsApproved) {
  golden::expect_golden("results/summary.json", summary_of(example_record()).dump(2) + "\n");
}

TEST(Summary, FiguresFollowFromTheRecord) {
  const auto summary = summary_of(example_record());
  EXPECT_EQ(summary["time"]["cycles_per_inference"], 100.0);
  EXPECT_EQ(summary["time"]["inferences_per_second"], 1e7);  // 2 in 200 ns
  EXPECT_EQ(summary["compute"]["macs"], 800);
  EXPECT_EQ(summary["compute"]["utilization"], 0.25);  // 800 / (16 x 200)
  // Per inference the matrix is busy for 25 + 25, the sorter for 10, the DMA for 20, of which 10 with the
  // matrix.
  EXPECT_EQ(summary["overlap"]["compute_busy_cycles"], 120);
  EXPECT_EQ(summary["overlap"]["dma_busy_cycles"], 40);
  EXPECT_EQ(summary["overlap"]["both_busy_cycles"], 20);
  EXPECT_EQ(summary["energy"]["per_inference_j"], 1.5);
  EXPECT_EQ(summary["engines"]["sort"]["utilization"], 0.1);  // busy 20 of 200
}

TEST(Summary, WithoutTechnologyEnergyIsUnknownAndNotZero) {
  RunRecord record = example_record();
  record.account.reset();
  record.accuracy.reset();
  const auto summary = summary_of(record);
  EXPECT_TRUE(summary["energy"]["total_j"].is_null());
  EXPECT_FALSE(summary.contains("accuracy"));
}

TEST(Summary, ARunThatDidNotExitHasNoExitCode) {
  RunRecord record = example_record();
  record.result.outcome = soc::Outcome::kDeadlock;
  const auto summary = summary_of(record);
  EXPECT_EQ(summary["firmware"]["outcome"], "deadlock");
  EXPECT_TRUE(summary["firmware"]["exit_code"].is_null());
}

TEST(Layers, AreAsApproved) { golden::expect_golden("results/layers.csv", to_csv(example_record().layers)); }

TEST(Layers, TimeIsSharedOutAmongNodes) {
  const auto rows = example_record().layers;
  // conv, per inference: from 10 to 70 = 60 cycles on the matrix, of which 40 compute.
  EXPECT_EQ(rows[0].engine, "matrix");
  EXPECT_EQ(rows[0].compute_cycles, 80U);
  EXPECT_EQ(rows[0].stall_cycles, 40U);
  EXPECT_EQ(rows[0].start_cycle, 10U);
  EXPECT_EQ(rows[0].end_cycle, 170U);
  EXPECT_EQ(rows[0].utilization, 0.625);  // 800 / (16 x 80)
  EXPECT_EQ(rows[1].stall_cycles, 4U);
  EXPECT_EQ(rows[2].engine, "none");
  EXPECT_EQ(rows[2].fused_into, "conv");
}

TEST(Layers, CommandsThatOverlapAreNotChargedTwice) {
  SpanLog spans;
  const auto vector = spans.resource("vector");
  spans.add({vector, 0, 0, 0, 10, 6, 0});
  spans.add({vector, 1, 1, 8, 20, 9, 0});  // taken up while the first one still stores
  const Ledger ledger(2);
  const std::vector<ProgramNode> nodes{{"a", "Add", 0, SGB_NO_NODE}, {"b", "Add", 0, SGB_NO_NODE}};
  const auto rows = layer_rows({nodes, ledger, spans, nullptr, 1, 0});
  EXPECT_EQ(rows[0].stall_cycles, 4U);  // 10 - 6
  EXPECT_EQ(rows[1].stall_cycles, 1U);  // 20 - 10 - 9
  EXPECT_EQ(rows[0].energy_j, std::nullopt);
}

TEST(Layers, ANodeThatOnlyMovesDataHasItsDmaEngines) {
  SpanLog spans;
  spans.resource("dma0");
  const auto dma1 = spans.resource("dma1");
  spans.add({dma1, 0, 0, 5, 10, 0, 0});
  const Ledger ledger(1);
  const auto rows = layer_rows({{{"r", "Reshape", 0, SGB_NO_NODE}}, ledger, spans, nullptr, 1, 0});
  EXPECT_EQ(rows[0].engine, "dma1");
  EXPECT_EQ(rows[0].stall_cycles, 5U);
}

TEST(Trace, IsJsonWithATrackPerEngine) {
  const RunRecord record = example_record();
  std::ostringstream out;
  write_trace(out, record.result.spans, record.nodes, record.scenario.soc.clock);
  const auto trace = nlohmann::json::parse(out.str());
  const auto& events = trace["traceEvents"];
  ASSERT_EQ(events.size(), 1U + 3U + 8U);
  EXPECT_EQ(events[1]["args"]["name"], "dma");
  EXPECT_EQ(events[5]["name"], "conv");
  EXPECT_EQ(events[5]["ts"], 0.01);  // cycle 10 at 1 GHz
  EXPECT_EQ(events[5]["dur"], 0.025);
}

TEST(Conservation, ACleanRunBalances) { EXPECT_THAT(out_of_balance(example_record()), IsEmpty()); }

TEST(Conservation, WhatDoesNotBalanceIsNamed) {
  RunRecord record = example_record();
  record.result.cycles = 150;
  EXPECT_THAT(out_of_balance(record),
              ElementsAre("matrix: descriptor 2 runs from 145 to 170 in a run of 150 cycles"));
  record = example_record();
  record.nodes[0].macs = 401;
  record.layers[0].macs = 802;
  EXPECT_THAT(out_of_balance(record),
              ElementsAre("engines did 800 multiply-accumulates, the network needs 802"));
  record = example_record();
  record.result.ledger.add(record.result.ledger.action("matrix.mac.int8", "mac"), 0, Stream::kInput, 1);
  EXPECT_THAT(out_of_balance(record),
              ElementsAre("engines report 800 multiply-accumulates, the ledger counts 801"));
  record = example_record();
  record.result.conservation_errors = {"1 payload leaked"};
  EXPECT_THAT(out_of_balance(record), ElementsAre("1 payload leaked"));
}

TEST(Hash, PartsDoNotRunIntoOneAnother) {
  EXPECT_EQ(Hash().add("ab").add("c").text().size(), 16U);
  EXPECT_NE(Hash().add("ab").add("c").text(), Hash().add("a").add("bc").text());
  EXPECT_EQ(Hash().text(), "cbf29ce484222325");  // FNV-1a's offset basis: nothing hashed
}

class Folder : public testing::Test {
protected:
  void SetUp() override {
    root_ = std::filesystem::path(testing::TempDir()) /
            (std::string("systole_folder_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  [[nodiscard]] std::size_t entries() const {
    const std::filesystem::directory_iterator all(root_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  std::filesystem::path root_;
  Issues issues_;
};

TEST_F(Folder, NothingIsSeenBeforeTheCommitAndOldResultsAreReplaced) {
  for (const char* text : {"1", "2"}) {
    auto folder = ResultFolder::create(root_ / "out", issues_);
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->write("summary.json", text, issues_));
    ASSERT_TRUE(folder->write("outputs/a_0.pb", text, issues_));
    ASSERT_TRUE(folder->commit(issues_));
    std::ifstream in(root_ / "out/outputs/a_0.pb");
    std::string read;
    in >> read;
    EXPECT_EQ(read, text);
    EXPECT_EQ(entries(), 1U);  // neither the working folder nor the old one is left
  }
}

TEST_F(Folder, WithoutCommitNothingIsLeft) {
  {
    auto folder = ResultFolder::create(root_ / "out", issues_);
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->write("summary.json", "x", issues_));
  }
  EXPECT_EQ(entries(), 0U);
}

TEST_F(Folder, AFolderOfSomethingElseIsNotTouched) {
  std::filesystem::create_directories(root_ / "out");
  std::ofstream(root_ / "out/thesis.tex") << "x";
  EXPECT_FALSE(ResultFolder::create(root_ / "out", issues_));
  ASSERT_EQ(issues_.size(), 1U);
  EXPECT_THAT(issues_.list()[0].message, HasSubstr("holds something else than results"));
  EXPECT_TRUE(std::filesystem::exists(root_ / "out/thesis.tex"));
}

}  // namespace
}  // namespace systole::app
