#include "hw/tlm/target_port.h"

#include <algorithm>
#include <string>

#include "hw/base/assert.h"
#include "hw/tlm/time.h"

namespace systole::tl {

bool Target::dmi(std::uint64_t /*address*/, tlm::tlm_dmi& /*grant*/) { return false; }

TargetPort::TargetPort(const char* name, Target& target) : socket(name), target_(target) {
  initialise_time();
  socket.bind(static_cast<tlm::tlm_fw_transport_if<>&>(*this));
}

void TargetPort::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  SYSTOLE_ASSERT(payload.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE,
                 std::string(socket.name()) + ": payload does not arrive INCOMPLETE");
  if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  if (payload.get_data_length() == 0 || payload.get_streaming_width() < payload.get_data_length()) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  TxMeta foreign;  // an initiator outside of this project has no extension
  TxMeta* meta = meta_of(payload);
  if (meta == nullptr) {
    foreign.is_write = payload.is_write();
    foreign.head = foreign.tail = delay;
    meta = &foreign;
  }
  const bool moves_data = payload.get_command() != tlm::TLM_IGNORE_COMMAND;
  const Access access{payload.get_address(),
                      moves_data ? reinterpret_cast<std::byte*>(payload.get_data_ptr()) : nullptr,
                      payload.get_data_length(), moves_data ? payload.is_write() : meta->is_write, *meta};
  const sc_core::sc_time before = delay;
  const sc_core::sc_time last_beat_in = meta->tail;
  payload.set_response_status(target_.access(access, delay));
  SYSTOLE_ASSERT(delay >= before, std::string(socket.name()) + ": the target moved time backwards");
  // A target that does not stream has answered for the burst as a whole.
  if (meta->tail != delay) {
    delay = std::max(delay, last_beat_in);
    meta->head = meta->tail = delay;
  }
}

tlm::tlm_sync_enum TargetPort::nb_transport_fw(tlm::tlm_generic_payload& /*payload*/,
                                               tlm::tlm_phase& /*phase*/, sc_core::sc_time& /*delay*/) {
  SYSTOLE_ASSERT(false, std::string(socket.name()) + ": non-blocking call on a blocking port");
  return tlm::TLM_COMPLETED;
}

bool TargetPort::get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& grant) {
  return target_.dmi(payload.get_address(), grant);
}

unsigned TargetPort::transport_dbg(tlm::tlm_generic_payload& payload) {
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND || payload.get_data_length() == 0) return 0;
  return target_.debug(payload.is_write(), payload.get_address(),
                       reinterpret_cast<std::byte*>(payload.get_data_ptr()), payload.get_data_length());
}

}  // namespace systole::tl
