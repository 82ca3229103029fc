// summary.json, schema 1 (docs/interface.md).
#pragma once

#include <nlohmann/json.hpp>

#include "app/results/record.h"

namespace systole::app {

inline constexpr int kSummarySchema = 1;

/// The keys stand in the order of the documentation.
nlohmann::ordered_json summary_of(const RunRecord& record);

}  // namespace systole::app
