// The canonical text of a descriptor graph, written and read.
#include <gmock/gmock.h>

#include "models/program/program.h"
#include "tests/unit/program/sample_program.h"

namespace systole {
namespace {

using ::testing::HasSubstr;

std::string first_issue(const Issues& issues) {
  return issues.empty() ? "no issue" : to_string(issues.list().front());
}

std::string refusal(const std::string& text) {
  Issues issues;
  EXPECT_FALSE(assemble(text, issues).has_value()) << text;
  return first_issue(issues);
}

/// The text with the first `from` replaced; fails the test if there is none.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

TEST(Text, SaysWhatADescriptorDoes) {
  const std::string text = to_text(test::sample_program());
  EXPECT_THAT(text, HasSubstr("graph version=2 queues=5 sram=4096 workspace=128\n"));
  EXPECT_THAT(text, HasSubstr("symbol 1 kind=input bytes=64 name=\"in put\" type=uint8 shape=[1,1,8,8]\n"));
  EXPECT_THAT(text, HasSubstr("node 0 name=\"conv1\" op=\"QLinearConv\" macs=2304\n"
                              "node 1 name=\"relu1\" op=\"Relu\" fused_into=0\n"));
  EXPECT_THAT(text, HasSubstr("init 0 nop queue=0 signal=0\n"));
  EXPECT_THAT(text, HasSubstr("exec 0 dma queue=0 signal=0 dst=0x20000040 element_bytes=1 stream=input "
                              "fill=128 dims=[10:-1:8:8:10,10:-1:8:1:1]\n"
                              "  link field=src symbol=1\n"));
  EXPECT_THAT(text, HasSubstr("exec 1 matrix queue=2 node=0 wait=[0>=1,1>=7] signal=2 a=0x20000040"));
  EXPECT_THAT(text, HasSubstr("flags=keep|clip"));
  EXPECT_THAT(text, HasSubstr("clip_min=-0 clip_max=inf residual_row_stride=32 "
                              "residual_pixel_stride=4 residual_zero=-7 out_scale=0.25 residual_scale=0.5 "
                              "sum_scale=0.75 sum_zero=11\n"
                              "  link field=b symbol=0 addend=0x40\n"));
  EXPECT_THAT(text, HasSubstr("a_scale=0.1 b_scale=nan:0x7fc00000"));
  EXPECT_THAT(text, HasSubstr("data bytes=70 crc32=0x"));
}

TEST(Text, WithDataItMakesTheProgramAgain) {
  const Program program = test::sample_program();
  Issues issues;
  const auto again = assemble(to_text(program, true), issues);
  ASSERT_TRUE(again.has_value()) << first_issue(issues);
  EXPECT_TRUE(*again == program);
  EXPECT_EQ(to_text(*again, true), to_text(program, true));
  EXPECT_EQ(encode(*again), encode(program));
}

TEST(Text, WithoutDataItIsNoWholeProgram) {
  EXPECT_THAT(refusal(to_text(test::sample_program())), HasSubstr("hex lines"));
}

TEST(Assemble, NamesTheLineAndTheField) {
  const std::string text = to_text(test::sample_program(), true);
  EXPECT_THAT(refusal(""), HasSubstr("empty"));
  EXPECT_THAT(refusal("node 0\n"), HasSubstr("1: a graph text begins"));
  EXPECT_THAT(refusal(replaced(text, "exec 1 matrix", "exec 2 matrix")), HasSubstr("number 1"));
  EXPECT_THAT(refusal(replaced(text, "exec 1 matrix", "exec 1 matric")), HasSubstr("unknown operation"));
  EXPECT_THAT(refusal(replaced(text, "in_h=8", "in_hh=8")), HasSubstr("in_hh: no such field"));
  EXPECT_THAT(refusal(replaced(text, "kernel_h=3", "kernel_h=70000")), HasSubstr("kernel_h: is no number"));
  EXPECT_THAT(refusal(replaced(text, "in_h=8", "in_h=8 in_h=9")), HasSubstr("given twice"));
  EXPECT_THAT(refusal(replaced(text, "10:-1:8:8:10", "10:-1:8:8")), HasSubstr("a dimension is"));
  EXPECT_THAT(refusal(replaced(text, "0>=1", "0>1")), HasSubstr("SEMAPHORE>=VALUE"));
  EXPECT_THAT(refusal(replaced(text, "exec 1 matrix queue=2", "exec 1 matrix b=0x40 queue=2")),
              HasSubstr("is linked"));
  EXPECT_THAT(refusal(replaced(text, "flags=keep", "flags=kept")), HasSubstr("unknown flag"));
  EXPECT_THAT(refusal(replaced(text, "field=src", "field=bias")), HasSubstr("no address field"));
  EXPECT_THAT(refusal(replaced(text, "symbol=1", "symbol=7")), HasSubstr("symbol 7"));
  EXPECT_THAT(refusal(replaced(text, "hex 00", "hex 01")), HasSubstr("hex lines"));
  EXPECT_THAT(refusal(replaced(text, "hex 00", "hex 0g")), HasSubstr("not hexadecimal"));
  EXPECT_THAT(refusal(replaced(text, "type=float32", "type=float33")), HasSubstr("float32"));
  EXPECT_THAT(refusal(replaced(text, "\\xc3", "\\xcg")), HasSubstr("bad escape"));
  EXPECT_THAT(refusal(replaced(text, "node=0", "node=5")), HasSubstr("node 5"));
}

}  // namespace
}  // namespace systole
