#include "hw/blocks/uart/uart.h"

#include <utility>

#include "hw/abi/registers.h"

namespace systole {

Uart::Uart(const sc_core::sc_module_name& name, sc_core::sc_time access_time,
           std::function<void(std::string_view)> sink)
    : sc_module(name),
      registers_("registers", access_time),
      txdata_(registers_, SYS_UART_TXDATA_OFFSET, tl::RegisterAccess::kWriteOnly, SYS_UART_TXDATA_RESET),
      status_(registers_, SYS_UART_STATUS_OFFSET, tl::RegisterAccess::kReadOnly, SYS_UART_STATUS_RESET),
      sink_(std::move(sink)) {
  txdata_.on_write([this](std::uint32_t word, sc_core::sc_time /*delay*/) {
    text_.push_back(static_cast<char>(word & 0xffU));
    if (sink_) sink_(std::string_view(text_).substr(text_.size() - 1));
  });
}

}  // namespace systole
