// ConvTranspose, DepthToSpace, SpaceToDepth, Tile.
#include <algorithm>
#include <limits>

#include "models/onnx/expand.h"
#include "models/onnx/limits.h"

namespace systole::importer {
namespace {

/// One spatial dimension of a transposed convolution.
struct Line {
  std::int64_t in = 1, kernel = 1, stride = 1, dilation = 1;
  std::int64_t pad_begin = 0, pad_end = 0, out_pad = 0;

  [[nodiscard]] std::int64_t reach() const { return (kernel - 1) * dilation + 1; }
  /// The result's extent without pads.
  [[nodiscard]] std::int64_t full() const { return stride * (in - 1) + out_pad + reach(); }
  /// What the equivalent convolution pads, when every input element stands before stride - 1 zeros.
  [[nodiscard]] std::int64_t before() const { return reach() - 1 - pad_begin; }
  [[nodiscard]] std::int64_t behind() const { return reach() - 1 - pad_end + out_pad - (stride - 1); }

  /// A total below 0 adds zeros at the end.
  void set_pads(std::int64_t total, bool more_at_end) {
    if (total < 0) {
      pad_end = total;
      return;
    }
    const std::int64_t half = total / 2;
    pad_begin = more_at_end ? half : total - half;
    pad_end = total - pad_begin;
  }
};

/// The node's attributes; failures are recorded.
std::vector<Line> lines_of(NodeView& node) {
  const ir::Shape& x = node.shape(0);
  const ir::Shape& w = node.shape(1);
  const std::size_t rank = x.size() - 2;
  const auto list = [&](const char* name, std::int64_t standard, std::int64_t low, std::int64_t high) {
    return node.integers(name, rank, standard, low, high);
  };
  const auto strides = list("strides", 1, 1, 1024);
  const auto dilations = list("dilations", 1, 1, kMaxWindow);
  const auto out_pads = list("output_padding", 0, 0, 1024);
  const auto pads = node.integers("pads", 2 * rank, 0, 0, kMaxPad);
  const auto shape = node.integer_list("output_shape");
  const std::string mode = node.text("auto_pad", "NOTSET");
  const bool shape_fits =
      !shape || (shape->size() == rank && std::all_of(shape->begin(), shape->end(),
                                                      [](auto s) { return s >= 1 && s <= kMaxElements; }));
  if (!shape_fits) node.fail("attribute 'output_shape' needs one size per dimension");
  if (!node.ok()) return {};
  std::vector<Line> lines(rank);
  for (std::size_t d = 0; d < rank; ++d) {
    Line& line = lines[d];
    line = {x[d + 2], w[d + 2], strides[d], dilations[d], 0, 0, out_pads[d]};
    if (shape) {
      line.set_pads(line.full() - (*shape)[d], mode == "SAME_UPPER");
    } else if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
      line.set_pads(line.full() - line.in * line.stride, mode == "SAME_UPPER");
    } else if (mode == "NOTSET") {
      line.pad_begin = pads[d];
      line.pad_end = pads[d + rank];
    }
    if (line.kernel > kMaxWindow || line.reach() > kMaxPad || line.full() - line.pad_begin - line.pad_end < 1)
      node.fail("its window does not fit its input");
  }
  return lines;
}

/// Zeros behind every element: through dimensions of extent 1, which are padded.
std::string spread(Expansion& expansion, std::string x, const ir::Shape& shape,
                   const std::vector<Line>& lines) {
  if (std::all_of(lines.begin(), lines.end(), [](const Line& line) { return line.stride == 1; })) return x;
  std::vector<std::int64_t> apart{shape[0], shape[1]};
  std::vector<std::int64_t> together = apart;
  std::vector<std::int64_t> pads(2 + 2 * lines.size(), 0);
  std::vector<std::int64_t> behind(pads);
  for (std::size_t d = 0; d < lines.size(); ++d) {
    apart.insert(apart.end(), {lines[d].in, 1});
    behind[3 + 2 * d] = lines[d].stride - 1;
    together.push_back(lines[d].in * lines[d].stride);
  }
  pads.insert(pads.end(), behind.begin(), behind.end());
  return expansion.reshape(expansion.pad(expansion.reshape(x, apart), pads), together);
}

/// (C, M / groups, kernel) as (M, C / groups, kernel), the kernel turned round.
std::string turned_weights(Expansion& expansion, const ir::Shape& w, std::int64_t groups) {
  const std::vector<std::int64_t> kernel(w.begin() + 2, w.end());
  std::vector<std::int64_t> grouped{groups, w[0] / groups, w[1]};
  std::vector<std::int64_t> order{0, 2, 1};
  std::vector<std::int64_t> flat{w[1] * groups, w[0] / groups};
  std::vector<std::int64_t> axes;
  for (std::size_t d = 0; d < kernel.size(); ++d) {
    order.push_back(static_cast<std::int64_t>(d) + 3);
    axes.push_back(static_cast<std::int64_t>(d) + 2);
  }
  grouped.insert(grouped.end(), kernel.begin(), kernel.end());
  flat.insert(flat.end(), kernel.begin(), kernel.end());
  const std::string swapped =
      expansion.reshape(expansion.transpose(expansion.reshape(expansion.input(1), grouped), order), flat);
  const std::vector<std::int64_t> last(kernel.size(), -1);
  const std::vector<std::int64_t> past(kernel.size(), std::numeric_limits<std::int64_t>::min());
  return expansion.add("Slice", {swapped, expansion.integers(last), expansion.integers(past),
                                 expansion.integers(axes), expansion.integers(last)});
}

std::optional<std::int64_t> block_of(NodeView& node) {
  const std::int64_t block = node.integer("blocksize", 0);
  const ir::Shape& x = node.shape(0);
  if (x.size() == 4 && block >= 1 && block <= 1024) return block;
  node.fail("needs an input of rank 4 and a blocksize from 1 to 1024; found " + to_text(x) + " and " +
            std::to_string(block));
  return std::nullopt;
}

}  // namespace

// A convolution over the input with zeros between its elements.
Resolved expand_conv_transpose(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  node.require_type(1, {DType::kFloat32});
  const ir::Shape& x = node.shape(0);
  const ir::Shape& w = node.shape(1);
  const std::int64_t groups = node.integer("group", 1);
  if ((x.size() != 3 && x.size() != 4) || w.size() != x.size()) {
    node.fail("input '" + node.input(0).name + "' has shape " + to_text(x) +
              "; supported are [N, C, W] and [N, C, H, W]");
    return {};
  }
  if (groups < 1 || x[1] != w[0] || w[0] % groups != 0) {
    node.fail("the weights " + to_text(w) + " do not fit the input " + to_text(x) + " in " +
              std::to_string(groups) + " groups");
    return {};
  }
  const std::vector<Line> lines = lines_of(node);
  if (!node.ok()) return {};
  Expansion expansion(node);
  std::string data = spread(expansion, expansion.input(0), x, lines);
  const std::size_t rank = x.size();
  std::vector<std::int64_t> conv_pads;
  std::vector<std::int64_t> cuts(2 * rank, 0);
  std::vector<std::int64_t> dilations;
  for (std::size_t d = 0; d < lines.size(); ++d) {
    conv_pads.push_back(std::max<std::int64_t>(0, lines[d].before()));
    cuts[2 + d] = std::min<std::int64_t>(0, lines[d].before());
    cuts[rank + 2 + d] = std::min<std::int64_t>(0, lines[d].behind());
    dilations.push_back(lines[d].dilation);
  }
  for (const Line& line : lines) conv_pads.push_back(std::max<std::int64_t>(0, line.behind()));
  if (std::any_of(cuts.begin(), cuts.end(), [](std::int64_t c) { return c < 0; }))
    data = expansion.pad(data, cuts);
  std::vector<std::string> inputs{data, turned_weights(expansion, w, groups)};
  if (node.has(2)) inputs.push_back(expansion.input(2));
  expansion.add("Conv", inputs, {{"pads", conv_pads}, {"dilations", dilations}, {"group", groups}});
  return expansion.finish();
}

Resolved expand_depth_to_space(NodeView& node) {
  const auto block = block_of(node);
  const std::string mode = node.text("mode", "DCR");
  if (!block) return {};
  const ir::Shape x = node.shape(0);
  const std::int64_t b = *block;
  if (x[1] % (b * b) != 0 || (mode != "DCR" && mode != "CRD")) {
    node.fail(std::to_string(x[1]) + " channels do not make blocks of " + std::to_string(b) + " in mode " +
              mode);
    return {};
  }
  const std::int64_t c = x[1] / (b * b);
  Expansion expansion(node);
  const std::string parts =
      mode == "DCR" ? expansion.transpose(expansion.reshape(expansion.input(0), {x[0], b, b, c, x[2], x[3]}),
                                          {0, 3, 4, 1, 5, 2})
                    : expansion.transpose(expansion.reshape(expansion.input(0), {x[0], c, b, b, x[2], x[3]}),
                                          {0, 1, 4, 2, 5, 3});
  expansion.reshape(parts, {x[0], c, x[2] * b, x[3] * b});
  return expansion.finish();
}

Resolved expand_space_to_depth(NodeView& node) {
  const auto block = block_of(node);
  if (!block) return {};
  const ir::Shape x = node.shape(0);
  const std::int64_t b = *block;
  if (x[2] % b != 0 || x[3] % b != 0) {
    node.fail("blocks of " + std::to_string(b) + " do not fit the shape " + to_text(x));
    return {};
  }
  Expansion expansion(node);
  const std::string parts = expansion.transpose(
      expansion.reshape(expansion.input(0), {x[0], x[1], x[2] / b, b, x[3] / b, b}), {0, 3, 5, 1, 2, 4});
  expansion.reshape(parts, {x[0], x[1] * b * b, x[2] / b, x[3] / b});
  return expansion.finish();
}

// The input beside itself, dimension by dimension.
Resolved expand_tile(NodeView& node) {
  constexpr std::int64_t kMostCopies = 1024;
  if (node.opset() < 6) {
    node.fail("the form of opset 1 is not supported; export with opset 6 or later");
    return {};
  }
  if (!node.require_constant(1, "simplify the network, or export it with fixed shapes")) return {};
  const auto repeats = node.constant_integers(1);
  if (!repeats) return {};
  const bool fits = repeats->size() == node.shape(0).size() &&
                    std::all_of(repeats->begin(), repeats->end(),
                                [](std::int64_t r) { return r >= 1 && r <= kMostCopies; });
  if (!fits) {
    node.fail("needs a repeat from 1 to " + std::to_string(kMostCopies) + " for each dimension of its input");
    return {};
  }
  Expansion expansion(node);
  std::string result = expansion.input(0);
  for (std::size_t d = repeats->size(); d-- > 0;) {
    const auto times = static_cast<std::size_t>((*repeats)[d]);
    if (times == 1) continue;
    result = expansion.add("Concat", std::vector<std::string>(times, result),
                           {{"axis", static_cast<std::int64_t>(d)}});
  }
  if (result == expansion.input(0)) expansion.add("Identity", {result});
  return expansion.finish();
}

}  // namespace systole::importer
