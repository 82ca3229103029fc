// An engine shell between someone who sends commands and a memory.
#pragma once

#include <cstring>
#include <memory>
#include <vector>

#include "hw/blocks/engine/shell/engine_shell.h"
#include "hw/tlm/protocol_checker.h"
#include "tests/block/support/stubs.h"

namespace systole::test {

/// Sends commands at their times, and records completions.
class Commander : public sc_core::sc_module, private tl::Target {
public:
  explicit Commander(const sc_core::sc_module_name& name)
      : sc_module(name), commands("commands", 1), completions("completions", *this) {
    sc_core::sc_spawn([this] { run(); }, "run");
  }
  tl::InitiatorPort commands;
  tl::TargetPort completions;

  struct Send {
    std::uint64_t at = 0;
    sgb_descriptor descriptor{};
  };
  std::vector<Send> schedule;
  struct Done {
    std::uint64_t at = 0;
    EngineCompletion completion{};
  };
  std::vector<Done> done;

private:
  void run() {
    for (std::uint32_t i = 0; i < schedule.size(); ++i) {
      const sc_core::sc_time at = cycles(schedule[i].at);
      if (at > sc_core::sc_time_stamp()) sc_core::wait(at - sc_core::sc_time_stamp());
      const EngineCommand command{.index = i, .queue = 3, .descriptor = schedule[i].descriptor};
      std::array<std::byte, sizeof(command)> bytes;
      std::memcpy(bytes.data(), &command, sizeof(command));
      const auto outcome = commands.write(0, bytes.data(), sizeof(command), kNoNode, Stream::kMmio);
      if (outcome.error != SGB_ERROR_NONE) throw std::runtime_error("the engine has no slot");
    }
  }
  tlm::tlm_response_status access(const tl::Access& access, sc_core::sc_time& delay) override {
    Done entry{.at = in_cycles(sc_core::sc_time_stamp() + delay)};
    std::memcpy(&entry.completion, access.data, sizeof(entry.completion));
    done.push_back(entry);
    return tlm::TLM_OK_RESPONSE;
  }
  unsigned debug(bool, std::uint64_t, std::byte*, unsigned) override { return 0; }
};

/// Memory: anything with a tl::TargetPort called `port`.
template <typename Memory>
struct EngineBench {
  Ledger ledger{4};
  SpanLog spans;
  Commander commander{"commander"};
  tl::ProtocolChecker command_checker{"command_checker"};
  tl::ProtocolChecker memory_checker{"memory_checker"};
  Memory memory;
  EngineShell engine;

  template <typename... Args>
  EngineBench(std::unique_ptr<engine::JobFactory> factory, const EngineParameters& parameters, Args&&... args)
      : memory("memory", std::forward<Args>(args)...),
        engine("engine", clock_1ghz(), std::move(factory), ledger, spans, parameters) {
    commander.commands.socket.bind(command_checker.target_socket);
    command_checker.initiator_socket.bind(engine.command_socket());
    engine.completion_socket().bind(commander.completions.socket);
    engine.memory_socket().bind(memory_checker.target_socket);
    memory_checker.initiator_socket.bind(memory.port.socket);
  }
};

/// Phases as a test writes them down; execute() is counted.
class ScriptedFactory : public engine::JobFactory {
public:
  std::vector<engine::Phase> phases;
  std::uint64_t setup = 5;
  unsigned executed = 0;
  engine::ErrorCode error = SGB_ERROR_NONE;

  std::variant<std::unique_ptr<engine::Job>, engine::ErrorCode> make(const sgb_descriptor&, bool) override {
    if (error != SGB_ERROR_NONE) return error;
    return std::make_unique<ScriptedJob>(*this);
  }
  [[nodiscard]] std::uint64_t setup_cycles() const override { return setup; }
  [[nodiscard]] engine::ActionName mac_action() const override { return {"matrix.mac.int8", "mac"}; }

private:
  class ScriptedJob : public engine::Job {
  public:
    explicit ScriptedJob(ScriptedFactory& factory) : factory_(factory) {}
    bool next(engine::Phase& phase) override {
      if (index_ == factory_.phases.size()) return false;
      phase = factory_.phases[index_++];
      return true;
    }
    void execute() override { ++factory_.executed; }

  private:
    ScriptedFactory& factory_;
    std::size_t index_ = 0;
  };
};

inline sgb_descriptor matrix_descriptor(std::uint32_t node = 1) {
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_MATRIX;
  descriptor.node = node;
  return descriptor;
}

}  // namespace systole::test
