// The closed form: the folds of a product are alike but for those at the edges, and a fold's cycles depend on
// its own shape, its successor's and one number that the fold before leaves (FoldSequence::state). So folds,
// tiles of columns and chunks are walked until one is like the one before it, and the rest is multiplied.
#include <algorithm>

#include "hw/base/units.h"
#include "hw/timing/systolic/folds.h"

namespace systole::timing {

namespace {

struct Sums {
  Ticks time = 0;  ///< start of the next fold's load
  Ticks end = 0;   ///< when the last useful sum so far has left
  Ticks last = 0;  ///< when the last fold's has
  Ticks streamed = 0, starved = 0, conflicts = 0, held = 0;

  void add(const Fold& fold) {
    time += fold.load + fold.interval;
    last = time + fold.drain;
    end = std::max(end, last);
    streamed += fold.streamed;
    starved += fold.starved;
    conflicts += fold.conflicts;
    held += fold.held;
  }
  /// `times` more of the round since `before`, whose own sums have left at round_end.
  void repeat(const Sums& before, Ticks round_end, Ticks times) {
    // An end from before the round does not move with it.
    end = std::max(before.end, round_end + times * (time - before.time));
    for (Ticks Sums::*sum : {&Sums::time, &Sums::streamed, &Sums::starved, &Sums::conflicts, &Sums::held}) {
      this->*sum += times * (this->*sum - before.*sum);
    }
  }
};

/// A level of the loops: `count` rounds, of which the first, the last and the one before the last may differ
/// from the others. walk() does one round; skip(n) leaves n out.
template <typename Walk, typename Skip>
void walk_rounds(FoldSequence& folds, Sums& sums, std::uint64_t count, Walk&& walk, Skip&& skip) {
  for (std::uint64_t round = 0; round < count; ++round) {
    const Sums before = sums;
    const Ticks state = folds.state();
    sums.end = 0;
    walk();
    const Ticks round_end = sums.end;
    sums.end = std::max(before.end, round_end);
    if (round == 0 || round + 3 > count || folds.state() != state) continue;
    const std::uint64_t alike = count - 3 - round;
    if (alike == 0) continue;
    sums.repeat(before, round_end, alike);
    skip(alike);
    round += alike;
  }
}

}  // namespace

GemmTime gemm_time(const ArrayShape& array, const GemmShape& gemm) {
  FoldSequence folds(array, gemm);
  Sums sums;
  const std::uint64_t per_tile = folds.folds_per_tile();
  const std::uint64_t per_chunk = per_tile * folds.tiles_per_chunk();
  walk_rounds(
      folds, sums, folds.chunks(),
      [&] {
        walk_rounds(
            folds, sums, folds.tiles_per_chunk(),
            [&] {
              walk_rounds(
                  folds, sums, per_tile, [&] { sums.add(*folds.next()); },
                  [&](std::uint64_t n) { folds.skip(n); });
            },
            [&](std::uint64_t n) { folds.skip(n * per_tile); });
      },
      [&](std::uint64_t n) { folds.skip(n * per_chunk); });

  GemmTime time;
  // Camuy counts up to the end of the last tile, and no further.
  time.cycles = array.rules == FoldRules::kCamuy ? sums.last : sums.end;
  time.folds = folds.count();
  const Ticks pes = pes_of(array);
  time.useful = ceil_div(gemm.m * gemm.n * gemm.k * array.passes, Ticks{array.k_per_row});
  time.losses.edge = pes * sums.streamed - time.useful;
  time.losses.stationary = pes * sums.held;
  time.losses.starvation = pes * sums.starved;
  time.losses.accumulator = pes * sums.conflicts;
  const Ticks told = sums.streamed + sums.held + sums.starved + sums.conflicts;
  time.losses.fill_drain =
      pes * (std::max(time.cycles, told) - told);  // SCALE-Sim's missing cycle may be less
  return time;
}

Ticks gemm_cycles(const ArrayShape& array, const GemmShape& gemm) { return gemm_time(array, gemm).cycles; }

}  // namespace systole::timing
