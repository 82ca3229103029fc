// What a run prints for people.
#pragma once

#include <string>

#include "app/results/record.h"

namespace systole::app {

/// A line per layer, then accuracy, totals, and where the results are.
std::string run_report(const RunRecord& record, const std::string& folder, bool colour);

}  // namespace systole::app
