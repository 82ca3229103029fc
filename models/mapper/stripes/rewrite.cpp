#include <algorithm>
#include <optional>
#include <string>

#include "hw/base/assert.h"
#include "models/mapper/stripes/stripes.h"

namespace systole::mapper {

namespace {

/// Makes the operations of one segment's stripes.
class Rewriter {
public:
  Rewriter(HwGraph& hw, const StripeChoice& choice, std::vector<HwNode>& out)
      : hw_(hw), choice_(choice), out_(out), latest_(choice.segment.size()) {}

  void run() {
    const Segment& segment = choice_.segment;
    const Stripes stripes = cut_stripes(hw_, segment, choice_.rows);
    const std::vector<bool> lingers = lingering(hw_, segment);
    for (const ValueId pack : choice_.kept_packs) hw_.values[hw_.value(pack).root].spans_stripes = true;
    results_.reserve(segment.size());
    for (std::size_t k = 0; k < segment.size(); ++k) {
      const HwNode& node = hw_.nodes[segment.first + k];
      results_.push_back(result_of(node.op));
      if (k + 1 < segment.size()) hw_.values[results_.back()].in_stripes = true;
      if (node.row < hw_.rows.size()) hw_.rows[node.row].stripes = static_cast<std::uint32_t>(stripes.size());
    }
    for (std::size_t s = 0; s < stripes.size(); ++s) {
      const bool more = s + 1 < stripes.size();
      for (std::size_t k = 0; k < segment.size(); ++k) make(k, stripes[s][k], lingers[k] && more);
    }
  }

private:
  /// The rows of a result that are there.
  struct Part {
    ValueId value = kNoValue;
    Rows rows;
  };

  void make(std::size_t k, const StripeRows& part, bool lingers) {
    const HwNode& node = hw_.nodes[choice_.segment.first + k];
    if (part.held.empty()) return;
    if (k + 1 < choice_.segment.size()) {
      const Part before = latest_[k];
      latest_[k] = {define(k, part.held, lingers), part.held};
      if (part.kept() > 0) keep(k, before, {part.held.begin, part.made.begin}, node.row);
    }
    if (part.made.empty()) return;
    HwNode stripe;
    stripe.row = node.row;
    stripe.op = stripe_of(hw_, node.op, part.made,
                          [this](ValueId id, const Rows& rows) { return rows_of(id, rows); });
    out_.push_back(std::move(stripe));
  }

  /// A value for some rows of an operation's result.
  ValueId define(std::size_t k, const Rows& rows, bool lingers) {
    const Value& whole = hw_.value(results_[k]);
    Value value;
    value.name = whole.name + " rows " + std::to_string(rows.begin) + " to " + std::to_string(rows.end - 1);
    value.type = whole.type;
    value.dims = whole.dims;
    value.dims[1] = rows.count();
    value.dram_strides = dense_strides(value.dims, static_cast<std::int64_t>(size_of(value.type)));
    value.row = whole.row;
    value.is_part = true;
    value.lingers = lingers;
    value.root = static_cast<ValueId>(hw_.values.size());
    hw_.values.push_back(std::move(value));
    return static_cast<ValueId>(hw_.values.size() - 1);
  }

  /// Copies rows that the stripe before has made.
  void keep(std::size_t k, const Part& before, const Rows& rows, std::uint32_t row) {
    SYSTOLE_ASSERT(before.value != kNoValue, "rows of a stripe that was not made");
    CopyOp copy;
    copy.src = rows_view(hw_, before.value, {rows.begin - before.rows.begin, rows.end - before.rows.begin});
    copy.dst = rows_view(hw_, latest_[k].value,
                         {rows.begin - latest_[k].rows.begin, rows.end - latest_[k].rows.begin});
    copy.extent = hw_.value(copy.src).dims;
    copy.src_dense = sram_strides(hw_.value(copy.src));
    copy.src_dram = hw_.value(copy.src).dram_strides;
    copy.dst_dense = sram_strides(hw_.value(copy.dst));
    copy.dst_dram = hw_.value(copy.dst).dram_strides;
    out_.push_back({row, std::move(copy)});
  }

  ValueId rows_of(ValueId id, const Rows& rows) {
    const auto inner = std::find(results_.begin(), results_.end() - 1, id);
    if (inner == results_.end() - 1) return rows_view(hw_, id, rows);
    const Part& part = latest_[static_cast<std::size_t>(inner - results_.begin())];
    return rows_view(hw_, part.value, {rows.begin - part.rows.begin, rows.end - part.rows.begin});
  }

  HwGraph& hw_;
  const StripeChoice& choice_;
  std::vector<HwNode>& out_;
  std::vector<ValueId> results_;  ///< by operation of the segment
  std::vector<Part> latest_;
};

}  // namespace

void make_stripes(HwGraph& hw, const std::vector<StripeChoice>& choices) {
  std::vector<HwNode> nodes;
  nodes.reserve(hw.nodes.size());
  std::size_t next = 0;
  for (const StripeChoice& choice : choices) {
    for (; next < choice.segment.first; ++next) nodes.push_back(hw.nodes[next]);
    Rewriter(hw, choice, nodes).run();
    next = choice.segment.last + 1;
  }
  for (; next < hw.nodes.size(); ++next) nodes.push_back(hw.nodes[next]);
  hw.nodes = std::move(nodes);
}

}  // namespace systole::mapper
