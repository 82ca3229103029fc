#include "hw/base/assert.h"

#include <string_view>

namespace systole {

void assertion_failed(const char* condition, const std::string& message, const char* path, int line) {
  std::string_view file = path;
  // The path from the project's root, so that the text is the same on every machine.
  for (std::string_view root : {"/hw/", "/models/", "/app/", "/tests/"}) {
    if (const auto at = file.rfind(root); at != std::string_view::npos) file.remove_prefix(at + 1);
  }
  throw InternalError(std::string(file) + ":" + std::to_string(line) + ": " + message + " (" + condition +
                      ")");
}

}  // namespace systole
