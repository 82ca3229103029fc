#include "hw/tlm/initiator_port.h"

#include <algorithm>
#include <string>
#include <utility>

#include "hw/base/assert.h"
#include "hw/tlm/time.h"

namespace systole::tl {
namespace {

/// Sets everything that targets look at; the rest stays at its default for all pooled payloads.
void prepare(tlm::tlm_generic_payload& payload, tlm::tlm_command command, std::uint64_t address,
             std::byte* data, std::uint32_t bytes) {
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(data));
  payload.set_data_length(bytes);
  payload.set_streaming_width(bytes);
  payload.set_byte_enable_ptr(nullptr);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

std::uint32_t error_of(tlm::tlm_response_status status) {
  if (status == tlm::TLM_OK_RESPONSE) return SGB_ERROR_NONE;
  return status == tlm::TLM_ADDRESS_ERROR_RESPONSE ? SGB_ERROR_BUS_ADDRESS : SGB_ERROR_BUS_ACCESS;
}

}  // namespace

InitiatorPort::InitiatorPort(const char* name, std::uint16_t id) : socket(name), id_(id) {
  initialise_time();
  socket.bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
}

Outcome InitiatorPort::transport(bool write, std::uint64_t address, std::byte* data, std::uint32_t bytes,
                                 NodeId node, Stream stream, sc_core::sc_time delay) {
  SYSTOLE_ASSERT(bytes > 0, std::string(socket.name()) + ": access of no bytes");
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const sc_core::sc_time start = now + delay;
  SYSTOLE_ASSERT(start >= last_, std::string(socket.name()) + ": access before the one that was made last");
  last_ = start;

  PayloadPool& pool = PayloadPool::instance();
  tlm::tlm_generic_payload& payload = pool.acquire();
  tlm::tlm_command command = tlm::TLM_IGNORE_COMMAND;
  if (data != nullptr) command = write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND;
  prepare(payload, command, address, data, bytes);
  TxMeta& meta = *meta_of(payload);
  meta.initiator = id_;
  meta.stream = stream;
  meta.is_write = write;
  meta.node = node;
  meta.head = delay;
  meta.tail = delay;

  sc_core::sc_time annotated = delay;
  socket->b_transport(payload, annotated);

  const tlm::tlm_response_status status = payload.get_response_status();
  payload.release();
  SYSTOLE_ASSERT(status != tlm::TLM_INCOMPLETE_RESPONSE,
                 std::string(socket.name()) + ": target left the response INCOMPLETE");
  SYSTOLE_ASSERT(annotated >= delay && sc_core::sc_time_stamp() == now,
                 std::string(socket.name()) + ": annotated time went backwards, or the target waited");
  return {error_of(status), now + annotated};
}

bool InitiatorPort::debug(tlm::tlm_command command, std::uint64_t address, std::byte* data,
                          std::size_t bytes) {
  constexpr std::size_t kLargest = std::size_t{1} << 30U;  // a payload's length has 32 bits
  while (bytes > 0) {
    const auto part = static_cast<std::uint32_t>(std::min(bytes, kLargest));
    tlm::tlm_generic_payload& payload = PayloadPool::instance().acquire();
    prepare(payload, command, address, data, part);
    const unsigned done = socket->transport_dbg(payload);
    payload.release();
    if (done != part) return false;
    address += part;
    data += part;
    bytes -= part;
  }
  return true;
}

bool InitiatorPort::debug_read(std::uint64_t address, std::span<std::byte> data) {
  return debug(tlm::TLM_READ_COMMAND, address, data.data(), data.size());
}

bool InitiatorPort::debug_write(std::uint64_t address, std::span<const std::byte> data) {
  return debug(tlm::TLM_WRITE_COMMAND, address, const_cast<std::byte*>(data.data()), data.size());
}

std::optional<DmiRegion> InitiatorPort::dmi(std::uint64_t address) {
  tlm::tlm_generic_payload& payload = PayloadPool::instance().acquire();
  prepare(payload, tlm::TLM_READ_COMMAND, address, nullptr, 1);
  tlm::tlm_dmi grant;
  const bool granted = socket->get_direct_mem_ptr(payload, grant);
  payload.release();
  if (!granted) return std::nullopt;
  return DmiRegion{grant.get_start_address(), grant.get_end_address(),
                   reinterpret_cast<std::byte*>(grant.get_dmi_ptr()), grant.is_read_allowed(),
                   grant.is_write_allowed()};
}

void InitiatorPort::on_dmi_invalidated(std::function<void(std::uint64_t, std::uint64_t)> callback) {
  invalidated_ = std::move(callback);
}

tlm::tlm_sync_enum InitiatorPort::nb_transport_bw(tlm::tlm_generic_payload& /*payload*/,
                                                  tlm::tlm_phase& /*phase*/, sc_core::sc_time& /*delay*/) {
  SYSTOLE_ASSERT(false, std::string(socket.name()) + ": non-blocking call on a blocking port");
  return tlm::TLM_COMPLETED;
}

void InitiatorPort::invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) {
  if (invalidated_) invalidated_(start, end);
}

}  // namespace systole::tl
