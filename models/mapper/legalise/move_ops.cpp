// Transpose, Pad, Resize: strided copies by DMA.
#include <algorithm>
#include <cstring>

#include "models/mapper/legalise/context.h"

namespace systole::mapper {

void legalise_transpose(Context& context, const ir::Node& node) {
  const ir::Tensor& x = context.tensor(node.inputs[0]);
  const auto& permutation = std::get<ir::TransposeAttributes>(node.attributes).permutation;
  const ValueId in = context.operand_of(node.inputs[0]);
  const ValueId out = context.define(node.outputs[0]);
  const ir::Shape& shape = context.tensor(node.outputs[0]).shape;
  const Dims dense = onnx_strides(context.hw.value(in), x.shape, false);
  const Dims dram = onnx_strides(context.hw.value(in), x.shape, true);
  CopyOp copy;
  copy.src = in;
  copy.dst = out;
  copy.extent = shape;
  for (const std::int64_t from : permutation) {
    copy.src_dense.push_back(dense[static_cast<std::size_t>(from)]);
    copy.src_dram.push_back(dram[static_cast<std::size_t>(from)]);
  }
  copy.dst_dense = onnx_strides(context.hw.value(out), shape, false);
  copy.dst_dram = onnx_strides(context.hw.value(out), shape, true);
  context.add(copy);
}

namespace {

/// A box of a value's ONNX dimensions.
struct Box {
  ir::Shape begin;
  ir::Shape extent;
  [[nodiscard]] bool empty() const {
    return std::any_of(extent.begin(), extent.end(), [](std::int64_t e) { return e <= 0; });
  }
};

class Padding {
public:
  Padding(Context& context, const ir::Node& node)
      : context_(context),
        node_(node),
        pad_(std::get<ir::PadAttributes>(node.attributes)),
        in_shape_(context.tensor(node.inputs[0]).shape),
        out_shape_(context.tensor(node.outputs[0]).shape),
        in_(context.operand_of(node.inputs[0])),
        out_(context.define(node.outputs[0])) {}

  void run() {
    if (pad_.mode == PadMode::kConstant && !read_fill()) return;
    copy_inside();
    // Dimension by dimension; what lies inside the earlier ones is full then.
    Box full = inside();
    for (std::size_t d = 0; d < out_shape_.size(); ++d) {
      const std::int64_t first = full.begin[d];
      const std::int64_t last = first + full.extent[d];
      border(full, d, 0, first, first, last);
      border(full, d, last, out_shape_[d], first, last);
      full.begin[d] = 0;
      full.extent[d] = out_shape_[d];
    }
  }

private:
  using PadMode = ir::PadMode;

  bool read_fill() {
    if (!Context::has_input(node_, 1)) return true;
    const ir::Tensor& value = context_.tensor(node_.inputs[1]);
    if (!context_.graph.tensor(node_.inputs[1]).is_constant() || value.elements() != 1) {
      context_.complain(node_, "its value must be a constant of the network: the descriptor holds it");
      return false;
    }
    std::memcpy(&fill_, value.data->data(), size_of(value.type));
    return true;
  }

  /// Of the result: what comes from the operand.
  [[nodiscard]] Box inside() const {
    Box box{out_shape_, out_shape_};
    for (std::size_t d = 0; d < out_shape_.size(); ++d) {
      box.begin[d] = std::max<std::int64_t>(0, pad_.begin[d]);
      const std::int64_t last = out_shape_[d] - std::max<std::int64_t>(0, pad_.end[d]);
      box.extent[d] = last - box.begin[d];
    }
    return box;
  }

  [[nodiscard]] Dims out_strides(bool in_dram) const {
    return onnx_strides(context_.hw.value(out_), out_shape_, in_dram);
  }

  ValueId part(const Box& box) {
    return context_.slice(out_, out_shape_, box.begin, ir::Shape(out_shape_.size(), 1), box.extent);
  }

  void copy_inside() {
    const Box box = inside();
    if (box.empty()) return;
    ir::Shape from(in_shape_.size(), 0);
    for (std::size_t d = 0; d < from.size(); ++d) from[d] = std::max<std::int64_t>(0, -pad_.begin[d]);
    const ValueId source = context_.slice(in_, in_shape_, from, ir::Shape(from.size(), 1), box.extent);
    context_.copy_all(source, part(box), box.extent);
  }

  /// Fills indices [from, to) of dimension d; [first, last) of it is full already.
  void border(const Box& full, std::size_t d, std::int64_t from, std::int64_t to, std::int64_t first,
              std::int64_t last) {
    Box box = full;
    box.begin[d] = from;
    box.extent[d] = to - from;
    if (box.empty()) return;
    CopyOp copy;
    copy.dst = part(box);
    copy.extent = box.extent;
    copy.dst_dense = out_strides(false);
    copy.dst_dram = out_strides(true);
    if (pad_.mode == PadMode::kConstant) {
      copy.fill = fill_;
      context_.add(copy);
      return;
    }
    const bool edge = pad_.mode == PadMode::kEdge;
    const bool before = to <= first;
    // Edge: the one line beside the border. Reflect: mirrored at that line, which is not repeated.
    Box source = box;
    source.begin[d] =
        edge ? (before ? first : last - 1) : (before ? 2 * first - from : 2 * (last - 1) - from);
    copy.src = context_.slice(out_, out_shape_, source.begin, ir::Shape(out_shape_.size(), 1), box.extent);
    copy.src_dense = out_strides(false);
    copy.src_dram = out_strides(true);
    copy.src_dense[d] *= edge ? 0 : -1;
    copy.src_dram[d] *= edge ? 0 : -1;
    context_.add(copy);
  }

  Context& context_;
  const ir::Node& node_;
  const ir::PadAttributes& pad_;
  const ir::Shape in_shape_;
  const ir::Shape out_shape_;
  ValueId in_;
  ValueId out_;
  std::uint64_t fill_ = 0;
};

/// Indices of one dimension of the result that come from an even pattern of the operand's: index o = begin +
/// i * repeat + j (i < count, j < repeat) from first + i * step.
struct Run {
  std::int64_t begin = 0;
  std::int64_t first = 0;
  std::int64_t count = 1;
  std::int64_t repeat = 1;
  std::int64_t step = 0;
};

/// Cuts a dimension into as few runs as a greedy walk finds.
std::vector<Run> runs_of(const std::vector<std::int64_t>& source) {
  struct Group {
    std::int64_t index;
    std::int64_t length;
  };
  std::vector<Group> groups;
  for (const std::int64_t index : source) {
    if (!groups.empty() && groups.back().index == index) {
      ++groups.back().length;
    } else {
      groups.push_back({index, 1});
    }
  }
  std::vector<Run> runs;
  std::int64_t begin = 0;
  for (const Group& group : groups) {
    if (!runs.empty()) {
      Run& last = runs.back();
      const std::int64_t step = group.index - (last.first + (last.count - 1) * last.step);
      if (group.length == last.repeat && (last.count == 1 || step == last.step)) {
        last.step = step;
        ++last.count;
        begin += group.length;
        continue;
      }
    }
    runs.push_back({begin, group.index, 1, group.length, 0});
    begin += group.length;
  }
  return runs;
}

}  // namespace

void legalise_pad(Context& context, const ir::Node& node) { Padding(context, node).run(); }

void legalise_resize(Context& context, const ir::Node& node) {
  const auto& source = std::get<ir::ResizeAttributes>(node.attributes).source;
  const ir::Shape in_shape = context.tensor(node.inputs[0]).shape;
  const ir::Shape out_shape = context.tensor(node.outputs[0]).shape;
  const ValueId in = context.operand_of(node.inputs[0]);
  const ValueId out = context.define(node.outputs[0]);
  const std::size_t rank = out_shape.size();
  std::vector<std::vector<Run>> runs;
  runs.reserve(source.size());
  for (const auto& dimension : source) runs.push_back(runs_of(dimension));
  const auto strides = [&](ValueId id, const ir::Shape& shape, bool in_dram) {
    return onnx_strides(context.hw.value(id), shape, in_dram);
  };
  const Dims in_dense = strides(in, in_shape, false);
  const Dims in_dram = strides(in, in_shape, true);
  const Dims out_dense = strides(out, out_shape, false);
  const Dims out_dram = strides(out, out_shape, true);

  std::vector<std::size_t> turn(rank, 0);  // one copy for every combination of runs
  for (bool more = true; more;) {
    ir::Shape from(rank, 0);
    ir::Shape to(rank, 0);
    CopyOp copy;
    for (std::size_t d = 0; d < rank; ++d) {
      const Run& run = runs[d][turn[d]];
      from[d] = run.first;
      to[d] = run.begin;
      copy.extent.insert(copy.extent.end(), {run.count, run.repeat});
      copy.src_dense.insert(copy.src_dense.end(), {run.step * in_dense[d], 0});
      copy.src_dram.insert(copy.src_dram.end(), {run.step * in_dram[d], 0});
      copy.dst_dense.insert(copy.dst_dense.end(), {run.repeat * out_dense[d], out_dense[d]});
      copy.dst_dram.insert(copy.dst_dram.end(), {run.repeat * out_dram[d], out_dram[d]});
    }
    const ir::Shape ones(rank, 1);
    ir::Shape covered(rank);
    for (std::size_t d = 0; d < rank; ++d) covered[d] = runs[d][turn[d]].count * runs[d][turn[d]].repeat;
    copy.src = context.slice(in, in_shape, from, ones, ones);
    copy.dst = context.slice(out, out_shape, to, ones, covered);
    context.add(copy);
    more = false;
    for (std::size_t d = rank; d-- > 0 && !more;) {
      if (++turn[d] < runs[d].size()) {
        more = true;
      } else {
        turn[d] = 0;
      }
    }
  }
}

}  // namespace systole::mapper
