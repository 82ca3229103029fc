// The .sgb image: what is written reads back, and everything else is refused with a reason.
#include <gmock/gmock.h>

#include <cstring>

#include "models/program/crc32.h"
#include "models/program/program.h"
#include "tests/unit/program/sample_program.h"

namespace systole {
namespace {

using ::testing::HasSubstr;

std::string first_issue(const Issues& issues) {
  return issues.empty() ? "no issue" : to_string(issues.list().front());
}

/// Writes the right checksum, so that the check under test is the one that finds the fault.
void seal(std::vector<std::byte>& image) {
  const std::uint32_t zero = 0;
  std::memcpy(image.data() + offsetof(sgb_header, checksum), &zero, 4);
  const std::uint32_t sum = crc32(image);
  std::memcpy(image.data() + offsetof(sgb_header, checksum), &sum, 4);
}

template <typename T>
void poke(std::vector<std::byte>& image, std::size_t offset, T value) {
  ASSERT_LE(offset + sizeof value, image.size());
  std::memcpy(image.data() + offset, &value, sizeof value);
}

sgb_header header_of(const std::vector<std::byte>& image) {
  sgb_header header;
  std::memcpy(&header, image.data(), sizeof header);
  return header;
}

/// Decodes, expects refusal, and returns the first reason.
std::string refusal(const std::vector<std::byte>& image) {
  Issues issues;
  EXPECT_FALSE(decode(image, issues).has_value());
  return first_issue(issues);
}

TEST(Crc32, IsTheIeeeOne) {
  // The check value of CRC-32/ISO-HDLC.
  const char digits[] = "123456789";
  EXPECT_EQ(crc32(std::as_bytes(std::span(digits, 9))), 0xCBF43926U);
  EXPECT_EQ(crc32(std::as_bytes(std::span(digits + 4, 5)), crc32(std::as_bytes(std::span(digits, 4)))),
            0xCBF43926U);
}

TEST(Program, ReadsBackWhatItWrote) {
  const Program program = test::sample_program();
  Issues issues;
  const auto image = encode(program);
  const auto again = decode(image, issues);
  ASSERT_TRUE(again.has_value()) << first_issue(issues);
  EXPECT_TRUE(*again == program);
  EXPECT_EQ(encode(*again), image);
}

TEST(Program, EmptyProgramReadsBack) {
  Issues issues;
  const auto again = decode(encode(Program{}), issues);
  ASSERT_TRUE(again.has_value()) << first_issue(issues);
  EXPECT_TRUE(*again == Program{});
}

TEST(Program, DescriptorsAndDataAreAlignedToABurst) {
  const sgb_header header = header_of(encode(test::sample_program()));
  EXPECT_EQ(header.init_graph.offset, 256U);
  EXPECT_EQ(header.exec_graph.offset, 512U);
  EXPECT_EQ(header.data_offset % 256, 0U);
}

TEST(Program, DiffersWhereAByteDiffers) {
  Program other = test::sample_program();
  other.exec[1].u.matrix.clip_min_f = 0.0F;  // was -0
  EXPECT_FALSE(other == test::sample_program());
  other = test::sample_program();
  other.data.back() = std::byte{0};
  EXPECT_FALSE(other == test::sample_program());
}

TEST(Decode, RefusesForeignAndDamagedFiles) {
  EXPECT_THAT(refusal({}), HasSubstr("shorter than the header"));
  auto image = encode(test::sample_program());
  auto bad = image;
  bad[0] = std::byte{0};
  EXPECT_THAT(refusal(bad), HasSubstr("no descriptor graph"));
  bad = image;
  poke<std::uint32_t>(bad, offsetof(sgb_header, version), 9);
  EXPECT_THAT(refusal(bad), HasSubstr("version 9"));
  bad = image;
  bad.pop_back();
  EXPECT_THAT(refusal(bad), HasSubstr("truncated"));
  bad = image;
  bad.back() ^= std::byte{1};
  EXPECT_THAT(refusal(bad), HasSubstr("checksum"));
}

TEST(Decode, RefusesEveryTruncation) {
  const auto image = encode(test::sample_program());
  for (std::size_t bytes = 0; bytes < image.size(); bytes += 3) {
    Issues issues;
    EXPECT_FALSE(decode(std::span(image).first(bytes), issues).has_value());
    EXPECT_FALSE(issues.empty());
  }
}

TEST(Decode, RefusesTablesOutsideTheFile) {
  const auto image = encode(test::sample_program());
  const std::size_t tables[] = {offsetof(sgb_header, init_graph),  offsetof(sgb_header, exec_graph),
                                offsetof(sgb_header, relocations), offsetof(sgb_header, symbols),
                                offsetof(sgb_header, nodes),       offsetof(sgb_header, strings)};
  for (const std::size_t table : tables) {
    auto bad = image;
    poke<std::uint32_t>(bad, table + offsetof(sgb_table, count), 0xffffffffU);
    seal(bad);
    EXPECT_THAT(refusal(bad), HasSubstr("outside the file"));
    bad = image;
    poke<std::uint64_t>(bad, table + offsetof(sgb_table, offset), ~0ULL - 100);  // offset + size wraps
    seal(bad);
    EXPECT_THAT(refusal(bad), HasSubstr("outside the file"));
  }
  auto bad = image;
  poke<std::uint64_t>(bad, offsetof(sgb_header, data_bytes), ~0ULL);
  seal(bad);
  EXPECT_THAT(refusal(bad), HasSubstr("outside the file"));
}

TEST(Decode, RefusesBadDescriptors) {
  const auto spoil = [](auto change) {
    Program program = test::sample_program();
    change(program);
    return refusal(encode(program));
  };
  EXPECT_THAT(spoil([](Program& p) { p.exec[0].opcode = 5; }), HasSubstr("exec 0: unknown operation 5"));
  EXPECT_THAT(spoil([](Program& p) { p.exec[1].wait_count = 7; }), HasSubstr("7 waits"));
  EXPECT_THAT(spoil([](Program& p) { p.exec[1].wait[2].value = 1; }), HasSubstr("not counted"));
  EXPECT_THAT(spoil([](Program& p) { p.exec[1].reserved = 1; }), HasSubstr("reserved"));
  EXPECT_THAT(spoil([](Program& p) { p.init[0].u.bytes[0] = 1; }), HasSubstr("behind the operation"));
  EXPECT_THAT(spoil([](Program& p) { p.exec[0].u.dma.rank = 7; }), HasSubstr("rank 7"));
  EXPECT_THAT(spoil([](Program& p) { p.exec[0].u.dma.rank = 1; }), HasSubstr("above the rank"));
  EXPECT_THAT(spoil([](Program& p) { p.exec[2].node = 2; }), HasSubstr("node 2"));
  EXPECT_THAT(spoil([](Program& p) { p.nodes[1].fused_into = 2; }), HasSubstr("fused into node 2"));
  EXPECT_THAT(spoil([](Program& p) { p.symbols[0].kind = 4; }), HasSubstr("unknown kind 4"));
  EXPECT_THAT(spoil([](Program& p) { p.symbols[0].type = static_cast<DType>(9); }), HasSubstr("type 9"));
}

TEST(Decode, RefusesBadRelocations) {
  const auto spoil = [](auto change) {
    Program program = test::sample_program();
    change(program.relocations);
    return refusal(encode(program));
  };
  EXPECT_THAT(spoil([](auto& r) { r[0].field = 65; }), HasSubstr("field 65"));
  EXPECT_THAT(spoil([](auto& r) { r[1].field = 256; }), HasSubstr("field 256"));
  EXPECT_THAT(spoil([](auto& r) { r[1].descriptor = 4; }), HasSubstr("descriptor 4 of 4"));
  EXPECT_THAT(spoil([](auto& r) { r[1].symbol = 3; }), HasSubstr("symbol 3 of 3"));
  EXPECT_THAT(spoil([](auto& r) { r[1].graph = 2; }), HasSubstr("unknown graph 2"));
  EXPECT_THAT(spoil([](auto& r) { r[1] = r[0]; }), HasSubstr("out of order"));
}

sgb_relocation relocation_of(const std::vector<std::byte>& image, std::size_t row) {
  sgb_relocation relocation;
  std::memcpy(&relocation, image.data() + header_of(image).relocations.offset + row * sizeof relocation,
              sizeof relocation);
  return relocation;
}

TEST(Decode, RelocationsOfInputsAndOutputsComeFirst) {
  Program program = test::sample_program();
  program.relocations.insert(program.relocations.begin(), {SGB_GRAPH_EXEC, 0, 72, 0, 8});  // static data
  std::swap(program.relocations[0], program.relocations[1]);
  auto image = encode(program);
  EXPECT_EQ(header_of(image).io_relocations, 1U);
  EXPECT_EQ(relocation_of(image, 0).symbol, 1U);  // the input
  EXPECT_EQ(relocation_of(image, 1).field, 72U);
  EXPECT_EQ(relocation_of(image, 2).descriptor, 1U);
  Issues issues;
  const auto read = decode(image, issues);
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(std::ranges::is_sorted(read->relocations, {}, &sgb_relocation::descriptor));
  // In another order it is another file.
  const sgb_relocation first = relocation_of(image, 0);
  const std::uint64_t table = header_of(image).relocations.offset;
  poke(image, table, relocation_of(image, 1));
  poke(image, table + sizeof first, first);
  seal(image);
  EXPECT_THAT(refusal(image), HasSubstr("layout"));
}

TEST(Encode, LinksStaticDataAndWorkspaceForThePlaceOfTheImage) {
  Program program = test::sample_program();
  program.symbols[2].kind = SGB_SYMBOL_WORKSPACE;
  program.relocations.push_back({SGB_GRAPH_EXEC, 1, 80, 2, 16});
  program.exec[0].u.dma.src = 99;  // the firmware will write the input's address
  const auto image = encode(program);
  const sgb_header header = header_of(image);
  EXPECT_EQ(header.linked_image, 0x80008000U);
  EXPECT_EQ(header.linked_workspace, (0x80008000U + image.size() + 4095) / 4096 * 4096);
  const auto field = [&](std::size_t descriptor, std::size_t offset) {
    std::uint64_t value = 0;
    std::memcpy(&value, image.data() + header.exec_graph.offset + descriptor * 256 + offset, sizeof value);
    return value;
  };
  EXPECT_EQ(field(0, 64), 0U);
  EXPECT_EQ(field(1, 72), header.linked_image + header.data_offset + 0x40);
  EXPECT_EQ(field(1, 80), header.linked_workspace + 16);
  // Read back they are relocations again.
  Issues issues;
  const auto read = decode(image, issues);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->exec[1].u.matrix.b, 0U);
}

TEST(Decode, RefusesAnotherLayoutOfTheSameProgram) {
  auto image = encode(test::sample_program());
  poke<std::uint8_t>(image, sizeof(sgb_header), 1);  // padding before the first section
  seal(image);
  EXPECT_THAT(refusal(image), HasSubstr("layout"));
}

TEST(Decode, RefusesNamesOutsideTheStringTable) {
  auto image = encode(test::sample_program());
  const sgb_header header = header_of(image);
  poke<std::uint32_t>(image, header.nodes.offset, header.strings.count);
  seal(image);
  EXPECT_THAT(refusal(image), HasSubstr("string table"));
}

TEST(Encode, CutsEndlessNames) {
  Program program;
  program.nodes.push_back({std::string(10000, 'x'), "Conv", 0, SGB_NO_NODE});
  Issues issues;
  const auto again = decode(encode(program), issues);
  ASSERT_TRUE(again.has_value()) << first_issue(issues);
  EXPECT_EQ(again->nodes[0].name.size(), 4095U);
}

}  // namespace
}  // namespace systole
