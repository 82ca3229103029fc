// Any text as a scenario: issues or a scenario that, written out, resolves to itself. Never a crash.
#include <cstddef>
#include <cstdint>
#include <string>

#include "app/config/resolve.h"

#include "hw/base/assert.h"

namespace systole::app {
namespace {

std::optional<Resolved> resolve_text(const std::string& text, Issues& issues) {
  // Files are not what is tested here, and none is to be found.
  const SearchPath nowhere("/nonexistent");
  const auto tree = load_scenario_text(text, "/nonexistent/fuzz.yaml", {}, nowhere, issues);
  return tree ? resolve(*tree, nowhere, issues) : std::nullopt;
}

void check(const std::string& text) {
  Issues issues;
  const auto resolved = resolve_text(text, issues);
  SYSTOLE_ASSERT(resolved.has_value() == issues.empty(), "refused without a reason");
  if (resolved) {
    const std::string written = to_yaml(resolved->scenario);
    const auto again = resolve_text(written, issues);
    SYSTOLE_ASSERT(again && to_yaml(again->scenario) == written, "the written scenario is another one");
  }
  // The same text as a setting.
  Issues setting_issues;
  load_scenario_text("seed: 1", "/nonexistent/fuzz.yaml", {text}, SearchPath("/nonexistent"), setting_issues);
}

}  // namespace
}  // namespace systole::app

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  systole::app::check(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
