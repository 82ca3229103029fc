#include "hw/tlm/protocol_checker.h"

#include <string>

#include "hw/base/assert.h"

namespace systole::tl {

ProtocolChecker::ProtocolChecker(const sc_core::sc_module_name& name)
    : sc_module(name), target_socket("target_socket"), initiator_socket("initiator_socket") {
  target_socket.bind(static_cast<tlm::tlm_fw_transport_if<>&>(*this));
  initiator_socket.bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
}

std::string ProtocolChecker::where(const char* what) const {
  return std::string(name()) + " at " + sc_core::sc_time_stamp().to_string() + ": " + what;
}

void ProtocolChecker::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  SYSTOLE_ASSERT(payload.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE,
                 where("payload does not arrive INCOMPLETE"));
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const sc_core::sc_time before = delay;
  const tlm::tlm_command command = payload.get_command();
  const unsigned bytes = payload.get_data_length();
  const unsigned char* data = payload.get_data_ptr();
  SYSTOLE_ASSERT(command == tlm::TLM_IGNORE_COMMAND || data != nullptr, where("no data pointer"));
  initiator_socket->b_transport(payload, delay);
  ++transactions_;
  SYSTOLE_ASSERT(payload.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE,
                 where("response left INCOMPLETE"));
  SYSTOLE_ASSERT(delay >= before, where("annotated time went backwards"));
  SYSTOLE_ASSERT(sc_core::sc_time_stamp() == now, where("the target waited"));
  SYSTOLE_ASSERT(payload.get_command() == command && payload.get_data_length() == bytes &&
                     payload.get_data_ptr() == data,
                 where("the target changed the payload's attributes"));
  if (payload.is_response_error()) ++errors_;
  if (const TxMeta* meta = meta_of(payload)) {
    SYSTOLE_ASSERT(meta->head <= meta->tail, where("the last beat comes before the first"));
  }
}

tlm::tlm_sync_enum ProtocolChecker::nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                    sc_core::sc_time& delay) {
  return initiator_socket->nb_transport_fw(payload, phase, delay);
}

bool ProtocolChecker::get_direct_mem_ptr(tlm::tlm_generic_payload& /*payload*/, tlm::tlm_dmi& /*grant*/) {
  return false;
}

unsigned ProtocolChecker::transport_dbg(tlm::tlm_generic_payload& payload) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const unsigned done = initiator_socket->transport_dbg(payload);
  ++debug_transactions_;
  SYSTOLE_ASSERT(sc_core::sc_time_stamp() == now, where("a debug access moved time"));
  SYSTOLE_ASSERT(done <= payload.get_data_length(), where("a debug access did more than it was asked"));
  return done;
}

tlm::tlm_sync_enum ProtocolChecker::nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                    sc_core::sc_time& delay) {
  return target_socket->nb_transport_bw(payload, phase, delay);
}

void ProtocolChecker::invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) {
  target_socket->invalidate_direct_mem_ptr(start, end);
}

}  // namespace systole::tl
