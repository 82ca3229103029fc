// The graph controller: fetches descriptors, feeds the engines, tells the host.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "hw/abi/queues.h"
#include "hw/blocks/command/messages.h"
#include "hw/blocks/controller/graph.h"
#include "hw/blocks/controller/registers.h"
#include "hw/config/soc_config.h"
#include "hw/observe/ledger.h"
#include "hw/tlm/initiator_port.h"
#include "hw/tlm/irq_line.h"
#include "hw/tlm/target_port.h"
#include "hw/tlm/time.h"

namespace systole {

/// Three units work side by side, each on one descriptor at a time: fetch (with `prefetch` descriptors
/// ahead), dispatch (dispatch_cycles each, blocked by a full queue), completion (completion_cycles each).
/// Whatever one of them changes, commands that may be issued go to their engines at once.
/// See docs/blocks/controller.md.
class GraphController : public sc_core::sc_module {
public:
  /// queues: the engines, as queues_of() numbers them. ledger must outlive the module; registers
  /// "controller.fetch", "controller.dispatch" and "controller.completion" (descriptors).
  GraphController(const sc_core::sc_module_name& name, const tl::Clock& clock, const ControllerConfig& config,
                  const std::vector<Queue>& queues, std::uint16_t initiator_id, Ledger& ledger);

  [[nodiscard]] tl::TargetSocket& register_socket() { return registers_.file.socket(); }
  [[nodiscard]] tl::InitiatorSocket& memory_socket() { return memory_.socket; }
  [[nodiscard]] tl::InitiatorSocket& command_socket(std::size_t queue) {
    return engines_[queue]->commands.socket;
  }
  [[nodiscard]] tl::TargetSocket& completion_socket(std::size_t queue) {
    return engines_[queue]->completions.socket;
  }
  /// Raised while irq_pending & irq_enable.
  [[nodiscard]] const tl::IrqLine& irq() const { return irq_; }

  [[nodiscard]] bool busy() const { return busy_; }
  /// For a run that ends without events: who waits for what. Several lines; "" if no graph runs.
  [[nodiscard]] std::string blocked_report() const;
  /// Descriptors since reset, for the conservation check: issued to engines, and completed by them.
  [[nodiscard]] std::uint64_t issued() const { return issued_; }
  [[nodiscard]] std::uint64_t completed() const { return completions_; }

private:
  /// One queue's wires.
  struct Engine : private tl::Target {
    Engine(GraphController& controller, std::size_t queue, std::uint16_t initiator_id);
    tl::InitiatorPort commands;
    tl::TargetPort completions;

  private:
    tlm::tlm_response_status access(const tl::Access& access, sc_core::sc_time& delay) override;
    unsigned debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) override;
    GraphController& controller_;
    std::size_t queue_;
  };
  struct Fetched {
    std::uint32_t index = 0;
    std::uint32_t error = SGB_ERROR_NONE;
    sc_core::sc_time ready;
    sgb_descriptor descriptor{};
  };
  struct Arrived {
    EngineCompletion completion;
    sc_core::sc_time at;
  };

  void ring(sc_core::sc_time delay);
  void update_irq();
  void finish();

  void fetch();
  void dispatch();
  void collect();
  void fetch_graph(std::uint64_t run);
  void dispatch_graph(std::uint64_t run);
  /// Issues all that may be issued, and ends the graph if it has ended.
  void advance();
  [[nodiscard]] bool runs(std::uint64_t run) const { return busy_ && run_ == run && !graph_.failed(); }
  void wait_until(const sc_core::sc_time& time);
  void wait_cycles(std::uint64_t cycles) { wait(clock_.time(Cycles(cycles))); }

  tl::Clock clock_;
  ControllerConfig config_;
  Ledger& ledger_;
  controller::Registers registers_;
  tl::InitiatorPort memory_;
  std::vector<std::unique_ptr<Engine>> engines_;
  tl::IrqLine irq_;
  ActionId fetch_action_;
  ActionId dispatch_action_;
  ActionId completion_action_;

  controller::Graph graph_;
  bool busy_ = false;
  std::uint64_t run_ = 0;  ///< number of doorbells that started a graph
  sc_core::sc_time started_;
  std::deque<Fetched> fetched_;
  std::deque<Arrived> arrived_;
  std::uint64_t issued_ = 0;
  std::uint64_t completions_ = 0;

  sc_core::sc_event start_event_;
  sc_core::sc_event fetched_event_;  ///< a descriptor is on its way, or its place has become free
  sc_core::sc_event queue_event_;    ///< a queue may have room, or the graph has ended
  sc_core::sc_event arrived_event_;
};

}  // namespace systole
