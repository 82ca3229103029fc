// What every transaction carries beside the generic payload.
#pragma once

#include <cstdint>
#include <systemc>
#include <tlm>

#include "hw/observe/ledger.h"

namespace systole::tl {

using InitiatorSocket = tlm::tlm_initiator_socket<>;
using TargetSocket = tlm::tlm_target_socket<>;

/// Times are counted from sc_time_stamp(), as the annotated delay is. A burst crosses several hops at once
/// (cut-through): its first beat leaves the last hop before its last beat has entered the first. head and
/// tail mean what they mean in timing::Path: the first beat begins to leave, the last beat has left.
///   on the way to the target   annotated delay == head: when the first beat of a write, or a read's request,
///                              arrives; tail: when a write's last beat has arrived, not before
///   on the way back            annotated delay == tail: when all is done
/// Each hop adds its latency to head; tail is set by the slowest hop, never by a sum of sizes over
/// bandwidths.
struct TxMeta : tlm::tlm_extension<TxMeta> {
  std::uint16_t initiator = 0;
  Stream stream = Stream::kMmio;
  /// What the transaction stands for, also when it moves no data (TLM_IGNORE_COMMAND: timing only).
  bool is_write = false;
  NodeId node = kNoNode;
  sc_core::sc_time head;
  sc_core::sc_time tail;

  [[nodiscard]] tlm::tlm_extension_base* clone() const override;
  void copy_from(const tlm::tlm_extension_base& other) override;
};

/// The payload's extension, or null.
inline TxMeta* meta_of(const tlm::tlm_generic_payload& payload) { return payload.get_extension<TxMeta>(); }

/// Write or read, whether or not data moves.
inline bool is_write(const tlm::tlm_generic_payload& payload) {
  if (!payload.is_write() && !payload.is_read()) {
    const TxMeta* meta = meta_of(payload);
    return meta != nullptr && meta->is_write;
  }
  return payload.is_write();
}

}  // namespace systole::tl
