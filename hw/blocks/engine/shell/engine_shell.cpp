#include "hw/blocks/engine/shell/engine_shell.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "hw/base/assert.h"

namespace systole {

namespace {
constexpr timing::Ticks kNever = std::numeric_limits<timing::Ticks>::max() - 1;

/// The scratchpad's bytes as a command may use them.
class Scratchpad final : public engine::DirectMemory {
public:
  explicit Scratchpad(const tl::SramLane& lane) : lane_(lane) {}
  [[nodiscard]] std::byte* at(std::uint64_t address, std::uint64_t bytes) const override {
    return lane_.reaches(address, bytes) ? lane_.bytes(address) : nullptr;
  }

private:
  const tl::SramLane& lane_;
};

}  // namespace

EngineShell::EngineShell(const sc_core::sc_module_name& name, const tl::Clock& clock,
                         std::unique_ptr<engine::JobFactory> factory, Ledger& ledger, SpanLog& spans,
                         const EngineParameters& parameters)
    : sc_module(name),
      clock_(clock),
      factory_(std::move(factory)),
      ledger_(ledger),
      spans_(spans),
      parameters_(parameters),
      endpoint_("endpoint", parameters.initiator_id),
      memory_("memory", parameters.initiator_id),
      resource_(spans.resource(parameters.resource)),
      loads_(static_cast<std::uint32_t>(parameters.burst.count()), parameters.outstanding),
      stores_(static_cast<std::uint32_t>(parameters.burst.count()), parameters.outstanding) {
  const std::string kind(name_of(parameters.kind));
  command_action_ = ledger.action(kind + ".command", "command");
  busy_action_ = ledger.action(kind + ".busy", "cycle");
  const engine::ActionName mac = factory_->mac_action();
  if (!mac.name.empty()) mac_action_ = ledger.action(mac.name, mac.unit);
  const auto [inter_pe, intra_pe] = factory_->move_actions();
  if (!inter_pe.name.empty()) inter_pe_action_ = ledger.action(inter_pe.name, inter_pe.unit);
  if (!intra_pe.name.empty()) intra_pe_action_ = ledger.action(intra_pe.name, intra_pe.unit);
  const engine::ActionName operation = factory_->operation_action();
  if (!operation.name.empty()) operation_action_ = ledger.action(operation.name, operation.unit);
  SC_HAS_PROCESS(EngineShell);
  SC_THREAD(serve);
}

void EngineShell::use_lane(const tl::SramLane& lane) {
  lane_.emplace(lane);
  const timing::SramLane& time = lane_->time();
  const auto burst = static_cast<std::uint32_t>(parameters_.burst.count());
  quiet_loads_.emplace(time, lane_->base(), burst, parameters_.outstanding);
  for (engine::BurstStream* stream : {&loads_, &stores_}) {
    stream->set_words(lane_->base(), {time.bank_shape().width, time.channel_shape().width});
  }
}

void EngineShell::wait_until(Ticks cycle) {
  const sc_core::sc_time target = clock_.time(Cycles(cycle));
  SYSTOLE_ASSERT(target >= sc_core::sc_time_stamp(), std::string(name()) + ": an event in the past");
  if (target > sc_core::sc_time_stamp()) wait(target - sc_core::sc_time_stamp());
}

void EngineShell::serve() {
  for (;;) {
    while (!endpoint_.waiting()) wait(endpoint_.arrived());
    const Ticks arrival = clock_.edge(endpoint_.arrival()).count();
    const EngineCommand command = endpoint_.take();
    const Ticks start = std::max(arrival, free_at_);
    Result result{.end = start};
    if (command.descriptor.opcode != SGB_OP_NOP) {
      // The set-up unit works on one command at a time, from the moment it arrives: also during the command
      // before.
      set_up_at_ = std::max(arrival, set_up_at_) + factory_->setup_cycles();
      result = run_command(command, std::max(start, set_up_at_));
    }
    wait_until(result.end);
    free_at_ = result.end;
    ++completed_;
    record(command, start, result);
    endpoint_.complete({.index = command.index,
                        .queue = command.queue,
                        .error = result.error,
                        .node = command.descriptor.node,
                        .address = result.address});
  }
}

EngineShell::Result EngineShell::run_command(const EngineCommand& command, Ticks start) {
  if (command.descriptor.opcode != opcode_of(parameters_.kind)) {
    return {.error = SGB_ERROR_BAD_OPCODE, .end = start};
  }
  // Where everything lies in the scratchpad, the phases are timing only and the numbers one piece of work.
  std::unique_ptr<engine::WholeCommand> whole;
  if (parameters_.functional && lane_) whole = factory_->whole(command.descriptor, Scratchpad(*lane_));
  functional_ = parameters_.functional && whole == nullptr;
  auto made = factory_->make(command.descriptor, functional_);
  if (const auto* error = std::get_if<engine::ErrorCode>(&made)) return {.error = *error, .end = start};
  engine::Job& job = *std::get<std::unique_ptr<engine::Job>>(made);
  const Result result = run_job(job, command.descriptor.node, start);
  if (whole != nullptr && result.error == SGB_ERROR_NONE) whole->run();
  return result;
}

// Two streams of bursts compete for the earlier place in time: the loads of the next phase and the stores of
// the oldest one that was computed.
EngineShell::Result EngineShell::run_job(engine::Job& job, NodeId node, Ticks start) {
  Result result{.end = start};
  pipeline_ = timing::PhasePipeline(start);
  results_.clear();
  look_ahead();
  bool loading = begin_phase(job);
  while (loading || !results_.empty()) {
    const bool load_pending = loading && loads_.pending();
    if (loading && !load_pending) {
      end_phase(job, result);
      loading = begin_phase(job);
    } else if (!results_.empty() && !stores_.pending()) {
      end_store();
    } else if (load_pending && (results_.empty() || loads_.issue_at() <= stores_.issue_at())) {
      const Ticks last = results_.empty() ? kNever : stores_.issue_at();
      if (loads_.at_start() && pass_loads(node, last, result)) continue;
      if (!access(loads_, false, node, last, result)) break;
    } else {
      const Ticks last = load_pending ? loads_.issue_at() - 1 : kNever;
      if (!access(stores_, true, node, last, result)) break;
    }
  }
  if (result.error == SGB_ERROR_NONE) {
    result.end = pipeline_.end();
    result.error = job.error();
    result.figures = job.figures();
    return result;
  }
  // Accesses that were under way still end; nothing new starts.
  loads_.stop();
  stores_.stop();
  return result;
}

bool EngineShell::begin_phase(engine::Job& job) {
  phase_.loads.clear();
  phase_.stores.clear();
  phase_.compute_cycles = phase_.drain_cycles = phase_.macs = phase_.operations = 0;
  if (!job.next(phase_)) return false;
  loads_.start(phase_.loads, pipeline_.earliest_load());
  return true;
}

// The operands are there: computes, and queues the stores.
void EngineShell::end_phase(engine::Job& job, Result& result) {
  if (functional_) job.execute();
  pipeline_.commit_load(loads_.end());
  pipeline_.commit_compute(phase_.compute_cycles, phase_.drain_cycles);
  result.issued_cycles += phase_.compute_cycles;
  result.compute_cycles = std::max(result.compute_cycles, result.issued_cycles + phase_.drain_cycles);
  result.macs += phase_.macs;
  result.operations += phase_.operations;
  results_.push_back(std::move(phase_.stores));
  if (results_.size() == 1) stores_.start(results_.front(), pipeline_.earliest_store());
}

void EngineShell::end_store() {
  pipeline_.commit_store(stores_.end());
  results_.pop_front();
  if (!results_.empty()) stores_.start(results_.front(), pipeline_.earliest_store());
}

bool EngineShell::access(engine::BurstStream& stream, bool write, NodeId node, Ticks last, Result& result) {
  const engine::Burst& burst = stream.burst();
  if (!lane_ || !lane_->reaches(burst.address, burst.bytes)) return transact(stream, write, node, result);
  synchronise(stream.issue_at());
  pass_train(stream, write, node, std::min(last, horizon_ - 1), result);
  const engine::Burst& next = stream.burst();
  const Ticks end =
      lane_->access(stream.issue_at(), next.address, next.data, next.bytes, write, node, next.stream);
  stream.issued(end);
  result.end = std::max(result.end, end);
  return true;
}

bool EngineShell::transact(engine::BurstStream& stream, bool write, NodeId node, Result& result) {
  wait_until(stream.issue_at());
  look_ahead();
  const engine::Burst burst = stream.burst();
  const tl::Outcome outcome = write
                                  ? memory_.write(burst.address, burst.data, burst.bytes, node, burst.stream)
                                  : memory_.read(burst.address, burst.data, burst.bytes, node, burst.stream);
  const Ticks end = clock_.edge(outcome.end).count();
  stream.issued(end);
  result.end = std::max(result.end, end);
  if (outcome.error == SGB_ERROR_NONE) return true;
  result.error = outcome.error;
  result.address = burst.address;
  return false;
}

// What one stream of reads takes on a quiet scratchpad is known; nobody can ask for its cycles any more.
bool EngineShell::pass_loads(NodeId node, Ticks last, Result& result) {
  const Ticks start = loads_.issue_at();
  if (!lane_ || !lane_->time().is_quiet(start)) return false;
  for (const engine::Access& access : phase_.loads) {
    if (!lane_reaches(access)) return false;
  }
  const engine::QuietLoads::Times& times = quiet_loads_->of(phase_.loads);
  const Ticks end = start + times.end;
  if (end > last) return false;
  if (end > horizon_) {
    wait_until(start);
    look_ahead();
    // What happened in the meantime may have taken cycles.
    if (end > horizon_ || !lane_->time().is_quiet(start)) return false;
  }
  for (const engine::Access& access : phase_.loads) move(access, 0, access.count, false, node);
  lane_->time().count_beats(times.beats);
  loads_.passed_all(end);
  result.end = std::max(result.end, end);
  return true;
}

bool EngineShell::lane_reaches(const engine::Access& access) const {
  constexpr std::int64_t kLargestStride = std::int64_t{1} << 30;  // so that no address wraps on the way
  if (access.count > 1 && (access.stride > kLargestStride || access.stride < -kLargestStride)) return false;
  if (access.count == 0 || access.run_bytes == 0) return true;
  const auto stride = static_cast<std::uint64_t>(access.stride);
  return lane_->reaches(access.address, access.run_bytes) &&
         (access.count == 1 ||
          lane_->reaches(access.address + stride * (access.count - 1), access.run_bytes));
}

// Bytes and counts of some runs of an access, in no time.
void EngineShell::move(const engine::Access& access, std::uint32_t first, std::uint32_t runs, bool write,
                       NodeId node) {
  if (access.data != nullptr) {
    const auto stride = static_cast<std::uint64_t>(access.stride);
    for (std::uint32_t run = first; run < first + runs; ++run) {
      lane_->move(access.address + stride * run, access.data + access.data_stride * run, access.run_bytes,
                  write);
    }
  }
  lane_->count(std::uint64_t{runs} * access.run_bytes, write, node, access.stream);
}

// Of one-word bursts that flow without meeting anybody, all but the last few are not reserved in the
// calendars one by one: nobody can ask for their cycles any more. The last ones are, because what comes next
// may.
void EngineShell::pass_train(engine::BurstStream& stream, bool write, NodeId node, Ticks last,
                             Result& result) {
  constexpr Ticks kReserved = 2;
  const Ticks room = last + 1 - stream.issue_at();  // issues, one a cycle
  if (room <= kReserved) return;
  timing::SramLane& time = lane_->time();
  // A write's longer latency may come from banks, and then says nothing about the next one's.
  const Ticks latency = write ? time.word_latency() : std::max(time.word_latency(), stream.steady_latency());
  if (!time.keeps_pace(stream.issue_at(), write, latency) || !stream.flows(latency)) return;
  const Ticks length = std::min<Ticks>(stream.words(), room);
  if (length <= kReserved) return;
  const std::uint64_t count = length - kReserved;
  bool reached = true;
  stream.for_words(count, [&](const engine::Access& access, std::uint32_t /*first*/, std::uint32_t /*runs*/) {
    reached = reached && lane_reaches(access);
  });
  if (!reached) return;
  stream.for_words(count, [&](const engine::Access& access, std::uint32_t first, std::uint32_t runs) {
    move(access, first, runs, write, node);
  });
  time.pass(stream.issue_at(), count, latency);
  stream.passed(count, latency);
  result.end = std::max(result.end, stream.end());
}

void EngineShell::look_ahead() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const sc_core::sc_time pending = sc_core::sc_time_to_pending_activity(sc_core::sc_get_curr_simcontext());
  horizon_ = clock_.edge(now + pending).count();
}

// On return the access at `cycle` may be worked out: its time has come, or nobody else acts before it.
void EngineShell::synchronise(Ticks cycle) {
  if (cycle < horizon_) return;
  wait_until(cycle);
  look_ahead();
  horizon_ = std::max(horizon_, cycle + 1);
}

void EngineShell::record(const EngineCommand& command, Ticks start, const Result& result) {
  const NodeId node = command.descriptor.node;
  ledger_.add(command_action_, node, Stream::kInput, 1);
  ledger_.add(busy_action_, node, Stream::kInput, result.end - start);
  if (result.macs > 0) ledger_.add(mac_action_, node, Stream::kInput, result.macs);
  const auto& [losses, inter_pe, intra_pe] = result.figures;
  if (inter_pe > 0) ledger_.add(inter_pe_action_, node, Stream::kInput, inter_pe);
  if (intra_pe > 0) ledger_.add(intra_pe_action_, node, Stream::kInput, intra_pe);
  if (result.operations > 0) ledger_.add(operation_action_, node, Stream::kInput, result.operations);
  spans_.add({.resource = resource_,
              .node = node,
              .descriptor = command.index,
              .start = start,
              .end = result.end,
              .compute_cycles = result.compute_cycles,
              .macs = result.macs,
              .losses = losses});
}

}  // namespace systole
