#include "hw/observe/spans.h"

namespace systole {

std::uint32_t SpanLog::resource(const std::string& name) {
  resources_.push_back(name);
  return static_cast<std::uint32_t>(resources_.size() - 1);
}

}  // namespace systole
