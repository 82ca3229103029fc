#include "models/mapper/verify/verify.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "models/mapper/schedule/footprint.h"
#include "models/mapper/schedule/hazards.h"
#include "models/mapper/verify/abstract_run.h"
#include "models/program/fields.h"

namespace systole::mapper {

namespace {

class Verifier {
public:
  Verifier(const Program& program, const Capability& capability, Issues& issues)
      : program_(program),
        capability_(capability),
        issues_(issues),
        queues_(queues_of(capability.engines)),
        before_(issues.size()) {}

  bool check() {
    if (program_.queue_count != queues_.size()) {
      issues_.add("header", "made for " + std::to_string(program_.queue_count) + " queues, the SoC has " +
                                std::to_string(queues_.size()));
    }
    check_graph("init", SGB_GRAPH_INIT, program_.init);
    check_graph("exec", SGB_GRAPH_EXEC, program_.exec);
    check_static_data();
    return issues_.size() == before_;
  }

private:
  using Accesses = std::vector<std::vector<Footprint>>;

  void complain(const char* graph, std::size_t index, const std::string& message) {
    issues_.add(std::string(graph) + " " + std::to_string(index), message);
  }

  std::vector<std::vector<Link>> links_of(const char* name, std::uint32_t graph,
                                          const std::vector<sgb_descriptor>& list) {
    std::vector<std::vector<Link>> links(list.size());
    for (const sgb_relocation& relocation : program_.relocations) {
      if (relocation.graph != graph) continue;
      if (relocation.descriptor >= list.size() || relocation.symbol >= program_.symbols.size()) {
        issues_.add("relocations", "a relocation names a descriptor or symbol that is not there");
        continue;
      }
      if (address_field_name(list[relocation.descriptor], relocation.field).empty()) {
        complain(name, relocation.descriptor,
                 "a link writes at byte " + std::to_string(relocation.field) + ", which holds no address");
        continue;
      }
      links[relocation.descriptor].push_back({relocation.field, relocation.symbol, relocation.addend});
    }
    return links;
  }

  bool check_fields(const char* name, std::size_t index, const sgb_descriptor& descriptor) {
    const std::size_t before = issues_.size();
    if (descriptor.queue >= queues_.size()) {
      complain(name, index,
               "queue " + std::to_string(descriptor.queue) + " of " + std::to_string(queues_.size()));
    } else if (descriptor.opcode != SGB_OP_NOP &&
               descriptor.opcode != opcode_of(queues_[descriptor.queue].kind)) {
      complain(name, index,
               "operation " + std::to_string(descriptor.opcode) + " on a queue of the " +
                   std::string(name_of(queues_[descriptor.queue].kind)) + " engine");
    }
    if (descriptor.wait_count > SGB_MAX_WAITS) complain(name, index, "too many waits");
    const auto known = [&](std::uint16_t semaphore) { return semaphore < capability_.semaphores; };
    for (unsigned w = 0; w < std::min<unsigned>(descriptor.wait_count, SGB_MAX_WAITS); ++w) {
      if (!known(descriptor.wait[w].semaphore)) {
        complain(name, index,
                 "waits for semaphore " + std::to_string(descriptor.wait[w].semaphore) + " of " +
                     std::to_string(capability_.semaphores));
      }
    }
    if (descriptor.signal_semaphore != SGB_NO_SEMAPHORE && !known(descriptor.signal_semaphore)) {
      complain(name, index,
               "signals semaphore " + std::to_string(descriptor.signal_semaphore) + " of " +
                   std::to_string(capability_.semaphores));
    }
    return issues_.size() == before;
  }

  void check_bounds(const char* name, std::size_t index, const std::vector<Footprint>& accesses) {
    for (const Footprint& access : accesses) {
      std::int64_t low = static_cast<std::int64_t>(capability_.sram_base);
      std::int64_t high = low + static_cast<std::int64_t>(capability_.sram_size.count());
      std::string where = "the SRAM";
      if (access.space > 0) {
        low = 0;
        high = static_cast<std::int64_t>(program_.symbols[access.space - 1].bytes);
        where = "symbol " + std::to_string(access.space - 1);
      }
      if (access.low >= low && access.high <= high) continue;
      complain(name, index,
               std::string(access.write ? "writes" : "reads") + " bytes " + std::to_string(access.low) +
                   " to " + std::to_string(access.high) + ", outside " + where + " (" + std::to_string(low) +
                   " to " + std::to_string(high) + ")");
    }
  }

  void check_graph(const char* name, std::uint32_t graph, const std::vector<sgb_descriptor>& list) {
    const std::size_t before = issues_.size();
    const auto links = links_of(name, graph, list);
    Accesses& accesses = accesses_[graph];
    for (std::size_t i = 0; i < list.size(); ++i) {
      accesses.push_back(footprints(list[i], links[i]));
      if (check_fields(name, i, list[i])) check_bounds(name, i, accesses.back());
    }
    if (issues_.size() != before) return;  // the rest needs sound fields
    const AbstractRun run = abstract_run(list, static_cast<std::uint32_t>(queues_.size()),
                                         capability_.semaphores, capability_.queue_depth);
    for (const std::string& blocked : run.blocked) issues_.add(name, "deadlock: " + blocked);
    if (!run.blocked.empty()) return;
    check_order(name, list, accesses, run);
    check_partial_sums(name, list);
  }

  /// Walks the commands in an order in which they can run; every conflict with an earlier one must be kept in
  /// order by waits or by a common queue.
  void check_order(const char* name, const std::vector<sgb_descriptor>& list, const Accesses& accesses,
                   const AbstractRun& run) {
    const std::size_t queues = queues_.size();
    HazardTracker hazards(queues);
    std::vector<std::vector<std::uint32_t>> done(queues);  // by queue: its commands so far
    for (const std::uint32_t index : run.order) {
      const auto latest = hazards.latest(accesses[index], run.before[index]);
      for (std::size_t q = 0; q < queues; ++q) {
        if (latest[q] == 0) continue;
        complain(name, index,
                 "touches memory of " + std::string(name) + " " + std::to_string(done[q][latest[q] - 1]) +
                     " and nothing keeps the two in order");
      }
      hazards.add(list[index].queue, run.number[index], accesses[index]);
      done[list[index].queue].push_back(index);
    }
  }

  void check_partial_sums(const char* name, const std::vector<sgb_descriptor>& list) {
    std::map<std::uint16_t, std::optional<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>>> kept;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i].opcode != SGB_OP_MATRIX) continue;
      const sgb_matrix& m = list[i].u.matrix;
      const std::tuple shape(m.out_h, m.out_w, m.n);
      auto& held = kept[list[i].queue];
      if ((m.flags & SGB_MATRIX_CONTINUE) != 0 && held != shape) {
        complain(name, i, "continues partial sums that the command before it has not left");
      }
      held.reset();
      if ((m.flags & SGB_MATRIX_KEEP) != 0) held = shape;
    }
  }

  void check_static_data() {
    if (issues_.size() != before_) return;
    std::vector<Footprint> filled;
    for (const auto& accesses : accesses_[SGB_GRAPH_INIT]) {
      std::copy_if(accesses.begin(), accesses.end(), std::back_inserter(filled),
                   [](const Footprint& f) { return f.write && f.space == 0; });
    }
    std::sort(filled.begin(), filled.end(),
              [](const Footprint& a, const Footprint& b) { return a.low < b.low; });
    std::vector<std::int64_t> reach;  // the highest end of all up to this one
    reach.reserve(filled.size());
    for (const Footprint& f : filled)
      reach.push_back(std::max(reach.empty() ? f.high : reach.back(), f.high));
    const auto hits = [&](const Footprint& access) {
      const auto end = std::lower_bound(filled.begin(), filled.end(), access.high,
                                        [](const Footprint& f, std::int64_t high) { return f.low < high; });
      for (auto i = static_cast<std::size_t>(end - filled.begin()); i-- > 0 && reach[i] > access.low;) {
        if (may_overlap(filled[i], access)) return true;
      }
      return false;
    };
    for (std::size_t i = 0; i < accesses_[SGB_GRAPH_EXEC].size(); ++i) {
      for (const Footprint& access : accesses_[SGB_GRAPH_EXEC][i]) {
        if (access.write && access.space == 0 && hits(access))
          complain("exec", i, "writes over what the init graph has loaded for every inference");
      }
    }
  }

  const Program& program_;
  const Capability& capability_;
  Issues& issues_;
  std::vector<Queue> queues_;
  std::size_t before_;
  std::map<std::uint32_t, Accesses> accesses_;
};

}  // namespace

bool verify(const Program& program, const Capability& capability, Issues& issues) {
  return Verifier(program, capability, issues).check();
}

}  // namespace systole::mapper
