// Deterministic mutations of a good image and a good text: what is accepted must round-trip, nothing may
// crash.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "models/program/crc32.h"
#include "models/program/program.h"
#include "tests/unit/program/sample_program.h"

namespace systole {
namespace {

void seal(std::vector<std::byte>& image) {
  if (image.size() < sizeof(sgb_header)) return;
  std::memset(image.data() + offsetof(sgb_header, checksum), 0, 4);
  const std::uint64_t bytes = image.size();
  std::memcpy(image.data() + offsetof(sgb_header, file_bytes), &bytes, 8);
  const std::uint32_t sum = crc32(image);
  std::memcpy(image.data() + offsetof(sgb_header, checksum), &sum, 4);
}

TEST(Mutation, ImagesAreRefusedOrRoundTrip) {
  const auto good = encode(test::sample_program());
  std::mt19937 random(1);  // NOLINT: a fixed seed on purpose
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 10000; ++round) {
    auto image = good;
    for (auto n = 1 + random() % 3; n > 0; --n) {
      // Interesting values as often as random ones: sizes and offsets break at the edges.
      const std::size_t at = random() % image.size();
      constexpr std::uint8_t kEdges[] = {0, 1, 0x7f, 0x80, 0xff};
      image[at] = static_cast<std::byte>(random() % 2 == 0 ? kEdges[random() % 5] : random());
    }
    if (random() % 8 == 0) image.resize(random() % (image.size() + 1));
    seal(image);
    Issues issues;
    if (const auto program = decode(image, issues)) {
      ++accepted;
      ASSERT_EQ(encode(*program), image);
      Issues more;
      const auto again = assemble(to_text(*program, true), more);
      ASSERT_TRUE(again.has_value()) << to_string(more.list().front());
      ASSERT_TRUE(*again == *program);
    } else {
      ++refused;
      ASSERT_FALSE(issues.empty());
    }
  }
  // Both ways must have been taken often, or the test shows nothing.
  EXPECT_GT(accepted, 500);
  EXPECT_GT(refused, 500);
}

TEST(Mutation, TextsAreRefusedOrRoundTrip) {
  const std::string good = to_text(test::sample_program(), true);
  std::mt19937 random(2);  // NOLINT: a fixed seed on purpose
  int accepted = 0;
  int refused = 0;
  const std::string letters = " =[],:|\"\\-0123456789xabcdef\n\t.~";
  for (int round = 0; round < 10000; ++round) {
    std::string text = good;
    const std::size_t at = random() % text.size();
    switch (random() % 3) {
      case 0:
        text[at] = letters[random() % letters.size()];
        break;
      case 1:
        text.erase(at, random() % 4);
        break;
      default:
        text.insert(at, 1, letters[random() % letters.size()]);
    }
    Issues issues;
    if (const auto program = assemble(text, issues)) {
      ++accepted;
      Issues more;
      const auto again = decode(encode(*program), more);
      // By text: descriptors of equal meaning may differ in no byte either, but the text says where they do.
      ASSERT_TRUE(again.has_value()) << to_string(more.list().front());
      ASSERT_EQ(to_text(*again, true), to_text(*program, true));
    } else {
      ++refused;
      ASSERT_FALSE(issues.empty());
    }
  }
  EXPECT_GT(accepted, 500);
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace systole
