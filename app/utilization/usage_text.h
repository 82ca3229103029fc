// What `systole utilization` writes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hw/base/units.h"
#include "models/analytic/utilization.h"

namespace systole::app {

/// A network on one array.
struct UsageOfSize {
  analytic::ArrayModel array;
  analytic::NetworkUsage network;
  std::vector<analytic::ProductUsage> layers;  ///< as many as products, or none
};

/// What was asked for, and what came out.
struct UsageStudy {
  std::string network;
  std::vector<ir::MatrixProduct> products;
  std::string array;               ///< how the array works, in words: "weight_stationary, camuy"
  Hertz clock{};                   ///< 0: unknown
  std::vector<UsageOfSize> sizes;  ///< rows outside, columns inside
};

/// One line per size, or per size and layer. docs/interface.md has the columns.
std::string usage_csv(const UsageStudy& study, bool layers);

/// For people: of one size its figures, and its layers if they are wanted; of several a map of percentages,
/// heights down, widths across.
std::string usage_table(const UsageStudy& study, bool layers, bool colour);

}  // namespace systole::app
