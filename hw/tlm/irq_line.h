// A level-sensitive interrupt line.
#pragma once

#include <systemc>

namespace systole::tl {

/// One driver, any number of listeners. Unlike sc_signal the level is seen at once, without a delta cycle, so
/// that a register read in the same instant agrees with the line.
class IrqLine {
public:
  explicit IrqLine(const char* name) : changed_(name) {}
  [[nodiscard]] bool level() const { return level_; }
  void set(bool level) {
    if (level == level_) return;
    level_ = level;
    changed_.notify(sc_core::SC_ZERO_TIME);
  }
  /// Notified in the next delta cycle after a change.
  [[nodiscard]] const sc_core::sc_event& changed() const { return changed_; }

private:
  bool level_ = false;
  sc_core::sc_event changed_;
};

}  // namespace systole::tl
