// The contract between the one SystemC engine shell and the pure jobs of the engines. No SystemC here.
//
// A job is a sequence of phases. The shell runs them as a three-stage pipeline with two operand buffers:
//   load(i) starts   when load(i-1) has ended and compute(i-2) has freed its buffer
//   compute(i) starts when load(i) and compute(i-1) have ended, and takes compute_cycles
//   store(i) starts  drain_cycles after compute(i) ended, and after store(i-1)
// The job's data is real: loads fill its buffers, execute() computes, stores read its buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "hw/abi/descriptor.h"
#include "hw/base/losses.h"
#include "hw/observe/ledger.h"

namespace systole::engine {

/// `count` runs of `run_bytes` contiguous bytes, `stride` bytes from one run's start to the next's.
/// data: run i lies at data + i * data_stride; null = the bytes are accessed in time only (already there).
struct Access {
  std::uint64_t address = 0;
  std::uint32_t run_bytes = 0;
  std::uint32_t count = 1;
  std::int64_t stride = 0;
  Stream stream = Stream::kInput;
  std::byte* data = nullptr;
  std::int64_t data_stride = 0;
};

struct Phase {
  std::vector<Access> loads = {};
  std::uint64_t compute_cycles = 0;  ///< issue interval of this phase on the datapath
  std::uint64_t drain_cycles = 0;    ///< from the end of the interval until its results can be stored
  std::uint64_t macs = 0;            ///< multiply-accumulates performed in this phase
  std::uint64_t operations = 0;      ///< other work of this phase: vector elements, comparisons
  std::vector<Access> stores = {};
};

/// What a command did with the processing elements of its engine.
struct JobFigures {
  Losses losses;  ///< PE-cycles of the command's compute time that multiplied nothing
  std::uint64_t inter_pe_moves = 0;
  std::uint64_t intra_pe_moves = 0;
};

/// One command. Owns its buffers. Without function (timing only) execute() is not called and no data pointer
/// is used.
class Job {
public:
  virtual ~Job() = default;
  /// Writes the next phase into `phase` (cleared by the caller); false = no more. Called when the loads of
  /// the phase before have arrived and its execute() has run, so that a phase may depend on the operands just
  /// seen.
  virtual bool next(Phase& phase) = 0;
  /// The arithmetic of the phase that next() gave last; its loads have arrived.
  virtual void execute() = 0;
  /// SGB_ERROR_*: what was wrong with the data of the phases so far. next() then ends the job.
  [[nodiscard]] virtual std::uint32_t error() const { return SGB_ERROR_NONE; }
  /// Of the whole command, from the moment it is made.
  [[nodiscard]] virtual JobFigures figures() const { return {}; }
};

/// Memory whose bytes the simulator may use where they stand.
class DirectMemory {
public:
  virtual ~DirectMemory() = default;
  /// The bytes at `address`, or null unless all of them lie in this memory.
  [[nodiscard]] virtual std::byte* at(std::uint64_t address, std::uint64_t bytes) const = 0;
};

/// The arithmetic of a whole command on operands and results where they stand.
class WholeCommand {
public:
  virtual ~WholeCommand() = default;
  virtual void run() = 0;
};

/// SGB_ERROR_*.
using ErrorCode = std::uint32_t;

/// A name and a unit for the ledger; no name = this engine has no such work.
struct ActionName {
  std::string name;
  std::string unit;
};

/// What makes jobs: one per engine, pure.
class JobFactory {
public:
  virtual ~JobFactory() = default;
  /// What Phase::macs counts: {"matrix.mac.int8", "mac"}.
  [[nodiscard]] virtual ActionName mac_action() const { return {}; }
  /// Moves between processing elements, and within them; none = they are not counted.
  [[nodiscard]] virtual std::pair<ActionName, ActionName> move_actions() const { return {}; }
  /// What Phase::operations counts: {"vector.op", "element"}.
  [[nodiscard]] virtual ActionName operation_action() const { return {}; }
  /// Decodes and checks the descriptor. Never asserts on its content: it comes from the guest.
  [[nodiscard]] virtual std::variant<std::unique_ptr<Job>, ErrorCode> make(const sgb_descriptor& descriptor,
                                                                           bool functional) = 0;
  /// The arithmetic of a command that make() accepts, as one piece of work: same results as its phases', if
  /// nobody else changes the operands while the command runs. Null: the phases must carry the data (some of
  /// it lies elsewhere, results overlap operands, or this engine knows no other way).
  [[nodiscard]] virtual std::unique_ptr<WholeCommand> whole(const sgb_descriptor& /*descriptor*/,
                                                            const DirectMemory& /*memory*/) {
    return nullptr;
  }
  /// Cycles from taking a command up to its first load.
  [[nodiscard]] virtual std::uint64_t setup_cycles() const = 0;
};

}  // namespace systole::engine
