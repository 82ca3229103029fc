// trace.json: the run as a timeline for Perfetto or chrome://tracing. One track per engine.
#pragma once

#include <ostream>
#include <vector>

#include "hw/base/units.h"
#include "hw/observe/spans.h"
#include "models/program/program.h"

namespace systole::app {

/// Chrome's trace event format: complete events ("X") with times in microseconds of simulated time.
void write_trace(std::ostream& out, const SpanLog& spans, const std::vector<ProgramNode>& nodes, Hertz clock);

}  // namespace systole::app
