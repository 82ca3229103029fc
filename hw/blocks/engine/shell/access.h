// Accesses as jobs build them and as the shell walks them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hw/blocks/engine/shell/job.h"

namespace systole::engine {

/// Appends the runs of one operand to a list of accesses, in their shortest form: a run that continues the
/// last one (in memory and in the operand's mirror) makes it longer; equal runs at an even distance become
/// one access with strides. The form does not depend on whether there is a mirror, so that timing does not
/// depend on function.
class RunBuilder {
public:
  /// mirror: the job's copy of the operand; null = timing only.
  RunBuilder(std::vector<Access>& list, Stream stream, std::byte* mirror)
      : list_(list), first_(list.size()), stream_(stream), mirror_(mirror) {}
  /// One run of contiguous bytes; mirror_offset: where it lies in the mirror. bytes = 0 adds nothing.
  void add(std::uint64_t address, std::uint32_t bytes, std::uint64_t mirror_offset);

private:
  [[nodiscard]] bool continues(const Access& last, std::uint64_t address, std::uint32_t bytes,
                               std::uint64_t mirror_offset) const;
  bool joins(Access& last, std::uint64_t address, std::uint32_t bytes, std::uint64_t mirror_offset) const;

  std::vector<Access>& list_;
  std::size_t first_;  ///< accesses before this one belong to other operands
  Stream stream_;
  std::byte* mirror_;
  std::uint64_t offset_ = 0;  ///< in the mirror, of the last access's first run
};

/// All bytes of a list.
[[nodiscard]] std::uint64_t bytes_of(const std::vector<Access>& list);

/// A contiguous piece of an access that travels as one transaction.
struct Burst {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  Stream stream = Stream::kInput;
  std::byte* data = nullptr;
};

/// Cuts accesses into bursts of at most `limit` (> 0) bytes. A burst never crosses a multiple of `limit`, so
/// that only the first burst of a run is unaligned.
class BurstCursor {
public:
  explicit BurstCursor(std::uint32_t limit) : limit_(limit) {}
  /// Starts over with these accesses; they must outlive the walk.
  void reset(const std::vector<Access>& list);
  /// The next burst, or nullopt at the end.
  std::optional<Burst> next();
  /// The burst that next() gave last and the equal ones that follow it, each a whole run of one access:
  /// `count` of them, `stride` bytes apart. {.count = 1} for a part of a run.
  struct Train {
    std::uint32_t count = 1;
    std::int64_t stride = 0;
    std::int64_t data_stride = 0;
  };
  [[nodiscard]] Train train() const;
  /// Leaves out `count` < train().count bursts: the ones after the burst that next() gave last.
  void skip(std::uint32_t count) { run_ += count; }

private:
  std::uint32_t limit_;
  const std::vector<Access>* list_ = nullptr;
  std::size_t access_ = 0;
  std::uint32_t run_ = 0;
  std::uint32_t offset_ = 0;
  bool whole_run_ = false;  ///< the burst that was given last
};

}  // namespace systole::engine
