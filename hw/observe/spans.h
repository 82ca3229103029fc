// What every resource did when: the raw material of layers.csv, the overlap figures and trace.json.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/base/losses.h"
#include "hw/observe/ledger.h"

namespace systole {

/// One command on one engine. Times are cycles of soc.clock since reset.
struct Span {
  std::uint32_t resource = 0;  ///< index in SpanLog::resources()
  NodeId node = kNoNode;
  std::uint32_t descriptor = 0;      ///< index in its graph
  std::uint64_t start = 0;           ///< the engine takes the command up
  std::uint64_t end = 0;             ///< its last result is in memory
  std::uint64_t compute_cycles = 0;  ///< time on operands that are there (fills and drains included)
  std::uint64_t macs = 0;            ///< multiply-accumulates that were performed
  Losses losses = {};                ///< of compute_cycles, on an array
};

/// Spans in order of their end. Recording costs one push_back per command.
class SpanLog {
public:
  /// Registers an engine (name as in queues.h) and returns its index.
  std::uint32_t resource(const std::string& name);
  void add(const Span& span) { spans_.push_back(span); }
  [[nodiscard]] const std::vector<std::string>& resources() const { return resources_; }
  [[nodiscard]] const std::vector<Span>& spans() const { return spans_; }

private:
  std::vector<std::string> resources_;
  std::vector<Span> spans_;
};

}  // namespace systole
