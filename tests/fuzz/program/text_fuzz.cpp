// The assembler on hostile text.
#include "hw/base/assert.h"
#include "models/program/program.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace systole;
  Issues issues;
  const auto program = assemble(std::string_view(reinterpret_cast<const char*>(data), size), issues);
  SYSTOLE_ASSERT(program.has_value() == issues.empty(), "refused without a reason");
  if (!program) return 0;
  Issues more;
  const auto again = decode(encode(*program), more);
  SYSTOLE_ASSERT(again && to_text(*again, true) == to_text(*program, true), "binary round trip");
  return 0;
}
