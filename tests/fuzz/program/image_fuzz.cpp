// The decoder on hostile bytes. The checksum is mended first, or the fuzzer would never get past it. The
// first input byte says whether the rest is the image itself or edits (offset, value) of a good image.
#include <cstring>
#include <vector>

#include "hw/base/assert.h"
#include "models/program/crc32.h"
#include "models/program/program.h"
#include "tests/unit/program/sample_program.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace systole;
  if (size == 0) return 0;
  const std::span<const std::byte> input = std::as_bytes(std::span(data, size)).subspan(1);
  std::vector<std::byte> image(input.begin(), input.end());
  if (data[0] % 2 == 1) {
    image = encode(test::sample_program());
    for (std::size_t i = 0; i + 3 <= input.size(); i += 3) {
      const auto offset = std::to_integer<std::size_t>(input[i]) | std::to_integer<std::size_t>(input[i + 1])
                                                                       << 8U;
      image[offset % image.size()] = input[i + 2];
    }
  }
  if (image.size() >= sizeof(sgb_header)) {
    const std::uint32_t magic = SGB_MAGIC;
    const std::uint32_t version = SGB_VERSION;
    const std::uint64_t bytes = image.size();
    std::memcpy(image.data() + offsetof(sgb_header, magic), &magic, 4);
    std::memcpy(image.data() + offsetof(sgb_header, version), &version, 4);
    std::memcpy(image.data() + offsetof(sgb_header, file_bytes), &bytes, 8);
    std::memset(image.data() + offsetof(sgb_header, checksum), 0, 4);
    const std::uint32_t sum = crc32(image);
    std::memcpy(image.data() + offsetof(sgb_header, checksum), &sum, 4);
  }
  Issues issues;
  const auto program = decode(image, issues);
  SYSTOLE_ASSERT(program.has_value() == issues.empty(), "refused without a reason");
  if (!program) return 0;
  SYSTOLE_ASSERT(encode(*program) == image, "decode then encode");
  Issues more;
  const auto again = assemble(to_text(*program, true), more);
  SYSTOLE_ASSERT(again && *again == *program, "text round trip");
  return 0;
}
