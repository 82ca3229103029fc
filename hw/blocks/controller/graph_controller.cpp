#include "hw/blocks/controller/graph_controller.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "hw/base/assert.h"

namespace systole {

GraphController::GraphController(const sc_core::sc_module_name& name, const tl::Clock& clock,
                                 const ControllerConfig& config, const std::vector<Queue>& queues,
                                 std::uint16_t initiator_id, Ledger& ledger)
    : sc_module(name),
      clock_(clock),
      config_(config),
      ledger_(ledger),
      registers_(clock.period()),
      memory_("memory", initiator_id),
      irq_("irq"),
      fetch_action_(ledger.action("controller.fetch", "descriptor")),
      dispatch_action_(ledger.action("controller.dispatch", "descriptor")),
      completion_action_(ledger.action("controller.completion", "descriptor")),
      graph_(config, queues) {
  SYSTOLE_ASSERT(config.prefetch > 0, "a controller that cannot fetch");
  for (std::size_t queue = 0; queue < queues.size(); ++queue) {
    engines_.push_back(std::make_unique<Engine>(*this, queue, initiator_id));
  }
  registers_.doorbell.on_write([this](std::uint32_t /*word*/, sc_core::sc_time delay) { ring(delay); });
  registers_.irq_enable.on_write([this](std::uint32_t, sc_core::sc_time) { update_irq(); });
  registers_.irq_pending.on_write([this](std::uint32_t, sc_core::sc_time) { update_irq(); });
  registers_.completed.provide([this] { return graph_.completed(); });
  registers_.queues.set(static_cast<std::uint32_t>(queues.size()));
  registers_.semaphores.set(config.semaphores);
  SC_HAS_PROCESS(GraphController);
  SC_THREAD(fetch);
  SC_THREAD(dispatch);
  SC_THREAD(collect);
}

std::string GraphController::blocked_report() const { return busy_ ? graph_.report() : std::string(); }

// ---- registers ----

void GraphController::update_irq() {
  irq_.set((registers_.irq_pending.value() & registers_.irq_enable.value() & 1U) != 0);
}

void GraphController::ring(sc_core::sc_time delay) {
  if (busy_) return;
  busy_ = true;
  ++run_;
  fetched_.clear();
  started_ = clock_.next_edge(sc_core::sc_time_stamp() + delay);
  graph_.start(std::uint64_t{registers_.base_hi.value()} << 32U | registers_.base_lo.value(),
               registers_.count.value());
  registers_.status.set(SYS_CONTROLLER_STATUS_BUSY_MASK);
  for (tl::Register* reg : {&registers_.error_code, &registers_.error_node, &registers_.error_descriptor,
                            &registers_.error_address_lo, &registers_.error_address_hi}) {
    reg->reset();
  }
  start_event_.notify(started_ - sc_core::sc_time_stamp());
}

void GraphController::finish() {
  const std::uint64_t cycles = clock_.edge(sc_core::sc_time_stamp() - started_).count();
  registers_.cycles_lo.set(static_cast<std::uint32_t>(cycles));
  registers_.cycles_hi.set(static_cast<std::uint32_t>(cycles >> 32U));
  if (graph_.failed()) {
    const controller::Failure& failure = graph_.failure();
    registers_.status.set(SYS_CONTROLLER_STATUS_ERROR_MASK);
    registers_.error_code.set(failure.code);
    registers_.error_node.set(failure.node);
    registers_.error_descriptor.set(failure.descriptor);
    registers_.error_address_lo.set(static_cast<std::uint32_t>(failure.address));
    registers_.error_address_hi.set(static_cast<std::uint32_t>(failure.address >> 32U));
  } else {
    registers_.status.set(SYS_CONTROLLER_STATUS_DONE_MASK);
  }
  busy_ = false;
  registers_.irq_pending.set(1);
  update_irq();
}

// ---- the three units ----

void GraphController::wait_until(const sc_core::sc_time& time) {
  if (time > sc_core::sc_time_stamp()) wait(time - sc_core::sc_time_stamp());
}

void GraphController::advance() {
  while (const std::optional<EngineCommand> command = graph_.issue()) {
    std::array<std::byte, sizeof(EngineCommand)> bytes;
    std::memcpy(bytes.data(), &*command, sizeof(EngineCommand));
    ++issued_;
    const tl::Outcome outcome = engines_[command->queue]->commands.write(
        0, bytes.data(), sizeof(EngineCommand), command->descriptor.node, Stream::kMmio);
    SYSTOLE_ASSERT(outcome.error == SGB_ERROR_NONE, std::string(name()) + ": an engine refused a command");
  }
  // Queues may have room now; after the end, the units look for the next graph.
  queue_event_.notify(sc_core::SC_ZERO_TIME);
  fetched_event_.notify(sc_core::SC_ZERO_TIME);
  if (busy_ && graph_.ended()) finish();
}

void GraphController::fetch() {
  for (std::uint64_t handled = 0;;) {
    while (handled == run_) wait(start_event_);
    handled = run_;
    wait_until(started_);
    fetch_graph(handled);
  }
}

void GraphController::fetch_graph(std::uint64_t run) {
  if (graph_.base() % 8 != 0) graph_.fail({.code = SGB_ERROR_BAD_FIELD, .address = graph_.base()});
  if (graph_.ended()) return advance();  // no descriptors, or a bad base
  for (std::uint32_t index = 0; index < graph_.count() && runs(run); ++index) {
    while (runs(run) && fetched_.size() >= config_.prefetch) wait(fetched_event_);
    if (!runs(run)) return;
    Fetched& entry = fetched_.emplace_back();
    entry.index = index;
    const std::span<std::byte> bytes = std::as_writable_bytes(std::span(&entry.descriptor, 1));
    const tl::Outcome outcome =
        memory_.read(graph_.address_of(index), bytes.data(), SGB_DESCRIPTOR_BYTES, kNoNode, Stream::kCode);
    entry.ready = clock_.next_edge(outcome.end);
    entry.error = outcome.error == SGB_ERROR_NONE ? SGB_ERROR_NONE : SGB_ERROR_FETCH;
    ledger_.add(fetch_action_, kNoNode, Stream::kCode, 1);
    fetched_event_.notify(sc_core::SC_ZERO_TIME);
    wait_cycles(1);
  }
}

void GraphController::dispatch() {
  for (std::uint64_t handled = 0;;) {
    while (handled == run_) wait(start_event_);
    handled = run_;
    dispatch_graph(handled);
  }
}

void GraphController::dispatch_graph(std::uint64_t run) {
  for (std::uint32_t index = 0; index < graph_.count() && runs(run); ++index) {
    while (runs(run) && fetched_.empty()) wait(fetched_event_);
    if (!runs(run)) return;
    const Fetched entry = fetched_.front();
    wait_until(entry.ready);
    if (!runs(run)) return;
    const sgb_descriptor& descriptor = entry.descriptor;
    if (entry.error != SGB_ERROR_NONE) {
      graph_.fail({.code = entry.error, .descriptor = index, .address = graph_.address_of(index)});
    } else if (const std::uint32_t error = graph_.check(descriptor); error != SGB_ERROR_NONE) {
      graph_.fail({.code = error, .node = descriptor.node, .descriptor = index});
    } else {
      while (runs(run) && !graph_.can_dispatch(descriptor)) wait(queue_event_);
      if (!runs(run)) return;
      wait_cycles(config_.dispatch_cycles);
      if (!runs(run)) return;
      graph_.dispatch(index, descriptor);
      fetched_.pop_front();
      ledger_.add(dispatch_action_, descriptor.node, Stream::kCode, 1);
    }
    advance();
  }
}

void GraphController::collect() {
  for (;;) {
    while (arrived_.empty()) wait(arrived_event_);
    const Arrived next = arrived_.front();
    arrived_.pop_front();
    wait_until(clock_.next_edge(next.at));
    wait_cycles(config_.completion_cycles);
    ++completions_;
    ledger_.add(completion_action_, next.completion.node, Stream::kCode, 1);
    graph_.complete(next.completion);
    advance();
  }
}

// ---- the wires of one queue ----

GraphController::Engine::Engine(GraphController& controller, std::size_t queue, std::uint16_t initiator_id)
    : commands(("commands_" + std::to_string(queue)).c_str(), initiator_id),
      completions(("completions_" + std::to_string(queue)).c_str(), *this),
      controller_(controller),
      queue_(queue) {}

tlm::tlm_response_status GraphController::Engine::access(const tl::Access& access, sc_core::sc_time& delay) {
  if (access.address != 0) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  if (access.bytes != sizeof(EngineCompletion)) return tlm::TLM_BURST_ERROR_RESPONSE;
  if (!access.write || access.data == nullptr) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  Arrived arrived;
  std::memcpy(&arrived.completion, access.data, sizeof(EngineCompletion));
  if (arrived.completion.queue != queue_) return tlm::TLM_GENERIC_ERROR_RESPONSE;
  arrived.at = sc_core::sc_time_stamp() + delay;
  controller_.arrived_.push_back(arrived);
  controller_.arrived_event_.notify(delay);
  return tlm::TLM_OK_RESPONSE;
}

unsigned GraphController::Engine::debug(bool /*write*/, std::uint64_t /*address*/, std::byte* /*data*/,
                                        unsigned /*bytes*/) {
  return 0;
}

}  // namespace systole
