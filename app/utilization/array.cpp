#include "app/utilization/array.h"

#include "hw/blocks/engine/matrix/array.h"
#include "hw/blocks/engine/matrix/operation.h"
#include "hw/timing/passes.h"

namespace systole::app {

timing::ArrayShape array_at_its_best(const MatrixConfig& matrix) {
  timing::ArrayShape array = engine::matrix::array_of(matrix);
  if (const auto passes =
          timing::array_passes(engine::matrix::multiplier_of(matrix), matrix.format, matrix.weight_format)) {
    array.passes = passes->cycles_per_step;
    array.k_per_row = passes->k_per_row;
  }
  return array;
}

}  // namespace systole::app
