// Depth-first stripes: operations whose results would go out to DRAM and come in again are made a few rows at
// a time, one operation after the other, so that the rows between them stay in the scratchpad.
#pragma once

#include <vector>

#include "models/mapper/capability.h"
#include "models/mapper/mapper.h"
#include "models/mapper/memory/plan.h"
#include "models/mapper/stripes/segment.h"

namespace systole::mapper {

/// A segment and the rows of its last result that a stripe makes.
struct StripeChoice {
  Segment segment;
  std::int64_t rows = 1;
  std::vector<ValueId> kept_packs;  ///< constants that stay in the scratchpad from stripe to stripe
  std::int64_t saved = 0;           ///< bytes of DRAM traffic, about, after
  std::int64_t price = 0;           ///< what starting every operation once for every stripe costs, as bytes
};

/// The segments that are worth it, in order, without overlap. `plan` is the plan of `hw` as it is: what it
/// has in SRAM costs nothing already.
std::vector<StripeChoice> choose_stripes(const HwGraph& hw, const Plan& plan, const Capability& capability,
                                         const MapOptions& options);

/// Takes the half (at least one) off the list that saves least for its price.
void give_up_half(std::vector<StripeChoice>& choices);

/// Rewrites the chosen segments: an operation for every stripe, values of their own for the rows between
/// them, copies for rows that the next stripe needs again. Adds values, replaces nodes.
void make_stripes(HwGraph& hw, const std::vector<StripeChoice>& choices);

/// DRAM bytes that the steps of an operation move.
std::int64_t traffic_of(const HwGraph& hw, const Homes& homes, const NodePlan& node);

}  // namespace systole::mapper
