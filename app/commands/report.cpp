#include <iostream>

#include "app/commands/command.h"

namespace systole::app {

ExitCode report(const Issues& issues) {
  for (const Issue& issue : issues.list()) std::cerr << "error: " << to_string(issue) << "\n";
  return kBadInput;
}

}  // namespace systole::app
