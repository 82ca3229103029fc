// An engine's side of the command protocol: one write brings a command, one write takes its completion back.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <systemc>

#include "hw/blocks/command/messages.h"
#include "hw/tlm/initiator_port.h"
#include "hw/tlm/target_port.h"

namespace systole {

/// Holds at most kEngineSlots commands: those that wait in its FIFO and those that were taken but are not yet
/// completed. A further one is refused with TLM_GENERIC_ERROR_RESPONSE; a write of another size, or not at
/// address 0, with TLM_BURST_ERROR_RESPONSE or TLM_ADDRESS_ERROR_RESPONSE. Handing over takes no time here:
/// the controller charges dispatch and completion.
class CommandEndpoint : private tl::Target {
public:
  /// Sockets are named "<name>_commands" and "<name>_completions" in the module that is being built.
  CommandEndpoint(const std::string& name, std::uint16_t initiator_id);

  [[nodiscard]] tl::TargetSocket& command_socket() { return commands_.socket; }
  [[nodiscard]] tl::InitiatorSocket& completion_socket() { return completions_.socket; }

  /// A command waits in the FIFO. A command that is taken early (while another runs) is the next one.
  [[nodiscard]] bool waiting() const { return !fifo_.empty(); }
  /// Commands that are taken and not completed.
  [[nodiscard]] unsigned running() const { return running_; }
  /// Takes the oldest waiting command; there must be one.
  EngineCommand take();
  /// Reports the oldest command that was taken.
  void complete(const EngineCompletion& completion);
  /// Notified when a command is there.
  [[nodiscard]] const sc_core::sc_event& arrived() const { return arrived_; }
  /// When the oldest waiting command came; there must be one.
  [[nodiscard]] sc_core::sc_time arrival() const { return fifo_.front().arrival; }

private:
  struct Waiting {
    EngineCommand command;
    sc_core::sc_time arrival;
  };
  tlm::tlm_response_status access(const tl::Access& access, sc_core::sc_time& delay) override;
  unsigned debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) override;

  tl::TargetPort commands_;
  tl::InitiatorPort completions_;
  std::deque<Waiting> fifo_;
  unsigned running_ = 0;
  sc_core::sc_event arrived_;
};

}  // namespace systole
