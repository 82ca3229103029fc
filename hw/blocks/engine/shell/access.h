// Accesses as jobs build them and as the shell walks them. Pure.
#pragma once

#include <algorithm>
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
  /// `count` runs, one after another, at even distances in memory and in the mirror: the same as so many
  /// calls of add().
  void add_series(std::uint64_t address, std::uint32_t bytes, std::uint64_t mirror_offset,
                  std::uint32_t count, std::int64_t stride, std::int64_t mirror_stride);

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
  std::optional<Burst> next() { return advance() ? std::optional(burst_) : std::nullopt; }
  /// The same: whether there is one, and which.
  bool advance() {
    if (!steps_ || run_ + 1 >= (*list_)[access_].count) return search();
    // One whole run after another: the next one lies a stride further on.
    const Access& access = (*list_)[access_];
    ++run_;
    burst_.address += static_cast<std::uint64_t>(access.stride);
    if (burst_.data != nullptr) burst_.data += access.data_stride;
    return true;
  }
  [[nodiscard]] const Burst& burst() const { return burst_; }
  /// What makes a burst a word: it lies within one block of each of these sizes, counted from `base`.
  void set_words(std::uint64_t base, const std::vector<std::uint64_t>& blocks);
  /// The burst that was given last and those that follow it, as far as each of them is a whole run and a
  /// word. 0 if the first one is not, or if nobody said what a word is.
  [[nodiscard]] std::uint64_t words();
  /// Calls f(access, first run, number of runs) for the accesses that make up `count` <= words() bursts.
  template <typename F>
  void for_words(std::uint64_t count, F&& f) const {
    std::uint32_t run = run_;
    for (std::size_t i = access_; count > 0; ++i, run = 0) {
      const Access& access = (*list_)[i];
      const auto runs = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, access.count - run));
      if (runs > 0) f(access, run, runs);
      count -= runs;
    }
  }
  /// Leaves out `count` < words() bursts: the ones after the burst that was given last.
  void skip(std::uint64_t count);

private:
  bool search();
  [[nodiscard]] bool is_words(const Access& access) const;

  std::uint32_t limit_;
  const std::vector<Access>* list_ = nullptr;
  std::size_t access_ = 0;
  std::uint32_t run_ = 0;
  std::uint32_t offset_ = 0;
  bool whole_run_ = false;  ///< the burst that was given last
  Burst burst_;
  bool steps_ = false;  ///< all runs of this access are bursts
  std::uint64_t base_ = 0;
  std::vector<std::uint64_t> blocks_;
  /// [i]: words from the beginning of access i on; filled when it is asked for.
  std::vector<std::uint64_t> words_from_;
};

}  // namespace systole::engine
