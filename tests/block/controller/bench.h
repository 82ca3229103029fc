// A graph controller between a host, a memory and engines that only take time.
#pragma once

#include <cstring>
#include <functional>
#include <stdexcept>
#include <vector>

#include "hw/abi/registers.h"
#include "hw/blocks/command/endpoint.h"
#include "hw/blocks/controller/graph_controller.h"
#include "hw/tlm/protocol_checker.h"
#include "tests/block/support/stubs.h"

namespace systole::test {

/// Completes every command `duration` cycles after it was taken (or after the one before), in order.
class StubEngine : public sc_core::sc_module {
public:
  StubEngine(const sc_core::sc_module_name& name, std::uint64_t duration)
      : sc_module(name), endpoint("endpoint", 9), duration_(duration) {
    sc_core::sc_spawn([this] { run(); }, "run");
  }
  CommandEndpoint endpoint;
  struct Record {
    std::uint32_t index = 0;
    std::uint64_t taken = 0;
    std::uint64_t completed = 0;
  };
  std::vector<Record> records;
  /// Decides how a command ends; none = without error.
  std::function<EngineCompletion(const EngineCommand&)> outcome;

private:
  void run() {
    for (;;) {
      while (!endpoint.waiting()) sc_core::wait(endpoint.arrived());
      const EngineCommand command = endpoint.take();
      Record record{.index = command.index, .taken = in_cycles(sc_core::sc_time_stamp())};
      if (command.descriptor.opcode != SGB_OP_NOP) sc_core::wait(cycles(duration_));
      record.completed = in_cycles(sc_core::sc_time_stamp());
      records.push_back(record);
      EngineCompletion completion;
      if (outcome) completion = outcome(command);
      completion.index = command.index;
      completion.queue = command.queue;
      completion.node = command.descriptor.node;
      endpoint.complete(completion);
    }
  }
  std::uint64_t duration_;
};

/// Queue 0 is a DMA engine that takes 100 cycles a command, queue 1 a matrix engine that takes 10. Memory
/// answers after 20 cycles; the graph stands at address 0.
struct ControllerBench {
  static constexpr std::uint64_t kFetch = 20;

  Ledger ledger{4};
  StubInitiator host{"host", 1};
  tl::ProtocolChecker host_checker{"host_checker"};
  tl::ProtocolChecker fetch_checker{"fetch_checker"};
  StubTarget memory{"memory", 64 * SGB_DESCRIPTOR_BYTES, kFetch};
  GraphController controller;
  StubEngine dma{"dma", 100};
  StubEngine matrix{"matrix", 10};

  explicit ControllerBench(const ControllerConfig& config = {})
      : controller("controller", clock_1ghz(), config, queues_of({1, 1, 0, 0}), 2, ledger) {
    host.port.socket.bind(host_checker.target_socket);
    host_checker.initiator_socket.bind(controller.register_socket());
    controller.memory_socket().bind(fetch_checker.target_socket);
    fetch_checker.initiator_socket.bind(memory.port.socket);
    bind(0, dma);
    bind(1, matrix);
  }

  /// A descriptor for queue 0 (dma) or 1 (matrix) that signals the semaphore of its queue.
  static sgb_descriptor command(std::uint16_t queue, std::vector<sgb_wait> waits = {}) {
    sgb_descriptor descriptor{};
    descriptor.opcode = queue == 0 ? SGB_OP_DMA : SGB_OP_MATRIX;
    descriptor.queue = queue;
    descriptor.node = queue;
    descriptor.signal_semaphore = queue;
    descriptor.wait_count = static_cast<std::uint16_t>(waits.size());
    for (std::size_t i = 0; i < waits.size(); ++i) descriptor.wait[i] = waits[i];
    return descriptor;
  }

  void load(const std::vector<sgb_descriptor>& graph) {
    std::memcpy(memory.memory.data(), graph.data(), graph.size() * sizeof(sgb_descriptor));
    count = static_cast<std::uint32_t>(graph.size());
  }

  std::uint32_t read(std::uint32_t offset) {
    std::uint32_t word = 0;
    const auto outcome =
        host.port.read(offset, reinterpret_cast<std::byte*>(&word), 4, kNoNode, Stream::kMmio);
    if (outcome.error != SGB_ERROR_NONE) throw std::runtime_error("register read failed");
    sc_core::wait(outcome.end - sc_core::sc_time_stamp());
    return word;
  }
  void write(std::uint32_t offset, std::uint32_t word) {
    const auto outcome =
        host.port.write(offset, reinterpret_cast<const std::byte*>(&word), 4, kNoNode, Stream::kMmio);
    if (outcome.error != SGB_ERROR_NONE) throw std::runtime_error("register write failed");
    sc_core::wait(outcome.end - sc_core::sc_time_stamp());
  }
  /// Rings the doorbell and waits for the interrupt.
  void run_graph() {
    start_graph();
    while (!controller.irq().level()) sc_core::wait(controller.irq().changed());
  }
  void start_graph() {
    write(SYS_CONTROLLER_IRQ_ENABLE_OFFSET, 1);
    write(SYS_CONTROLLER_COUNT_OFFSET, count);
    write(SYS_CONTROLLER_DOORBELL_OFFSET, 1);
    doorbell = in_cycles(sc_core::sc_time_stamp());
  }
  /// The body of the host; then the simulation runs until nothing is left to do.
  void simulate(const std::function<void()>& body) {
    bool ended = false;
    host.body = [&] {
      body();
      ended = true;
    };
    sc_core::sc_start();
    if (!ended) throw std::runtime_error("the host still waits:\n" + controller.blocked_report());
  }

  std::uint32_t count = 0;
  std::uint64_t doorbell = 0;  ///< cycle in which the last graph started

private:
  void bind(std::size_t queue, StubEngine& engine) {
    controller.command_socket(queue).bind(engine.endpoint.command_socket());
    engine.endpoint.completion_socket().bind(controller.completion_socket(queue));
  }
};

}  // namespace systole::test
