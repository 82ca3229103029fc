#include "models/topology/csv.h"

#include <gmock/gmock.h>

namespace systole::topology {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const std::string kConv =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n";

std::vector<Layer> read(const std::string& text) {
  Issues issues;
  auto layers = read_csv(text, "t.csv", issues);
  for (const Issue& issue : issues.list()) ADD_FAILURE() << to_string(issue);
  return layers.value_or(std::vector<Layer>{});
}

std::vector<std::string> issues_of(const std::string& text) {
  Issues issues;
  EXPECT_FALSE(read_csv(text, "t.csv", issues).has_value());
  std::vector<std::string> list;
  for (const Issue& issue : issues.list()) list.push_back(to_string(issue));
  return list;
}

TEST(TopologyCsv, ConvolutionsAsScaleSimWritesThem) {
  const auto layers = read(kConv + "Conv1, 227, 225, 11, 9, 3, 96, 4,\r\n\r\n  \nFC6,1,1,1,1,9216,4096,1\n");
  ASSERT_THAT(layers, SizeIs(2));
  const auto& conv = std::get<ConvLayer>(layers[0]);
  EXPECT_EQ(conv.name, "Conv1");
  EXPECT_THAT(
      (std::vector<std::int64_t>{conv.ifmap_height, conv.ifmap_width, conv.filter_height, conv.filter_width,
                                 conv.channels, conv.filters, conv.stride_height, conv.stride_width}),
      ElementsAre(227, 225, 11, 9, 3, 96, 4, 4));
  EXPECT_EQ(std::get<ConvLayer>(layers[1]).channels, 9216);
}

TEST(TopologyCsv, StridesMayBeTwo) {
  const auto one_column = read(kConv + "a, 8, 8, 2, 2, 1, 1, 2, 3,\n");
  const auto two_columns = read(
      "Layer name,IFMAP Height,IFMAP Width,Filter Height,Filter Width,Channels,Num Filter,Stride "
      "height,Stride "
      "width\na,8,8,2,2,1,1,2,3\nb,8,8,2,2,1,1,4");
  for (const auto& layers : {one_column, two_columns}) {
    ASSERT_FALSE(layers.empty());
    EXPECT_EQ(std::get<ConvLayer>(layers[0]).stride_height, 2);
    EXPECT_EQ(std::get<ConvLayer>(layers[0]).stride_width, 3);
  }
  EXPECT_EQ(std::get<ConvLayer>(two_columns.at(1)).stride_width, 4);
}

TEST(TopologyCsv, GemmsInTheOrderOfTheirColumns) {
  const auto layers = read(
      "\xEF\xBB\xBF"
      "Layer,M,N,K,\nTF0, 31999, 84, 1024,\n");
  ASSERT_THAT(layers, SizeIs(1));
  const auto& gemm = std::get<GemmLayer>(layers[0]);
  EXPECT_THAT((std::vector<std::int64_t>{gemm.m, gemm.n, gemm.k}), ElementsAre(31999, 84, 1024));
}

TEST(TopologyCsv, EveryBadRowIsReportedWithItsPlace) {
  const auto issues = issues_of(kConv +
                                "a, 8, 8, 3, x3, 1, 1, 1,\n"                 // line 2
                                "b, 8, 0, 3, 3, 1, 1, 1,\n"                  //
                                "c, -8, 8, 3, 3, 1, 1, 1,\n"                 //
                                "d, 99999999999999999999, 8, 3, 3, 1, 1,\n"  //
                                "e, 8, 8, 9, 3, 1, 1, 1,\n"                  //
                                "f, 8, 8, 3, 3, 1, 1, 1, 1, 7,\n"            //
                                ", 8, 8, 3, 3, 1, 1, 1,\n"                   //
                                "h, 60000, 60000, 3, 3, 1, 1, 1,\n"          //
                                "i, 8, , 3, 3, 1, 1, 1.5,\n");
  EXPECT_THAT(
      issues,
      ElementsAre(
          "t.csv:2:13: Filter Width: \"x3\" is no integer; expected one of at least 1",
          "t.csv:3:7: IFMAP Width: 0 is too small; expected an integer of at least 1",
          "t.csv:4:4: IFMAP Height: -8 is too small; expected an integer of at least 1",
          "t.csv:5:38: Strides: the row ends after 7 of 8 columns; add what is missing",
          "t.csv:5:4: IFMAP Height: 99999999999999999999 is too large; at most 2147483647",
          "t.csv:6:1: e: the filter of 9 x 3 is larger than the feature map of 8 x 8; the map's sizes must "
          "include its padding",
          "t.csv:7:28: the row has more columns than the first line names; take \"7\" out",
          "t.csv:8:1: Layer name: the layer has no name; write one before the first comma",
          "t.csv:9:1: h: the feature map (60000 x 60000 x 1) has more than 2147483647 elements; make the "
          "layer "
          "smaller, or several of it",
          "t.csv:10:7: IFMAP Width: nothing stands here; expected an integer of at least 1",
          "t.csv:10:21: Strides: \"1.5\" is no integer; expected one of at least 1"));
}

TEST(TopologyCsv, WhatIsNoTopology) {
  EXPECT_THAT(issues_of(""), ElementsAre(HasSubstr("t.csv: the topology is empty; expected \"Layer name")));
  EXPECT_THAT(issues_of("\n\r\n"), ElementsAre(HasSubstr("is empty")));
  EXPECT_THAT(issues_of(kConv), ElementsAre("t.csv: the topology has no layers; add a row for each"));
  EXPECT_THAT(issues_of("Conv1,8,8,3,3,1,1,1\n"),
              ElementsAre(HasSubstr("t.csv:1:1: the first line is a layer, not the names of the columns")));
  EXPECT_THAT(issues_of("Layer, M, N\na,1,2\n"), ElementsAre(HasSubstr("t.csv:1:11: there is no column K")));
  EXPECT_THAT(issues_of("Layer name, IFMAP Height, IFMAP Breadth\n"),
              ElementsAre(HasSubstr("t.csv:1:27: unknown column \"IFMAP Breadth\"")));
  EXPECT_THAT(issues_of("Layer, M, N, K, Sparsity\na,1,1,1,1:2\n"),
              ElementsAre(HasSubstr("t.csv:1:17: unknown column \"Sparsity\"")));
  EXPECT_THAT(issues_of(std::string("\x00\x01\xff,\n", 5)), SizeIs(1));
}

// 20,001^2 sums of 20,000^2 products are 1.6e17, and 2^50 is 1.1e15.
TEST(TopologyCsv, WorkIsBounded) {
  EXPECT_THAT(issues_of(kConv + "a, 40000, 40000, 20000, 20000, 1, 1, 1,\n"),
              ElementsAre(HasSubstr("t.csv:2:1: a: more than 2^50 multiply-accumulates")));
}

TEST(TopologyCsv, TooManyLayersAreOneIssue) {
  std::string text = "Layer,M,N,K\n";
  for (std::size_t i = 0; i <= kMaxLayers + 5; ++i) text += "a,1,1,1\n";
  EXPECT_THAT(issues_of(text), ElementsAre("t.csv:1002:1: more than 1000 layers; split the file"));
}

}  // namespace
}  // namespace systole::topology
