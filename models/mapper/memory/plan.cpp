// The planner starts from the wish (every feature map and every weight in SRAM, transfers ahead of their use)
// and gives up one thing after another until everything fits. Each round gives up at least one thing, so it
// ends.
#include "models/mapper/memory/plan.h"
#include "hw/timing/systolic/folds.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "hw/base/assert.h"
#include "hw/base/units.h"
#include "models/mapper/memory/residency.h"
#include "models/mapper/memory/usage.h"
#include "models/mapper/tiling/kept.h"
#include "models/mapper/tiling/pack.h"

namespace systole::mapper {

namespace {

constexpr std::int64_t kDataAlign = 256;  // a DRAM burst

std::int64_t align(std::int64_t value, std::int64_t step) {
  return static_cast<std::int64_t>(
      round_up(static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(step)));
}

class Planner {
public:
  Planner(HwGraph& hw, const ir::Graph& graph, const Capability& capability, const MapOptions& options,
          Issues& issues)
      : hw_(hw),
        graph_(graph),
        capability_(capability),
        options_(options),
        issues_(issues),
        usage_(usage_of(hw)),
        alignment_(staging_alignment(capability)),
        // Address 0 stands for "no operand" in descriptors.
        reserved_(capability.sram_base == 0 ? alignment_ : 0),
        capacity_(static_cast<std::int64_t>(capability.sram_size.count()) - reserved_),
        prefetch_(hw.nodes.size(), capability.ping_pong),
        single_buffer_(hw.nodes.size(), false),
        budget_scale_(hw.nodes.size(), 1.0),
        touched_(hw.nodes.size()),
        last_(hw.nodes.size()) {
    for (ValueId id = 0; id < hw.values.size(); ++id) {
      for (const auto* positions : {&usage_[id].readers, &usage_[id].writers}) {
        for (const std::int64_t i : *positions) touched_[static_cast<std::size_t>(i)].push_back(id);
      }
    }
  }

  std::optional<Plan> make(const Homes* start) {
    plan_.homes.in_sram.assign(hw_.values.size(), false);
    for (ValueId id = 0; id < hw_.values.size(); ++id) {
      const bool known = start != nullptr && id < start->in_sram.size() && !hw_.value(id).spans_stripes;
      if (hw_.value(id).root != id || (known && !start->in_sram[id])) continue;
      if (wants_home(hw_, usage_[id], id)) plan_.homes.in_sram[id] = true;
    }
    plan_.nodes.resize(hw_.nodes.size());
    set_pack_estimates();
    if (options_.weights == WeightPolicy::kResident) {
      for (const ValueId id : constants()) make_resident(id);
    }
    if (!fit_tiles()) return std::nullopt;
    if (options_.weights == WeightPolicy::kAuto) {
      ResidencyInput input{capacity_, alignment_, live_bytes(), constants()};
      for (const ValueId id : choose_resident(hw_, usage_, plan_.nodes, input)) make_resident(id);
      if (!fit_tiles()) return std::nullopt;
    }
    while (!allocate()) {
      if (!fit_tiles()) return std::nullopt;
    }
    place_in_dram();
    return std::move(plan_);
  }

private:
  // ---- what stays in SRAM ----

  [[nodiscard]] std::vector<ValueId> constants() const {
    std::vector<ValueId> list;
    for (ValueId id = 0; id < hw_.values.size(); ++id) {
      const Value& value = hw_.value(id);
      if (value.root == id && value.kind == ValueKind::kConstant && !usage_[id].readers.empty() &&
          !value.spans_stripes) {
        list.push_back(id);
      }
    }
    return list;
  }

  void make_resident(ValueId id) {
    plan_.homes.in_sram[id] = true;
    plan_.resident.push_back(id);
  }

  /// A pack's exact size depends on its tile, by the padding between blocks. Until there is a tile: untiled.
  void set_pack_estimates() {
    for (const HwNode& node : hw_.nodes) {
      if (const auto* op = std::get_if<MatrixOp>(&node.op); op != nullptr && op->pack != kNoValue) {
        const MatrixTile tile{op->out_h,
                              op->groups > 1 ? op->groups : op->n,
                              0,
                              {{0, op->window.kernel[0], 0, op->window.kernel[1], 0, op->in_c,
                                static_cast<std::int64_t>(op->kept.size())}},
                              true};
        hw_.values[op->pack].dims = {PackLayout(*op, tile, capability_).bytes()};
      }
    }
  }

  [[nodiscard]] std::int64_t bytes_of(ValueId root) const {
    return align(hw_.value(root).bytes(), alignment_);
  }

  /// SRAM bytes at homes that live at each position.
  [[nodiscard]] std::vector<std::int64_t> live_bytes() const {
    std::vector<std::int64_t> live(hw_.nodes.size(), 0);
    for (ValueId id = 0; id < hw_.values.size(); ++id) {
      if (!plan_.homes.in_sram[id]) continue;
      const Lifetime life = lifetime_of(hw_, usage_[id], id, capability_.ping_pong);
      const auto last = std::min<std::int64_t>(life.last, static_cast<std::int64_t>(live.size()) - 1);
      for (std::int64_t i = std::max<std::int64_t>(0, life.first); i <= last; ++i) {
        live[static_cast<std::size_t>(i)] += bytes_of(id);
      }
    }
    return live;
  }

  // ---- tiles ----

  /// A tile for every operation; gives up homes until each has one.
  bool fit_tiles() {
    for (;;) {
      const auto failed = choose_tiles();
      if (!failed) return true;
      if (relieve(*failed)) continue;
      if (capability_.ping_pong && !single_buffer_[*failed]) {
        single_buffer_[*failed] = true;  // without overlap, but it may fit
        continue;
      }
      complain(*failed);
      return false;
    }
  }

  /// Of an operation's computation, at least about.
  [[nodiscard]] double rough_cycles(const HwOp& op) const {
    if (const auto* m = std::get_if<MatrixOp>(&op)) {
      const auto u64 = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
      const std::int64_t k = packed_rows(*m);
      return static_cast<double>(ir::elements_of(m->batch) * m->groups) *
             static_cast<double>(
                 timing::gemm_cycles(capability_.array, {u64(m->out_h * m->out_w), u64(m->n), u64(k)}));
    }
    if (std::holds_alternative<CopyOp>(op)) return 0;
    return static_cast<double>(ir::elements_of(result_dims(hw_, op))) / capability_.timing.vector_lanes;
  }

  /// What the plan of an operation depends on, and whether there is one.
  struct Planned {
    std::tuple<std::int64_t, bool, double> budget;
    std::optional<MatrixTile> layout;
    std::vector<bool> homes;  // of what it touches
    bool fits;
  };

  /// plan_node() into plan_.nodes, searched again only if the budget or a home has changed since the last
  /// time: giving one thing up touches few operations. False if it does not fit.
  bool plan(std::size_t i, const Budget& budget) {
    std::vector<bool> homes;
    homes.reserve(touched_[i].size());
    for (const ValueId root : touched_[i]) homes.push_back(plan_.homes.in_sram[root]);
    const std::tuple key(budget.bytes, budget.ping_pong, budget.before);
    auto& last = last_[i];
    const bool same_layout =
        last &&
        (budget.layout == nullptr ? !last->layout : last->layout && same_pack(*last->layout, *budget.layout));
    if (!last || last->budget != key || last->homes != homes || !same_layout) {
      auto node = plan_node(hw_, hw_.nodes[i].op, plan_.homes, budget, capability_);
      last = Planned{key, budget.layout == nullptr ? std::nullopt : std::optional(*budget.layout),
                     std::move(homes), node.has_value()};
      if (node) plan_.nodes[i] = std::move(*node);
    }
    return last->fits;
  }

  /// The first operation without a tile, or nullopt.
  std::optional<std::size_t> choose_tiles() {
    const std::vector<std::int64_t> live = live_bytes();
    std::map<ValueId, const MatrixTile*> layouts;  // of packs that several operations share
    for (std::size_t i = 0; i < hw_.nodes.size(); ++i) {
      const std::int64_t room = capacity_ - live[i];
      if (room < 0) return i;
      Budget budget{static_cast<std::int64_t>(static_cast<double>(room) * budget_scale_[i]),
                    capability_.ping_pong && !single_buffer_[i],
                    static_cast<std::int64_t>(
                        capability_.engines[static_cast<std::size_t>(engine_of(hw_.nodes[i].op))])};
      if (i > 0 && prefetch_[i]) budget.before = rough_cycles(hw_.nodes[i - 1].op);
      const auto* matrix = std::get_if<MatrixOp>(&hw_.nodes[i].op);
      const bool shares =
          matrix != nullptr && matrix->pack != kNoValue && usage_[matrix->pack].readers.size() > 1;
      if (shares) {
        budget.shares_pack = true;
        budget.layout = layouts[matrix->pack];
      }
      if (!plan(i, budget)) return i;
      if (shares && budget.layout == nullptr) {
        layouts[matrix->pack] = &std::get<MatrixTile>(*plan_.nodes[i].tile);
      }
    }
    return std::nullopt;
  }

  // ---- giving up ----

  /// Makes room at a position; false if there is nothing left to give up.
  bool relieve(std::size_t position) {
    std::fill(budget_scale_.begin(), budget_scale_.end(), 1.0);
    if (options_.weights == WeightPolicy::kAuto && !plan_.resident.empty()) {
      plan_.homes.in_sram[plan_.resident.back()] = false;
      plan_.resident.pop_back();
      return true;
    }
    const auto here = static_cast<std::int64_t>(position);
    ValueId best = kNoValue;
    std::tuple<bool, bool, std::int64_t> best_key;
    for (ValueId id = 0; id < hw_.values.size(); ++id) {
      const Value& value = hw_.value(id);
      if (!plan_.homes.in_sram[id] || (value.kind == ValueKind::kConstant && !value.spans_stripes)) continue;
      if (!lifetime_of(hw_, usage_[id], id, capability_.ping_pong).meets({here, here})) continue;
      const auto& u = usage_[id];
      const bool busy = std::count(u.readers.begin(), u.readers.end(), here) != 0 ||
                        std::count(u.writers.begin(), u.writers.end(), here) != 0;
      // Stripes are small already.
      const bool stripes = value.spans_stripes || value.is_part;
      const std::tuple key(!stripes, !busy, bytes_of(id));
      if (best == kNoValue || key > best_key) {
        best = id;
        best_key = key;
      }
    }
    if (best == kNoValue) return false;
    plan_.homes.in_sram[best] = false;
    return true;
  }

  void complain(std::size_t position) {
    const HwNode& node = hw_.nodes[position];
    const std::string size = std::to_string(capability_.sram_size.count());
    std::string name;
    std::string op;
    if (node.row < hw_.rows.size()) {
      const ir::Node& source = graph_.node(hw_.rows[node.row].node);
      name = source.name;
      op = std::string(ir::name_of(source.op)) + ": ";
    }
    std::int64_t resident = 0;
    for (const ValueId id : plan_.resident) resident += bytes_of(id);
    if (resident > 0) {
      issues_.add(name, op + "does not fit beside the resident weights: they take " +
                            std::to_string(resident) + " of the scratchpad's " + size +
                            " bytes (soc.sram.size); let weights be streamed or enlarge it");
      return;
    }
    const bool is_copy = std::holds_alternative<CopyOp>(node.op);
    const std::int64_t least = is_copy ? alignment_ : least_staging(hw_, node.op, plan_.homes, capability_);
    issues_.add(name, op + "does not fit the scratchpad however it is tiled: the smallest tile needs " +
                          std::to_string(least) + " bytes, soc.sram.size is " + size);
  }

  // ---- addresses ----

  struct Item {
    Lifetime life;
    std::int64_t bytes = 0;
    ValueId home = kNoValue;  ///< a value's home,
    std::size_t node = 0;     ///< or the staging memory of an operation
  };

  /// Places everything; false after giving something up.
  bool allocate() {
    Allocator allocator(capacity_, alignment_);
    plan_.placements.clear();
    plan_.sram_address.assign(hw_.values.size(), 0);
    std::vector<Item> items;
    for (ValueId id = 0; id < hw_.values.size(); ++id) {
      if (plan_.homes.in_sram[id]) {
        items.push_back({lifetime_of(hw_, usage_[id], id, capability_.ping_pong), bytes_of(id), id, 0});
      }
    }
    for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
      const auto at = static_cast<std::int64_t>(i);
      if (plan_.nodes[i].staging_bytes > 0) {
        const std::int64_t ahead = !prefetch_[i] ? 0 : is_stripe(i) ? 2 : 1;
        items.push_back({{at - ahead, at}, plan_.nodes[i].staging_bytes, kNoValue, i});
      }
    }
    // What lives longest first (weights at the bottom), then the largest.
    const auto key = [&](const Item& item) {
      const bool constant = item.home != kNoValue && hw_.value(item.home).kind == ValueKind::kConstant;
      return std::tuple(!constant, -item.bytes);
    };
    std::stable_sort(items.begin(), items.end(),
                     [&](const Item& a, const Item& b) { return key(a) < key(b); });
    for (Item& item : items) {
      auto offset = allocator.place(item.life, item.bytes);
      while (!offset && item.home == kNoValue && item.life.first < item.life.last) {
        // Its loads then wait for the operation before.
        ++item.life.first;
        offset = allocator.place(item.life, item.bytes);
      }
      if (!offset) {
        give_up(item);
        return false;
      }
      settle(item, capability_.sram_base + static_cast<std::uint64_t>(reserved_ + *offset));
    }
    plan_.sram_bytes = items.empty() ? 0 : reserved_ + allocator.high_water();
    std::sort(plan_.placements.begin(), plan_.placements.end(), [](const Placement& a, const Placement& b) {
      return std::tuple(a.address, a.life.first) < std::tuple(b.address, b.life.first);
    });
    return true;
  }

  /// Operations of a stripe are short: loads go ahead of two of them.
  [[nodiscard]] bool is_stripe(std::size_t node) const {
    const std::uint32_t row = hw_.nodes[node].row;
    return row < hw_.rows.size() && hw_.rows[row].stripes > 1;
  }

  void settle(const Item& item, std::uint64_t address) {
    if (item.home != kNoValue) {
      plan_.sram_address[item.home] = address;
      plan_.placements.push_back({hw_.value(item.home).name, item.life, address, item.bytes});
      return;
    }
    const std::uint32_t row = hw_.nodes[item.node].row;
    const std::string name = row < hw_.rows.size() ? graph_.node(hw_.rows[row].node).name : "outputs";
    plan_.placements.push_back({name + " (buffers)", item.life, address, item.bytes});
    for (Buffer& buffer : plan_.nodes[item.node].buffers) {
      for (std::uint64_t& at : buffer.addresses) {
        at = address;
        address += static_cast<std::uint64_t>(buffer.bytes);
      }
    }
  }

  /// Holes between blocks kept an item out although the bytes would do.
  void give_up(const Item& item) {
    bool changed = false;
    for (std::int64_t i = std::max<std::int64_t>(0, item.life.first); i <= item.life.last + 1; ++i) {
      const auto n = static_cast<std::size_t>(i);
      if (n >= prefetch_.size() || !prefetch_[n]) continue;
      prefetch_[n] = false;
      changed = true;
    }
    if (changed) return;
    if (item.home == kNoValue) {
      // A smaller tile fits a smaller hole; if there is none, choose_tiles() makes room.
      budget_scale_[item.node] *= 0.75;
      return;
    }
    // Constants are placed first, without holes: those that must stay have been checked to fit.
    SYSTOLE_ASSERT(
        hw_.value(item.home).kind != ValueKind::kConstant || options_.weights != WeightPolicy::kResident,
        "resident weights were counted wrong");
    plan_.homes.in_sram[item.home] = false;
    std::erase(plan_.resident, item.home);
  }

  void place_in_dram() {
    plan_.dram_offset.assign(hw_.values.size(), 0);
    plan_.used.assign(hw_.values.size(), false);
    Allocator workspace(std::numeric_limits<std::int64_t>::max() / 2, kDataAlign);
    for (ValueId id = 0; id < hw_.values.size(); ++id) {
      const Value& value = hw_.value(id);
      if (value.root != id || !usage_[id].used()) continue;
      plan_.used[id] = true;
      if (value.kind == ValueKind::kConstant) {
        plan_.data_bytes = align(plan_.data_bytes, kDataAlign);
        plan_.dram_offset[id] = static_cast<std::uint64_t>(plan_.data_bytes);
        plan_.data_bytes += value.bytes();
      } else if (value.kind == ValueKind::kActivation && !plan_.homes.in_sram[id]) {
        const Lifetime life = lifetime_of(hw_, usage_[id], id, false);
        plan_.dram_offset[id] = static_cast<std::uint64_t>(*workspace.place(life, value.bytes()));
      }
    }
    plan_.workspace_bytes = workspace.high_water();
  }

  HwGraph& hw_;
  const ir::Graph& graph_;
  const Capability& capability_;
  const MapOptions& options_;
  Issues& issues_;
  std::vector<Usage> usage_;
  std::int64_t alignment_;
  std::int64_t reserved_;
  std::int64_t capacity_;
  std::vector<bool> prefetch_;       ///< by node: its staging memory is free one operation earlier
  std::vector<bool> single_buffer_;  ///< by node: in spite of ping_pong
  std::vector<double> budget_scale_;
  std::vector<std::vector<ValueId>> touched_;  ///< by node: roots that it reads or writes
  std::vector<std::optional<Planned>> last_;   ///< by node
  Plan plan_;
};

}  // namespace

std::optional<Plan> make_plan(HwGraph& hw, const ir::Graph& graph, const Capability& capability,
                              const MapOptions& options, Issues& issues, const Homes* start) {
  return Planner(hw, graph, capability, options, issues).make(start);
}

}  // namespace systole::mapper
