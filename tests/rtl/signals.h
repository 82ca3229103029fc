// Values as SystemC signals, and the frame that all clocked models share.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <systemc>
#include <vector>

#include "tests/rtl/values.h"

namespace systole::rtl {

inline std::ostream& operator<<(std::ostream& out, const Wave& wave) {
  return out << (wave.valid ? "" : "~") << wave.value << (wave.first ? " first" : "")
             << (wave.last ? " last" : "");
}
inline std::ostream& operator<<(std::ostream& out, const Load& load) {
  return out << (load.valid ? "load" : "hold") << (load.last ? " last" : "");
}
// sc_signal asks for these; nothing is traced.
inline void sc_trace(sc_core::sc_trace_file* /*file*/, const Wave& /*wave*/, const std::string& /*name*/) {}
inline void sc_trace(sc_core::sc_trace_file* /*file*/, const Load& /*load*/, const std::string& /*name*/) {}

/// Clock, synchronous reset and the one enable of the whole array.
class Clocked : public sc_core::sc_module {
public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> reset{"reset"};
  sc_core::sc_in<bool> enable{"enable"};

protected:
  explicit Clocked(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_HAS_PROCESS(Clocked);
    SC_METHOD(edge);
    sensitive << clock.pos();
    dont_initialize();
  }

private:
  void edge() {
    if (reset.read()) {
      clear();
    } else if (enable.read()) {
      step();
    }
  }
  /// All registers to their value after a reset.
  virtual void clear() = 0;
  /// One clock edge with enable set.
  virtual void step() = 0;
};

/// DEPTH registers in a row, DEPTH >= 1: the skew at an array's edges.
template <typename T>
class Delay final : public Clocked {
public:
  sc_core::sc_in<T> in{"in"};
  sc_core::sc_out<T> out{"out"};

  Delay(const sc_core::sc_module_name& name, std::size_t depth) : Clocked(name), stages_(depth) {}

private:
  void clear() override {
    for (T& stage : stages_) stage = T{};
    out.write(T{});
  }
  void step() override {
    for (std::size_t i = stages_.size(); i-- > 1;) stages_[i] = stages_[i - 1];
    stages_[0] = in.read();
    out.write(stages_.back());
  }

  std::vector<T> stages_;
};

/// The signals that drive any clocked model from outside, and the hand that moves the clock.
class ClockDriver {
public:
  template <typename Module>
  void bind(Module& module) {
    module.clock(clock_);
    module.reset(reset_);
    module.enable(enable_);
  }
  /// One whole cycle: what has been written to the input signals before is what the edge sees.
  void cycle(bool enable, bool reset = false);

private:
  sc_core::sc_signal<bool> clock_{"clock"};
  sc_core::sc_signal<bool> reset_{"reset"};
  sc_core::sc_signal<bool> enable_{"enable"};
};

}  // namespace systole::rtl
