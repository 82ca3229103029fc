#include "hw/tlm/payload_pool.h"

namespace systole::tl {

PayloadPool::~PayloadPool() = default;

PayloadPool& PayloadPool::instance() {
  static PayloadPool pool;
  return pool;
}

tlm::tlm_generic_payload& PayloadPool::acquire() {
  if (idle_.empty()) {
    owned_.push_back(std::make_unique<tlm::tlm_generic_payload>(this));
    // The payload owns its extension: ~tlm_generic_payload frees it. It stays attached between uses.
    owned_.back()->set_extension(std::make_unique<TxMeta>().release());
    idle_.reserve(owned_.size());
    idle_.push_back(owned_.back().get());
  }
  tlm::tlm_generic_payload& payload = *idle_.back();
  idle_.pop_back();
  payload.acquire();
  ++allocated_;
  return payload;
}

void PayloadPool::free(tlm::tlm_generic_payload* payload) {
  ++freed_;
  idle_.push_back(payload);
}

}  // namespace systole::tl
