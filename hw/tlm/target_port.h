// The target's side of a socket: unpacks payloads for a small interface that blocks implement.
#pragma once

#include <cstdint>
#include <systemc>
#include <tlm>

#include "hw/tlm/tx_meta.h"

namespace systole::tl {

/// One access as a target sees it.
struct Access {
  std::uint64_t address = 0;  ///< as the initiator's side of the socket gave it: often an offset
  std::byte* data = nullptr;  ///< null: timing only, do everything but move the bytes
  std::uint32_t bytes = 0;    ///< >= 1
  bool write = false;
  TxMeta& meta;
};

/// What a block with a target socket implements.
class Target {
public:
  virtual ~Target() = default;
  /// Serves the access that arrives at sc_time_stamp() + delay, moves delay to its end, gives the response.
  /// Must not wait. A target that streams sets meta.head and meta.tail too, with delay = meta.tail; others
  /// just add to delay. Nothing is copied unless the response is TLM_OK_RESPONSE.
  virtual tlm::tlm_response_status access(const Access& access, sc_core::sc_time& delay) = 0;
  /// Same bytes, no time, no side effects, no counters. Returns the number of bytes that were accessed.
  virtual unsigned debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) = 0;
  /// Grants direct access around `address`, or not.
  virtual bool dmi(std::uint64_t address, tlm::tlm_dmi& grant);
};

/// A target socket in front of a Target. Refuses what no block of this SoC supports (byte enables, streaming
/// bursts) with the TLM response for it; a payload that does not arrive INCOMPLETE is a bug (InternalError).
class TargetPort : private tlm::tlm_fw_transport_if<> {
public:
  TargetPort(const char* name, Target& target);

  TargetSocket socket;

private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& grant) override;
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) override;

  Target& target_;
};

}  // namespace systole::tl
