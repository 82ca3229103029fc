// The one way in which blocks start transactions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <systemc>
#include <tlm>

#include "hw/observe/ledger.h"
#include "hw/tlm/payload_pool.h"
#include "hw/tlm/tx_meta.h"

namespace systole::tl {

/// How an access ended, and when.
struct Outcome {
  std::uint32_t error = SGB_ERROR_NONE;  ///< SGB_ERROR_NONE, _BUS_ADDRESS or _BUS_ACCESS
  sc_core::sc_time end;                  ///< absolute: the last beat (or the error response) is there
};

/// Memory that may be accessed by pointer, in zero simulated time.
struct DmiRegion {
  std::uint64_t start = 0;  ///< address of data[0]
  std::uint64_t end = 0;    ///< address of the last byte
  std::byte* data = nullptr;
  bool readable = false;
  bool writable = false;
};

/// An initiator socket with verbs. It polices the protocol (InternalError on a breach): calls come in time
/// order, annotated time never goes backwards, a response is never left INCOMPLETE.
class InitiatorPort : private tlm::tlm_bw_transport_if<> {
public:
  /// `id` is carried by every transaction, to tell initiators apart in counters and traces.
  InitiatorPort(const char* name, std::uint16_t id);

  InitiatorSocket socket;

  /// One burst of `bytes` >= 1. Never waits: the caller waits until `end` before it uses the data.
  /// delay: how far ahead of sc_time_stamp() the access starts.
  /// data == nullptr: the same access in time only; no byte moves.
  Outcome read(std::uint64_t address, std::byte* data, std::uint32_t bytes, NodeId node, Stream stream,
               sc_core::sc_time delay = sc_core::SC_ZERO_TIME) {
    return transport(false, address, data, bytes, node, stream, delay);
  }
  Outcome write(std::uint64_t address, const std::byte* data, std::uint32_t bytes, NodeId node, Stream stream,
                sc_core::sc_time delay = sc_core::SC_ZERO_TIME) {
    // The generic payload has one pointer for both directions; a target never writes through it on a write.
    return transport(true, address, const_cast<std::byte*>(data), bytes, node, stream, delay);
  }

  /// The same bytes in no time, without side effects or counters. false: not all of them could be accessed.
  [[nodiscard]] bool debug_read(std::uint64_t address, std::span<std::byte> data);
  [[nodiscard]] bool debug_write(std::uint64_t address, std::span<const std::byte> data);

  /// Direct access around `address`, if its target grants it.
  [[nodiscard]] std::optional<DmiRegion> dmi(std::uint64_t address);
  /// Called with the first and last address when a target takes direct access back.
  void on_dmi_invalidated(std::function<void(std::uint64_t, std::uint64_t)> callback);

  [[nodiscard]] std::uint16_t id() const { return id_; }

private:
  Outcome transport(bool write, std::uint64_t address, std::byte* data, std::uint32_t bytes, NodeId node,
                    Stream stream, sc_core::sc_time delay);
  bool debug(tlm::tlm_command command, std::uint64_t address, std::byte* data, std::size_t bytes);

  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) override;

  std::uint16_t id_;
  sc_core::sc_time last_;  ///< start of the last access, absolute
  std::function<void(std::uint64_t, std::uint64_t)> invalidated_;
};

}  // namespace systole::tl
