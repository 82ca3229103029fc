#include "hw/tlm/tx_meta.h"

namespace systole::tl {

// The kernel takes ownership of what clone() returns.
tlm::tlm_extension_base* TxMeta::clone() const { return new TxMeta(*this); }

void TxMeta::copy_from(const tlm::tlm_extension_base& other) { *this = static_cast<const TxMeta&>(other); }

}  // namespace systole::tl
