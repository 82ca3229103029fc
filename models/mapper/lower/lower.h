// From a plan to operations: one after another, as if nothing overlapped. The schedule finds the overlap.
#pragma once

#include "models/ir/graph.h"
#include "models/mapper/capability.h"
#include "models/mapper/lower/operation.h"
#include "models/mapper/memory/plan.h"
#include "models/program/program.h"

namespace systole::mapper {

struct Lowered {
  std::vector<ProgramSymbol> symbols;
  std::vector<Operation> init;
  std::vector<Operation> exec;
};

Lowered lower(const HwGraph& hw, const ir::Graph& graph, const Plan& plan, const Capability& capability);

}  // namespace systole::mapper
