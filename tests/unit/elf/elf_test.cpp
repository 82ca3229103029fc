#include "hw/blocks/host/elf.h"

#include <gmock/gmock.h>

#include <functional>

namespace systole::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr ElfTarget kRam{0x60000000, 0x1000};

struct File {
  std::vector<std::byte> bytes;
  void put(std::size_t offset, std::size_t size, std::uint32_t value) {
    for (std::size_t i = 0; i < size; ++i) bytes.at(offset + i) = static_cast<std::byte>(value >> (8 * i));
  }
};

/// A file with one program header at byte 52 and four bytes at 84, loaded to RAM's base.
File good() {
  File file;
  file.bytes.resize(84 + 4);
  file.put(0, 4, 0x464c457f);  // \x7fELF
  file.put(4, 1, 1);           // 32 bits
  file.put(5, 1, 1);           // little-endian
  file.put(6, 1, 1);
  file.put(16, 2, 2);           // executable
  file.put(18, 2, 243);         // RISC-V
  file.put(24, 4, 0x60000002);  // entry
  file.put(28, 4, 52);          // program headers
  file.put(36, 4, 1);           // flags: compressed instructions
  file.put(42, 2, 32);          // size of a program header
  file.put(44, 2, 1);           // how many
  file.put(52, 4, 1);           // load
  file.put(56, 4, 84);          // offset
  file.put(60, 4, 0x60000000);  // virtual address
  file.put(64, 4, 0x60000000);  // physical address
  file.put(68, 4, 4);           // bytes in the file
  file.put(72, 4, 8);           // bytes in memory
  file.put(84, 4, 0x44332211);
  return file;
}

TEST(Elf, GivesEntryAndSegments) {
  const File file = good();
  Issues issues;
  const auto image = read_elf(file.bytes, kRam, "fw.elf", issues);
  ASSERT_TRUE(image) << to_string(issues.list().front());
  EXPECT_EQ(image->entry, 0x60000002U);
  ASSERT_EQ(image->segments.size(), 1U);
  EXPECT_EQ(image->segments[0].address, 0x60000000U);
  EXPECT_THAT(image->segments[0].bytes,
              ElementsAre(std::byte{0x11}, std::byte{0x22}, std::byte{0x33}, std::byte{0x44}));
  EXPECT_EQ(image->segments[0].memory_size, 8U);
}

struct Damage {
  const char* name;
  std::function<void(File&)> apply;
  const char* message;
};

std::ostream& operator<<(std::ostream& stream, const Damage& damage) { return stream << damage.name; }

class ElfDamage : public ::testing::TestWithParam<Damage> {};

TEST_P(ElfDamage, IsReported) {
  File file = good();
  GetParam().apply(file);
  Issues issues;
  EXPECT_FALSE(read_elf(file.bytes, kRam, "fw.elf", issues));
  ASSERT_FALSE(issues.empty());
  EXPECT_THAT(to_string(issues.list().front()), HasSubstr(GetParam().message));
  EXPECT_THAT(to_string(issues.list().front()), HasSubstr("fw.elf"));
}

INSTANTIATE_TEST_SUITE_P(
    All, ElfDamage,
    ::testing::Values(
        Damage{"Empty", [](File& f) { f.bytes.clear(); }, "is not an ELF file"},
        Damage{"Magic", [](File& f) { f.put(1, 1, 'X'); }, "is not an ELF file"},
        Damage{"ShortIdentification", [](File& f) { f.bytes.resize(10); }, "truncated"},
        Damage{"ShortHeader", [](File& f) { f.bytes.resize(51); }, "truncated"},
        Damage{"Class64", [](File& f) { f.put(4, 1, 2); }, "not a 32-bit"},
        Damage{"BigEndian", [](File& f) { f.put(5, 1, 2); }, "not little-endian"},
        Damage{"Machine", [](File& f) { f.put(18, 2, 62); }, "not for RISC-V"},
        Damage{"Object", [](File& f) { f.put(16, 2, 1); }, "not an executable"},
        Damage{"HeaderSize", [](File& f) { f.put(42, 2, 56); }, "unknown size"},
        Damage{"FloatAbi", [](File& f) { f.put(36, 4, 5); }, "-mabi=ilp32"},
        Damage{"HeadersBeyondTheEnd", [](File& f) { f.put(44, 2, 2); }, "truncated"},
        Damage{"HeaderTableWild", [](File& f) { f.put(28, 4, 0xfffffff0); }, "truncated"},
        Damage{"SegmentTruncated", [](File& f) { f.bytes.resize(87); }, "segment 0 ends at byte 88 of 87"},
        Damage{"SegmentOffsetWild", [](File& f) { f.put(56, 4, 0xfffffff0); }, "truncated"},
        Damage{"SegmentTooSmall", [](File& f) { f.put(72, 4, 3); }, "more bytes in the file"},
        Damage{"SegmentBelow", [](File& f) { f.put(60, 4, 0x5fffffff); }, "outside the host's RAM"},
        Damage{"SegmentTooLong", [](File& f) { f.put(72, 4, 0x1001); }, "outside the host's RAM"},
        Damage{"SegmentWraps", [](File& f) { f.put(60, 4, 0xfffffffc); }, "outside the host's RAM"},
        Damage{"Dynamic", [](File& f) { f.put(52, 4, 3); }, "dynamic linker"},
        Damage{"Nothing", [](File& f) { f.put(52, 4, 4); }, "nothing to load"},
        Damage{"EntryOutside", [](File& f) { f.put(24, 4, 0x60001000); }, "starts at 0x60001000"},
        Damage{"EntryOdd", [](File& f) { f.put(24, 4, 0x60000001); }, "starts at 0x60000001"}),
    [](const auto& test) { return test.param.name; });

TEST(Elf, ExactFitIsAccepted) {
  File file = good();
  file.put(72, 4, 0x1000);  // memory size = all of RAM; one byte more is refused above
  Issues issues;
  EXPECT_TRUE(read_elf(file.bytes, kRam, "fw.elf", issues));
}

}  // namespace
}  // namespace systole::host
