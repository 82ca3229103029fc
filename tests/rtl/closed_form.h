// The closed form of hw/timing/systolic held against what the registers did.
#pragma once

#include "hw/timing/systolic/folds.h"
#include "tests/rtl/gemm.h"

namespace systole::rtl {

timing::GemmShape shape_of(const Gemm& gemm);

/// Expects every event of the trace in the very cycle that the closed form gives, stalls added: each fold's
/// start, each sum's way out, each fold's end, the end of all. `gemm` is the product as the user has it, also
/// where the array was fed with its operands exchanged (input stationary).
void expect_closed_form(const timing::ArrayShape& array, const Gemm& gemm, const Trace& trace);

/// Expects only that the folds of a run without stalls start when the closed form says.
void expect_starts(const timing::ArrayShape& array, const Gemm& gemm, const Trace& trace);

}  // namespace systole::rtl
