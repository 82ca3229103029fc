#include "hw/blocks/command/endpoint.h"

#include <array>
#include <cstring>

#include "hw/base/assert.h"

namespace systole {

CommandEndpoint::CommandEndpoint(const std::string& name, std::uint16_t initiator_id)
    : commands_((name + "_commands").c_str(), *this),
      completions_((name + "_completions").c_str(), initiator_id),
      arrived_((name + "_arrived").c_str()) {}

EngineCommand CommandEndpoint::take() {
  SYSTOLE_ASSERT(!fifo_.empty(), "no command waits");
  const EngineCommand command = fifo_.front().command;
  fifo_.pop_front();
  ++running_;
  return command;
}

void CommandEndpoint::complete(const EngineCompletion& completion) {
  SYSTOLE_ASSERT(running_ > 0, "completion of a command that was not taken");
  --running_;
  std::array<std::byte, sizeof(completion)> bytes;
  std::memcpy(bytes.data(), &completion, sizeof(completion));
  const tl::Outcome outcome =
      completions_.write(0, bytes.data(), sizeof(completion), completion.node, Stream::kMmio);
  SYSTOLE_ASSERT(outcome.error == SGB_ERROR_NONE, "the controller refused a completion");
}

tlm::tlm_response_status CommandEndpoint::access(const tl::Access& access, sc_core::sc_time& delay) {
  if (access.address != 0) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  if (access.bytes != sizeof(EngineCommand)) return tlm::TLM_BURST_ERROR_RESPONSE;
  if (!access.write || access.data == nullptr) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  if (fifo_.size() + running_ >= kEngineSlots) return tlm::TLM_GENERIC_ERROR_RESPONSE;
  Waiting waiting;
  std::memcpy(&waiting.command, access.data, sizeof(EngineCommand));
  waiting.arrival = sc_core::sc_time_stamp() + delay;
  fifo_.push_back(waiting);
  arrived_.notify(delay);
  return tlm::TLM_OK_RESPONSE;
}

unsigned CommandEndpoint::debug(bool /*write*/, std::uint64_t /*address*/, std::byte* /*data*/,
                                unsigned /*bytes*/) {
  return 0;
}

}  // namespace systole
