// Between a transaction's annotation (time from now) and the pure models' paths (absolute cycles).
#pragma once

#include <systemc>

#include "hw/timing/path.h"
#include "hw/tlm/time.h"
#include "hw/tlm/tx_meta.h"

namespace systole::tl {

/// Head and tail of `meta` in absolute cycles; a time between two edges counts as the later one.
inline timing::Path path_of(const TxMeta& meta, const Clock& clock) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const timing::Ticks head = clock.edge(now + meta.head).count();
  return {head, meta.tail == meta.head ? head : clock.edge(now + meta.tail).count()};
}

inline void set_path(TxMeta& meta, const timing::Path& path, const Clock& clock) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  meta.head = clock.time(Cycles(path.head)) - now;
  meta.tail = clock.time(Cycles(path.tail)) - now;
}

}  // namespace systole::tl
