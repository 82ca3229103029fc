// The options of `systole run`.
#pragma once

#include <string>
#include <vector>

#include "app/commands/command.h"

namespace systole::app {

struct RunOptions {
  std::string scenario;
  std::string soc;
  std::string out;
  std::vector<std::string> settings;
  std::string fidelity;
  std::string functional;
  std::string firmware;
  std::string seed;
  bool trace = false;
  bool quiet = false;

  /// --set and the options that stand for keys, in the order in which they apply.
  [[nodiscard]] std::vector<std::string> all_settings() const;
};

}  // namespace systole::app
