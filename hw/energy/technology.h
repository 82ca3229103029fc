// What each action costs in one technology. The numbers are data (scenarios/technologies/*.yaml), each with
// its source; app/config reads them.
#pragma once

#include <map>
#include <string>

namespace systole::energy {

/// The cost of one action of the ledger (hw/observe/ledger.h).
struct Cost {
  double joules = 0;   ///< per unit
  std::string unit;    ///< of the count, as the ledger gives it: "byte", "mac", ...
  std::string source;  ///< where the number comes from
};

struct TechnologyTable {
  std::string name;
  std::string source;
  std::map<std::string, Cost> costs;  ///< by the action's name
};

}  // namespace systole::energy
