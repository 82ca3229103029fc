// Which segments, and how high a stripe. The estimate counts bytes: what the operations move now, and what
// stripes would move (inputs with the rows that two stripes share, results, constants once or once for every
// stripe). mapper.cpp weighs the finished programs against each other.
#include <algorithm>
#include <optional>

#include "hw/base/units.h"
#include "models/mapper/stripes/stripes.h"
#include "models/mapper/tiling/estimate/machine.h"
#include "models/mapper/tiling/kept.h"

namespace systole::mapper {

namespace {

constexpr std::size_t kMostOperations = 16;
/// Start and end of an operation, in cycles: what one more stripe costs each of them, beside the folds of its
/// array.
constexpr double kStart = 500;
/// Share of the scratchpad that holes between blocks may take.
constexpr std::int64_t kSlack = 16;
/// A staging buffer holds a fourth of what an operation reads or writes in a stripe, about; of constants
/// no more than this.
constexpr std::int64_t kParts = 4;
constexpr std::int64_t kConstantBuffer = 32 * 1024;

std::int64_t align(std::int64_t value, std::int64_t step) {
  return static_cast<std::int64_t>(
      round_up(static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(step)));
}

class Chooser {
public:
  Chooser(const HwGraph& hw, const Plan& plan, const Capability& capability, const MapOptions& options)
      : hw_(hw),
        plan_(plan),
        capability_(capability),
        usage_(usage_of(hw)),
        alignment_(staging_alignment(capability)),
        capacity_(static_cast<std::int64_t>(capability.sram_size.count()) - alignment_),
        streams_(options.weights != WeightPolicy::kResident),
        in_time_(options.stripes == StripePolicy::kAuto) {
    traffic_.reserve(hw.nodes.size());
    for (std::size_t i = 0; i < hw.nodes.size(); ++i) {
      traffic_.push_back(traffic_of(hw, plan.homes, plan.nodes[i]));
      for (const ValueId id : constants_of(i)) {
        if (plan.homes.has(hw, id)) traffic_.back() += hw.value(id).bytes();  // once, before
      }
    }
    live_ = live_bytes();
  }

  std::vector<StripeChoice> run() {
    const std::size_t n = hw_.nodes.size();
    // By number of operations: the most that these can save, and the segment that they end with.
    std::vector<std::int64_t> best(n + 1, 0);
    std::vector<std::optional<StripeChoice>> how(n + 1);
    for (std::size_t last = 0; last < n; ++last) {
      best[last + 1] = best[last];
      for (std::size_t length = 2; length <= std::min(kMostOperations, last + 1); ++length) {
        const Segment segment{last + 1 - length, last};
        if (!can_stripe(hw_, hw_.nodes[segment.first].op)) break;
        if (!crosses_dram(segment) || !is_segment(hw_, usage_, segment)) continue;
        auto choice = best_of(segment);
        if (!choice || best[segment.first] + choice->saved <= best[last + 1]) continue;
        best[last + 1] = best[segment.first] + choice->saved;
        how[last + 1] = std::move(choice);
      }
    }
    std::vector<StripeChoice> choices;
    for (std::size_t end = n; end > 0;) {
      if (!how[end]) {
        --end;
        continue;
      }
      choices.push_back(std::move(*how[end]));
      end = choices.back().segment.first;
    }
    std::reverse(choices.begin(), choices.end());
    return choices;
  }

private:
  /// Constants that the operation reads.
  [[nodiscard]] std::vector<ValueId> constants_of(std::size_t position) const {
    std::vector<ValueId> list = reads_of(hw_.nodes[position].op);
    std::erase_if(list, [&](ValueId id) { return hw_.root(id).kind != ValueKind::kConstant; });
    return list;
  }

  /// Bytes of feature maps in SRAM by position, and of constants if they must be there.
  [[nodiscard]] std::vector<std::int64_t> live_bytes() const {
    std::vector<std::int64_t> live(hw_.nodes.size(), 0);
    for (ValueId id = 0; id < hw_.values.size(); ++id) {
      if (!plan_.homes.in_sram[id]) continue;
      if (streams_ && hw_.value(id).kind == ValueKind::kConstant) continue;
      const Lifetime life = lifetime_of(hw_, usage_[id], id, capability_.ping_pong);
      const auto last = std::min<std::int64_t>(life.last, static_cast<std::int64_t>(live.size()) - 1);
      for (std::int64_t i = std::max<std::int64_t>(0, life.first); i <= last; ++i) {
        live[static_cast<std::size_t>(i)] += align(hw_.value(id).bytes(), alignment_);
      }
    }
    return live;
  }

  /// Some result between the operations goes out to DRAM.
  [[nodiscard]] bool crosses_dram(const Segment& segment) const {
    for (std::size_t i = segment.first; i < segment.last; ++i) {
      if (!plan_.homes.has(hw_, result_of(hw_.nodes[i].op))) return true;
    }
    return false;
  }

  /// A feature map that comes from outside or goes there, through DRAM.
  struct Outer {
    std::size_t operation = 0;
    std::size_t read = 0;  ///< which of its reads
    std::int64_t row_bytes = 0;
    bool write = false;
  };

  [[nodiscard]] std::vector<Outer> outer_of(const Segment& segment) const {
    std::vector<ValueId> inner;
    inner.reserve(segment.size());
    for (std::size_t i = segment.first; i < segment.last; ++i) inner.push_back(result_of(hw_.nodes[i].op));
    std::vector<Outer> list;
    for (std::size_t k = 0; k < segment.size(); ++k) {
      const auto reads = rows_read(hw_, hw_.nodes[segment.first + k].op, {0, 1});
      for (std::size_t r = 0; r < reads.size(); ++r) {
        const ValueId id = reads[r].value;
        if (std::find(inner.begin(), inner.end(), id) != inner.end() || plan_.homes.has(hw_, id)) continue;
        list.push_back({k, r, row_bytes(hw_.value(id)), false});
      }
    }
    const ValueId out = result_of(hw_.nodes[segment.last].op);
    if (!plan_.homes.has(hw_, out)) {
      list.push_back({segment.size() - 1, 0, row_bytes(hw_.value(out)), true});
    }
    return list;
  }

  /// The stripe height with the least traffic.
  [[nodiscard]] std::optional<StripeChoice> best_of(const Segment& segment) const {
    std::int64_t now = 0;
    std::int64_t base = 0;
    for (std::size_t i = segment.first; i <= segment.last; ++i) {
      now += traffic_[i];
      std::int64_t others = live_[i];
      for (std::size_t k = segment.first; k < segment.last; ++k) {
        const ValueId id = result_of(hw_.nodes[k].op);
        if (!plan_.homes.has(hw_, id)) continue;
        const Lifetime life = lifetime_of(hw_, usage_[id], id, capability_.ping_pong);
        const auto at = static_cast<std::int64_t>(i);
        if (life.meets({at, at})) others -= align(hw_.value(id).bytes(), alignment_);
      }
      base = std::max(base, others);
    }
    std::int64_t start = 0;
    for (std::size_t i = segment.first; in_time_ && i <= segment.last; ++i) start += start_of(i);
    const std::vector<Outer> outer = outer_of(segment);
    const std::vector<bool> lingers = lingering(hw_, segment);
    const std::int64_t total = hw_.value(result_of(hw_.nodes[segment.last].op)).dims[1];
    std::optional<StripeChoice> best;
    std::int64_t before = total;
    for (std::int64_t parts = 2; parts <= total; parts += std::max<std::int64_t>(1, parts / 4)) {
      const std::int64_t rows = (total + parts - 1) / parts;
      if (rows == before) continue;
      before = rows;
      // Each stripe costs every operation its start.
      const std::int64_t price = parts * start;
      if (price >= now || (best && price >= now - best->saved)) break;
      const Stripes stripes = cut_stripes(hw_, segment, rows);
      if (stripes.size() < 2) continue;
      StripeChoice choice{segment, rows, {}, 0, price};
      const auto moved = traffic(choice, stripes, outer, lingers, capacity_ - base - capacity_ / kSlack);
      if (!moved) continue;
      choice.saved = now - *moved - price;
      if (choice.saved > 0 && (!best || choice.saved > best->saved)) best = std::move(choice);
    }
    return best;
  }

  /// Bytes that the stripes move; chooses the constants that stay. nullopt if it does not fit `room`.
  [[nodiscard]] std::optional<std::int64_t> traffic(StripeChoice& choice, const Stripes& stripes,
                                                    const std::vector<Outer>& outer,
                                                    const std::vector<bool>& lingers,
                                                    std::int64_t room) const {
    const Segment& segment = choice.segment;
    const std::size_t n = segment.size();
    std::int64_t moved = 0;
    std::vector<std::int64_t> staging(stripes.size() * n + 1, 0);
    for (const Outer& map : outer) {
      const HwOp& op = hw_.nodes[segment.first + map.operation].op;
      for (std::size_t s = 0; s < stripes.size(); ++s) {
        const Rows& made = stripes[s][map.operation].made;
        if (made.empty()) continue;
        const std::int64_t rows = map.write ? made.count() : rows_read(hw_, op, made)[map.read].rows.count();
        const std::int64_t part =
            map.write ? 1 : rows_read(hw_, op, {made.begin, made.begin + 1})[map.read].rows.count();
        moved += rows * map.row_bytes;
        staging[s * n + map.operation] +=
            copies() * std::max(part, (rows + kParts - 1) / kParts) * map.row_bytes;
      }
    }
    std::vector<std::int64_t> live = stripe_bytes(hw_, segment, stripes, lingers, alignment_);
    std::int64_t peak = 0;
    for (std::size_t p = 0; p < live.size(); ++p) {
      peak = std::max(peak, live[p] + staging[p] + staging[p + 1]);
    }
    if (peak > room) return std::nullopt;
    if (!streams_) return moved;

    std::vector<std::pair<std::int64_t, ValueId>> packs;
    for (std::size_t i = segment.first; i <= segment.last; ++i) {
      for (const ValueId id : constants_of(i))
        packs.emplace_back(align(hw_.value(id).bytes(), alignment_), id);
    }
    std::sort(packs.begin(), packs.end());
    // The largest ones go first if not all can stay.
    std::int64_t all = 0;
    for (const auto& pack : packs) all += pack.first;
    while (!packs.empty() && peak + all > room) {
      const auto [bytes, id] = packs.back();
      packs.pop_back();
      all -= bytes;
      moved += bytes * static_cast<std::int64_t>(stripes.size());
      room -= copies() * std::min(bytes, kConstantBuffer);
      if (peak > room) return std::nullopt;
    }
    moved += all;
    choice.kept_packs.reserve(packs.size());
    for (const auto& pack : packs) choice.kept_packs.push_back(pack.second);
    return moved;
  }

  /// What starting an operation once more costs, as bytes that the DRAM could have moved meanwhile. Every
  /// fold of the array waits for its first words and its weights.
  [[nodiscard]] std::int64_t start_of(std::size_t position) const {
    const Machine machine(capability_);
    double cycles = kStart;
    if (const auto* op = std::get_if<MatrixOp>(&hw_.nodes[position].op)) {
      const auto parts = [](std::int64_t total, std::int64_t size) { return (total + size - 1) / size; };
      const std::int64_t rows = capability_.array.rows;
      const std::int64_t cols = capability_.array.cols;
      const std::int64_t k = packed_rows(*op);
      const auto folds = static_cast<double>(op->groups * parts(k, rows) * parts(op->n, cols));
      const auto weights = static_cast<double>(std::min(rows, k) * std::min(cols, op->n)) *
                           traits_of(op->format_of_b()).bits / 8;
      cycles += folds * (machine.sram_path + weights / machine.sram_width);
    }
    return static_cast<std::int64_t>(cycles * machine.dram_rate);
  }

  [[nodiscard]] std::int64_t copies() const { return capability_.ping_pong ? 2 : 1; }

  const HwGraph& hw_;
  const Plan& plan_;
  const Capability& capability_;
  std::vector<Usage> usage_;
  std::int64_t alignment_;
  std::int64_t capacity_;
  bool streams_;                       ///< constants are not all resident
  bool in_time_;                       ///< starting an operation costs something
  std::vector<std::int64_t> traffic_;  ///< by position, as planned
  std::vector<std::int64_t> live_;     ///< by position
};

}  // namespace

std::int64_t traffic_of(const HwGraph& hw, const Homes& homes, const NodePlan& node) {
  std::int64_t bytes = 0;
  std::vector<const Region*> holds;  // by slot
  for (const Step& step : node.steps) {
    for (const Operand& operand : step.operands) {
      if (homes.has(hw, operand.value)) continue;
      if (operand.slot >= holds.size()) holds.resize(operand.slot + 1, nullptr);
      const Region*& last = holds[operand.slot];
      if (operand.write || last == nullptr || !(*last == operand.region)) bytes += staged_bytes(hw, operand);
      last = &operand.region;
    }
  }
  return bytes;
}

void give_up_half(std::vector<StripeChoice>& choices) {
  const auto worth = [](const StripeChoice& choice) {
    return static_cast<double>(choice.saved) / static_cast<double>(std::max<std::int64_t>(1, choice.price));
  };
  std::sort(choices.begin(), choices.end(),
            [&](const StripeChoice& a, const StripeChoice& b) { return worth(a) > worth(b); });
  choices.resize(choices.size() / 2);
  std::sort(choices.begin(), choices.end(),
            [](const StripeChoice& a, const StripeChoice& b) { return a.segment.first < b.segment.first; });
}

std::vector<StripeChoice> choose_stripes(const HwGraph& hw, const Plan& plan, const Capability& capability,
                                         const MapOptions& options) {
  return Chooser(hw, plan, capability, options).run();
}

}  // namespace systole::mapper
