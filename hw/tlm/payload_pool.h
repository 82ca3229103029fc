// Payloads are used again and again: no access allocates memory.
#pragma once

#include <cstdint>
#include <memory>
#include <tlm>
#include <vector>

#include "hw/tlm/tx_meta.h"

namespace systole::tl {

/// A free list of payloads, each with its TxMeta. acquire() gives one with one reference; release() it after
/// use. Whoever keeps a payload beyond the call acquires it too, as the TLM standard says.
class PayloadPool : public tlm::tlm_mm_interface {
public:
  PayloadPool() = default;
  ~PayloadPool() override;
  PayloadPool(const PayloadPool&) = delete;
  PayloadPool& operator=(const PayloadPool&) = delete;

  /// The pool of this process (as the SystemC kernel is one per process).
  static PayloadPool& instance();

  [[nodiscard]] tlm::tlm_generic_payload& acquire();
  void free(tlm::tlm_generic_payload* payload) override;

  /// Payloads handed out and given back since the start. Equal when nothing is in flight: one of the
  /// conservation checks at the end of a run.
  [[nodiscard]] std::uint64_t allocated() const { return allocated_; }
  [[nodiscard]] std::uint64_t freed() const { return freed_; }
  /// Payloads that exist: the largest number that was in flight at once.
  [[nodiscard]] std::size_t size() const { return owned_.size(); }

private:
  std::vector<std::unique_ptr<tlm::tlm_generic_payload>> owned_;
  std::vector<tlm::tlm_generic_payload*> idle_;
  std::uint64_t allocated_ = 0;
  std::uint64_t freed_ = 0;
};

}  // namespace systole::tl
