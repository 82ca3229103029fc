// The one SystemC engine: takes commands, runs their jobs against memory, reports completions.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <systemc>

#include "hw/abi/queues.h"
#include "hw/base/units.h"
#include "hw/blocks/command/endpoint.h"
#include "hw/blocks/engine/shell/burst_stream.h"
#include "hw/blocks/engine/shell/job.h"
#include "hw/blocks/engine/shell/quiet_loads.h"
#include "hw/observe/ledger.h"
#include "hw/observe/spans.h"
#include "hw/timing/pipeline.h"
#include "hw/tlm/initiator_port.h"
#include "hw/tlm/sram_lane.h"
#include "hw/tlm/time.h"

namespace systole {

struct EngineParameters {
  EngineKind kind = EngineKind::kMatrix;
  std::string resource = "matrix";  ///< name in spans: name_of(Queue, count_of_kind)
  std::uint16_t initiator_id = 0;   ///< of its memory and completion ports
  bool functional = true;           ///< false: same cycles, no tensor data
  Bytes burst{256};                 ///< longest transaction
  std::uint32_t outstanding = 8;    ///< bursts in flight, loads and stores each
};

/// Runs commands one after another; the set-up of the next one overlaps the current one. Within a command,
/// phases overlap as timing::PhasePipeline says; loads and stores are issued at the simulated time at which
/// they start. All times are edges of `clock`. See docs/blocks/engine-shell.md.
class EngineShell : public sc_core::sc_module {
public:
  /// ledger and spans must outlive the module. Registers "<kind>.command", "<kind>.busy" and the factory's
  /// actions.
  EngineShell(const sc_core::sc_module_name& name, const tl::Clock& clock,
              std::unique_ptr<engine::JobFactory> factory, Ledger& ledger, SpanLog& spans,
              const EngineParameters& parameters);

  [[nodiscard]] tl::TargetSocket& command_socket() { return endpoint_.command_socket(); }
  [[nodiscard]] tl::InitiatorSocket& completion_socket() { return endpoint_.completion_socket(); }
  [[nodiscard]] tl::InitiatorSocket& memory_socket() { return memory_.socket; }

  /// A direct way to the scratchpad, for all accesses that it reaches; before the simulation starts. Without
  /// one (or where it does not reach) every burst is a transaction. Times, bytes and counts are the same.
  void use_lane(const tl::SramLane& lane);

  [[nodiscard]] std::uint64_t completed() const { return completed_; }
  /// Commands that were taken or wait in the engine and are not completed.
  [[nodiscard]] bool idle() const { return !endpoint_.waiting() && endpoint_.running() == 0; }

private:
  using Ticks = timing::Ticks;
  /// How one command ended.
  struct Result {
    std::uint32_t error = SGB_ERROR_NONE;
    std::uint64_t address = 0;
    Ticks end = 0;                     ///< of the command; while it runs, of its accesses so far
    std::uint64_t issued_cycles = 0;   ///< compute cycles of the phases so far
    std::uint64_t compute_cycles = 0;  ///< until the last of them has drained, if none waits
    std::uint64_t macs = 0;
    std::uint64_t operations = 0;
    engine::JobFigures figures = {};
  };
  void serve();
  Result run_command(const EngineCommand& command, Ticks start);
  Result run_job(engine::Job& job, NodeId node, Ticks start);
  bool begin_phase(engine::Job& job);
  void end_phase(engine::Job& job, Result& result);
  void end_store();
  /// Issues the stream's waiting burst, and those after it that can be worked out with it. last: the cycle
  /// in which this stream may issue before it is the other stream's turn.
  bool access(engine::BurstStream& stream, bool write, NodeId node, Ticks last, Result& result);
  bool transact(engine::BurstStream& stream, bool write, NodeId node, Result& result);
  /// All loads of a phase at once, if nobody can act or meet them before they have ended. last: as above.
  bool pass_loads(NodeId node, Ticks last, Result& result);
  [[nodiscard]] bool lane_reaches(const engine::Access& access) const;
  void move(const engine::Access& access, std::uint32_t first, std::uint32_t runs, bool write, NodeId node);
  void pass_train(engine::BurstStream& stream, bool write, NodeId node, Ticks last, Result& result);
  void look_ahead();
  void synchronise(Ticks cycle);
  void record(const EngineCommand& command, Ticks start, const Result& result);
  void wait_until(Ticks cycle);

  tl::Clock clock_;
  std::unique_ptr<engine::JobFactory> factory_;
  Ledger& ledger_;
  SpanLog& spans_;
  EngineParameters parameters_;
  CommandEndpoint endpoint_;
  tl::InitiatorPort memory_;
  std::optional<tl::SramLane> lane_;
  std::optional<engine::QuietLoads> quiet_loads_;  ///< with the lane
  /// Nothing but this engine acts before this cycle: what it does up to then can be worked out at once.
  Ticks horizon_ = 0;

  std::uint32_t resource_;
  ActionId command_action_;
  ActionId busy_action_;
  ActionId mac_action_;
  ActionId inter_pe_action_;
  ActionId intra_pe_action_;
  ActionId operation_action_;

  Ticks free_at_ = 0;    ///< end of the last command
  Ticks set_up_at_ = 0;  ///< end of the last set-up
  std::uint64_t completed_ = 0;

  // The command at hand.
  bool functional_ = true;  ///< its phases carry data
  timing::PhasePipeline pipeline_;
  engine::Phase phase_;
  engine::BurstStream loads_;
  engine::BurstStream stores_;
  std::deque<std::vector<engine::Access>>
      results_;  ///< stores of phases that were computed; the first is under way
};

}  // namespace systole
