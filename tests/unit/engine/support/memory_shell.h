// Runs jobs on a byte array, without time: what the SystemC shell does with a memory behind it.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <span>
#include <stdexcept>
#include <variant>
#include <vector>

#include "hw/blocks/engine/shell/access.h"
#include "hw/blocks/engine/shell/job.h"

namespace systole::engine::test {

/// What a job did.
struct JobRun {
  std::vector<Phase> phases;
  std::uint64_t compute_cycles = 0;
  std::uint64_t drain_cycles = 0;  ///< of the last phase
  std::uint64_t macs = 0;
  std::uint64_t operations = 0;
  std::uint64_t load_bytes = 0;
  std::uint64_t store_bytes = 0;
};

class MemoryShell : public DirectMemory {
public:
  static constexpr std::uint64_t kBase = 0x20000000;

  explicit MemoryShell(std::size_t bytes) : bytes_(bytes) {}

  /// Puts values at the next multiple of 64 and returns their address.
  template <typename T>
  std::uint64_t put(const std::vector<T>& values) {
    const std::uint64_t address = reserve(values.size() * sizeof(T));
    std::memcpy(held(address, values.size() * sizeof(T)), values.data(), values.size() * sizeof(T));
    return address;
  }
  /// Space at the next multiple of 64, filled with a pattern that no result should leave by chance.
  std::uint64_t reserve(std::size_t bytes) {
    const std::uint64_t address = kBase + next_;
    std::memset(held(address, bytes), 0xa5, bytes);
    next_ = (next_ + bytes + 63) / 64 * 64;
    return address;
  }
  template <typename T>
  std::vector<T> get(std::uint64_t address, std::size_t count) {
    std::vector<T> values(count);
    std::memcpy(values.data(), held(address, count * sizeof(T)), count * sizeof(T));
    return values;
  }

  /// Runs the job. Stores happen two phases late, as they may in time: a job must keep their data until then.
  JobRun run(Job& job, bool functional = true, std::size_t max_phases = 1000000) {
    JobRun result;
    std::deque<std::vector<Access>> late;
    for (Phase phase; job.next(phase); phase = Phase{}) {
      if (functional) {
        for (const Access& access : phase.loads) move(access, false);
        job.execute();
        late.push_back(phase.stores);
        if (late.size() > 2) drain(late);
      }
      result.compute_cycles += phase.compute_cycles;
      result.drain_cycles = phase.drain_cycles;
      result.macs += phase.macs;
      result.operations += phase.operations;
      result.load_bytes += bytes_of(phase.loads);
      result.store_bytes += bytes_of(phase.stores);
      result.phases.push_back(std::move(phase));
      if (result.phases.size() >= max_phases) break;
    }
    while (!late.empty()) drain(late);
    return result;
  }

  [[nodiscard]] std::byte* at(std::uint64_t address, std::uint64_t bytes) const override {
    const bool held =
        address >= kBase && address - kBase <= bytes_.size() && bytes <= bytes_.size() - (address - kBase);
    return held ? const_cast<std::byte*>(bytes_.data()) + (address - kBase) : nullptr;
  }

private:
  std::byte* held(std::uint64_t address, std::size_t bytes) const {
    std::byte* const first = at(address, bytes);
    if (first == nullptr) throw std::out_of_range("access outside of the memory");
    return first;
  }
  void drain(std::deque<std::vector<Access>>& late) {
    for (const Access& access : late.front()) move(access, true);
    late.pop_front();
  }
  void move(const Access& access, bool store) {
    for (std::uint32_t i = 0; i < access.count; ++i) {
      std::byte* const memory =
          held(access.address + static_cast<std::uint64_t>(access.stride) * i, access.run_bytes);
      if (access.data == nullptr) continue;
      std::byte* const data = access.data + access.data_stride * std::int64_t{i};
      if (store) {
        std::memcpy(memory, data, access.run_bytes);
      } else {
        std::memcpy(data, memory, access.run_bytes);
      }
    }
  }

  std::vector<std::byte> bytes_;
  std::size_t next_ = 0;
};

/// The job of a factory that must accept the descriptor.
inline std::unique_ptr<Job> make_job(JobFactory& factory, const sgb_descriptor& descriptor,
                                     bool functional = true) {
  auto made = factory.make(descriptor, functional);
  if (std::holds_alternative<ErrorCode>(made)) {
    throw std::runtime_error("refused with error " + std::to_string(std::get<ErrorCode>(made)));
  }
  return std::move(std::get<std::unique_ptr<Job>>(made));
}

/// The error with which a factory refuses the descriptor, or SGB_ERROR_NONE.
inline ErrorCode refusal(JobFactory& factory, const sgb_descriptor& descriptor) {
  const auto made = factory.make(descriptor, false);
  return std::holds_alternative<ErrorCode>(made) ? std::get<ErrorCode>(made) : SGB_ERROR_NONE;
}

}  // namespace systole::engine::test
