// Energy of a run: counts times costs, after the run. No block knows of energy.
#pragma once

#include <string>
#include <vector>

#include "hw/base/issues.h"
#include "hw/energy/technology.h"
#include "hw/observe/ledger.h"

namespace systole::energy {

struct Component {
  std::string name;  ///< first part of the action's name: "sram" of "sram.read"
  double joules = 0;
};

struct Account {
  double total_j = 0;
  std::vector<Component>
      components;               ///< in the order in which the ledger's actions name them; costed ones only
  std::vector<double> nodes_j;  ///< per network node
  double no_node_j = 0;         ///< what belongs to no node: firmware, descriptor fetches
  std::vector<std::string> not_costed;  ///< actions that happened and have no cost, in the ledger's order
};

/// E = sum over the actions of count x cost. An action without a cost adds nothing and is named in
/// not_costed; a cost of 0 is a cost. A cost per another unit than the one that the ledger counts is an
/// issue.
Account account(const Ledger& ledger, const TechnologyTable& table, Issues& issues);

/// Actions with a cost that this ledger does not know: engines that the SoC does not have, or misspelt names.
std::vector<std::string> unused_costs(const Ledger& ledger, const TechnologyTable& table);

}  // namespace systole::energy
