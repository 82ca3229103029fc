// The host core's own memory: code, data, stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "hw/tlm/target_port.h"

namespace systole {

/// A memory behind a socket whose addresses are offsets. It grants direct access: the core's own accesses
/// cost no transaction; their time is in the core's cycles per instruction.
class HostRam : public sc_core::sc_module, private tl::Target {
public:
  /// word_time: what a transaction (of anyone else) takes for every 4 bytes.
  HostRam(const sc_core::sc_module_name& name, std::size_t bytes, sc_core::sc_time word_time);

  [[nodiscard]] tl::TargetSocket& socket() { return port_.socket; }
  /// All of it, for the loader.
  [[nodiscard]] std::span<std::byte> bytes() { return memory_; }

private:
  tlm::tlm_response_status access(const tl::Access& access, sc_core::sc_time& delay) override;
  unsigned debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) override;
  bool dmi(std::uint64_t address, tlm::tlm_dmi& grant) override;
  [[nodiscard]] bool inside(std::uint64_t address, std::uint64_t bytes) const {
    return address <= memory_.size() && bytes <= memory_.size() - address;
  }

  tl::TargetPort port_;
  sc_core::sc_time word_time_;
  std::vector<std::byte> memory_;
};

}  // namespace systole
