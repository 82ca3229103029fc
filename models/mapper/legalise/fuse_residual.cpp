#include "models/mapper/legalise/fuse_residual.h"

#include <optional>
#include <utility>

#include "models/mapper/memory/usage.h"

namespace systole::mapper {

namespace {

class ResidualFusion {
public:
  explicit ResidualFusion(HwGraph& hw)
      : hw_(hw), usage_(usage_of(hw)), operations_(hw.rows.size(), 0), gone_(hw.nodes.size(), false) {
    for (const HwNode& node : hw.nodes) {
      if (node.row < operations_.size()) ++operations_[node.row];
    }
  }

  void run() {
    for (std::size_t i = 0; i < hw_.nodes.size(); ++i) {
      const auto* add = std::get_if<ElementwiseOp>(&hw_.nodes[i].op);
      if (add != nullptr && add->op == SGB_VECTOR_ADD) try_to_fuse(i, ElementwiseOp(*add));
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < hw_.nodes.size(); ++i) {
      if (gone_[i]) continue;
      if (kept != i) hw_.nodes[kept] = std::move(hw_.nodes[i]);
      ++kept;
    }
    hw_.nodes.resize(kept);
  }

private:
  void try_to_fuse(std::size_t position, ElementwiseOp add) {
    if (add.b == kNoValue || hw_.value(add.a).root == hw_.value(add.b).root || add.out == kNoValue) return;
    const Dims& dims = hw_.value(add.out).dims;
    for (ValueId* operand : {&add.a, &add.b}) {  // without leading ones an operand is a view of the whole
      const Value& value = hw_.value(*operand);
      if (hw_.value(value.root).dims == dims && value.elements() == ir::elements_of(dims))
        *operand = value.root;
    }
    if (hw_.value(add.a).dims != dims || hw_.value(add.b).dims != dims) return;
    // The later of the two producers: the other summand then lives no longer than before.
    const auto first = producer(add.a, position);
    const auto second = producer(add.b, position);
    if (!first && !second) return;
    if (!first || (second && *second > *first)) {
      std::swap(add.a, add.b);
      std::swap(add.a_scale, add.b_scale);
      std::swap(add.a_zero, add.b_zero);
    }
    const std::size_t from = first && (!second || *first > *second) ? *first : *second;
    if (hw_.root(add.b).kind == ValueKind::kConstant) return;
    // The command has one zero point for its own result and for the first summand.
    if (std::get<MatrixOp>(hw_.nodes[from].op).out_zero != add.a_zero) return;

    MatrixOp matrix = std::get<MatrixOp>(hw_.nodes[from].op);
    matrix.residual = add.b;
    matrix.out = add.out;
    matrix.out_scale = add.a_scale;
    matrix.residual_scale = add.b_scale;
    matrix.residual_zero = add.b_zero;
    matrix.sum_scale = add.out_scale;
    matrix.sum_zero = add.out_zero;
    matrix.clip = add.clip;
    const std::uint32_t row = hw_.nodes[from].row;
    const std::uint32_t add_row = hw_.nodes[position].row;
    for (NodeRow& other : hw_.rows) {
      if (other.fused_into == add_row) other.fused_into = row;
    }
    hw_.rows[add_row].fused_into = row;
    hw_.values[add.out].row = row;
    hw_.nodes[position] = {row, std::move(matrix)};
    gone_[from] = true;
  }

  /// The matrix operation that makes the summand for this addition alone, fit to take the addition over.
  [[nodiscard]] std::optional<std::size_t> producer(ValueId summand, std::size_t position) const {
    const Value& value = hw_.value(summand);
    if (value.root != summand || value.kind != ValueKind::kActivation) return std::nullopt;
    const Usage& usage = usage_[summand];
    if (usage.writers.size() != 1 || usage.readers.size() != 1 ||
        usage.readers.front() != static_cast<std::int64_t>(position)) {
      return std::nullopt;
    }
    const auto from = static_cast<std::size_t>(usage.writers.front());
    const auto* matrix = std::get_if<MatrixOp>(&hw_.nodes[from].op);
    if (gone_[from] || matrix == nullptr || matrix->out != summand || matrix->residual != kNoValue) {
      return std::nullopt;
    }
    if (matrix->clip.active() || matrix->out_type == DType::kInt32) return std::nullopt;
    if (!only_operation_of_row(position) || !only_operation_of_row(from)) return std::nullopt;
    return from;
  }

  /// Rows with several operations (a broadcast copy and an addition) keep them.
  [[nodiscard]] bool only_operation_of_row(std::size_t position) const {
    const std::uint32_t row = hw_.nodes[position].row;
    return row < operations_.size() && operations_[row] == 1;
  }

  HwGraph& hw_;
  std::vector<Usage> usage_;
  std::vector<int> operations_;  ///< by row
  std::vector<bool> gone_;
};

}  // namespace

void fuse_residuals(HwGraph& hw) { ResidualFusion(hw).run(); }

}  // namespace systole::mapper
