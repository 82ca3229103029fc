// What must balance at the end of every run, whatever was simulated. A line that comes back is a bug of the
// simulator.
#pragma once

#include <string>
#include <vector>

#include "app/results/record.h"

namespace systole::app {

/// Busy time of every engine fits into the run; no span ends before it starts or after the run; the arrays
/// did the multiply-accumulates that the spans, the ledger and the network say. Adds what the SoC itself
/// found out of balance (bytes, descriptors, payloads).
std::vector<std::string> out_of_balance(const RunRecord& record);

}  // namespace systole::app
