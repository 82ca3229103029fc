// The console: every byte that is written to TXDATA is printed.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <systemc>

#include "hw/tlm/register_file.h"

namespace systole {

class Uart : public sc_core::sc_module {
public:
  /// sink: called with each piece of text as it is written; may be empty.
  Uart(const sc_core::sc_module_name& name, sc_core::sc_time access_time,
       std::function<void(std::string_view)> sink = {});

  [[nodiscard]] tl::TargetSocket& socket() { return registers_.socket(); }
  /// All that has been written since reset.
  [[nodiscard]] const std::string& text() const { return text_; }

private:
  tl::RegisterFile registers_;
  tl::Register txdata_;
  tl::Register status_;
  std::function<void(std::string_view)> sink_;
  std::string text_;
};

}  // namespace systole
