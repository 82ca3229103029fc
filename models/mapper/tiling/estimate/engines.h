// The engines' commands, one function each.
#pragma once

#include "models/mapper/tiling/estimate.h"

namespace systole::mapper {

CommandTime matrix_time(const sgb_matrix& matrix, const Capability& capability);
CommandTime vector_time(const sgb_vector& vector, const Capability& capability);
CommandTime sort_time(const sgb_sort& sort, const Capability& capability);

}  // namespace systole::mapper
