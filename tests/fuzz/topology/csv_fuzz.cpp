// Any text as a topology: issues, or layers that make a network. Never a crash.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hw/base/assert.h"
#include "models/ir/layer_table.h"
#include "models/topology/csv.h"
#include "models/topology/network.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace systole;
  Issues issues;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto layers = topology::read_csv(text, "fuzz.csv", issues);
  SYSTOLE_ASSERT(layers.has_value() == issues.empty(), "refused without a reason");
  if (layers) {
    const ir::Graph graph = topology::network_of(*layers, "fuzz", {});
    SYSTOLE_ASSERT(ir::figures_of(graph).layers.size() == layers->size(), "a layer was lost");
  }
  return 0;
}
