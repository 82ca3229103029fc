// A probe between an initiator and a target socket.
#pragma once

#include <cstdint>
#include <systemc>
#include <tlm>

#include "hw/tlm/tx_meta.h"

namespace systole::tl {

/// Forwards everything and throws InternalError on a breach: a payload that does not arrive INCOMPLETE, a
/// response that is left INCOMPLETE, annotated time that goes backwards, a target that waits, attributes that
/// a target changed, a debug access that moves time. Refuses DMI, so that it sees every access.
class ProtocolChecker : public sc_core::sc_module,
                        private tlm::tlm_fw_transport_if<>,
                        private tlm::tlm_bw_transport_if<> {
public:
  explicit ProtocolChecker(const sc_core::sc_module_name& name);

  TargetSocket target_socket;        ///< bind the initiator to this
  InitiatorSocket initiator_socket;  ///< bind this to the target

  [[nodiscard]] std::uint64_t transactions() const { return transactions_; }
  [[nodiscard]] std::uint64_t debug_transactions() const { return debug_transactions_; }
  /// Responses other than TLM_OK_RESPONSE.
  [[nodiscard]] std::uint64_t errors() const { return errors_; }

private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& grant) override;
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) override;
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) override;
  [[nodiscard]] std::string where(const char* what) const;

  std::uint64_t transactions_ = 0;
  std::uint64_t debug_transactions_ = 0;
  std::uint64_t errors_ = 0;
};

}  // namespace systole::tl
