// The commands of a tiled convolution or GEMM.
#include <algorithm>
#include <memory>

#include "models/mapper/tiling/pack.h"
#include "models/mapper/tiling/tile.h"

namespace systole::mapper {

namespace {

constexpr std::uint32_t kSlotA = 0, kSlotPack = 1, kSlotB = 2, kSlotBias = 3, kSlotOut = 4, kSlotResidual = 5;

void set(Region& region, int dim, std::int64_t begin, std::int64_t extent) {
  if (dim < 0) return;
  region.begin[static_cast<std::size_t>(dim)] = begin;
  region.extent[static_cast<std::size_t>(dim)] = extent;
}

/// A region with all dimensions at 0 and of extent 1.
Region first_element(const Value& value) { return {Dims(value.dims.size(), 0), Dims(value.dims.size(), 1)}; }

std::int64_t stride_of(const Placed& placed, int dim) {
  return dim < 0 ? 0 : placed.strides[static_cast<std::size_t>(dim)];
}

/// What one step computes.
struct Part {
  std::vector<std::int64_t> batch;  ///< indices
  std::int64_t batch_index = 0;
  std::int64_t row = 0, rows = 1;
  std::int64_t column_tile = 0;
  std::size_t chunk = 0;
};

/// Builds the steps of one operation. Shared by the steps' emit functions, which outlive it.
class MatrixSteps {
public:
  MatrixSteps(const HwGraph& hw, const MatrixOp& op, const MatrixTile& tile, const Capability& capability)
      : hw_(hw), op_(op), tile_(tile), layout_(op_, tile_, capability), cols_(capability.array.cols) {}

  [[nodiscard]] Step step(const Part& part, const std::shared_ptr<const MatrixSteps>& self) const {
    Step step;
    Used used;
    add_a(part, step, used);
    add_weights(part, step, used);
    if (is_last(part)) add_result(part, step, used);
    step.emit = [self, part, used](std::span<const Placed> placed, std::vector<sgb_descriptor>& out) {
      self->emit(part, used, placed, out);
    };
    return step;
  }

  [[nodiscard]] const MatrixTile& tile() const { return tile_; }

private:
  /// Positions of the operands in the step; -1 = not there.
  struct Used {
    int a = -1, pack = -1, b = -1, bias = -1, out = -1, residual = -1;
  };

  [[nodiscard]] bool is_last(const Part& part) const { return part.chunk + 1 == tile_.chunks.size(); }
  [[nodiscard]] Span1 rows_of(const Part& part) const {
    const KChunk& chunk = tile_.chunks[part.chunk];
    return window_span(part.row, part.rows, chunk.ky, chunk.kernel_h, op_.window.stride[0],
                       op_.window.dilation[0], op_.window.pad[0], op_.in_h);
  }

  void add_a(const Part& part, Step& step, Used& used) const {
    const KChunk& chunk = tile_.chunks[part.chunk];
    const ColumnRange range = column_range(op_, tile_, part.column_tile);
    Operand a{kSlotA, op_.a,           first_element(hw_.value(op_.a)), false, {}, op_.a_roles.chan,
              {},     SGB_STREAM_INPUT};
    const Span1 rows = rows_of(part);
    for (std::size_t d = 0; d < part.batch.size(); ++d) set(a.region, op_.a_roles.batch[d], part.batch[d], 1);
    set(a.region, op_.a_roles.row, rows.begin, rows.end - rows.begin);
    set(a.region, op_.a_roles.col, 0, op_.in_w);
    if (op_.groups > 1) {
      set(a.region, op_.a_roles.chan, range.first_group * op_.in_c, range.groups * op_.in_c);
    } else {
      set(a.region, op_.a_roles.chan, chunk.c, chunk.channels);
    }
    a.order = staging_order(op_.a_roles, hw_.value(op_.a).dims.size());
    used.a = add(step, std::move(a));
  }

  void add_weights(const Part& part, Step& step, Used& used) const {
    const KChunk& chunk = tile_.chunks[part.chunk];
    const ColumnRange range = column_range(op_, tile_, part.column_tile);
    if (op_.pack != kNoValue) {
      const PackBlock& block = block_of(part);
      if (block.bytes > 0) {
        used.pack = add(step, {kSlotPack,
                               op_.pack,
                               {{block.offset}, {block.bytes}},
                               false,
                               {},
                               kDense,
                               {},
                               SGB_STREAM_WEIGHTS});
      }
    }
    if (op_.b != kNoValue) {
      Operand b{kSlotB, op_.b, first_element(hw_.value(op_.b)), false, {}, kDense, {}, SGB_STREAM_WEIGHTS};
      for (std::size_t d = 0; d < part.batch.size(); ++d)
        set(b.region, op_.b_roles.batch[d], part.batch[d], 1);
      set(b.region, op_.b_roles.n, range.first, range.count);
      set(b.region, op_.b_roles.ky, chunk.ky, chunk.kernel_h);
      set(b.region, op_.b_roles.kx, chunk.kx, chunk.kernel_w);
      set(b.region, op_.b_roles.c, chunk.c, chunk.channels);
      b.pack = ColumnPack{op_.b_roles, range.groups, range.per_group, cols_};
      used.b = add(step, std::move(b));
    }
    if (op_.bias_value != kNoValue && is_last(part)) {
      const Value& value = hw_.value(op_.bias_value);
      Operand bias{kSlotBias, op_.bias_value,    first_element(value), false, {}, kDense,
                   {},        SGB_STREAM_WEIGHTS};
      set(bias.region, static_cast<int>(value.dims.size()) - 1, range.first, range.count);
      used.bias = add(step, std::move(bias));
    }
  }

  void add_result(const Part& part, Step& step, Used& used) const {
    const ColumnRange range = column_range(op_, tile_, part.column_tile);
    const int adjacent = op_.out_roles.chan < 0 ? kAnyStrides : op_.out_roles.chan;
    Operand out{kSlotOut, op_.out,          first_element(hw_.value(op_.out)), true, {}, adjacent,
                {},       SGB_STREAM_OUTPUT};
    for (std::size_t d = 0; d < part.batch.size(); ++d)
      set(out.region, op_.out_roles.batch[d], part.batch[d], 1);
    set(out.region, op_.out_roles.row, part.row, part.rows);
    set(out.region, op_.out_roles.col, 0, op_.out_w);
    set(out.region, op_.out_roles.chan, range.first, range.count);
    out.order = staging_order(op_.out_roles, hw_.value(op_.out).dims.size());
    if (op_.residual != kNoValue) {  // the same box of the second summand
      Operand residual = out;
      residual.slot = kSlotResidual;
      residual.value = op_.residual;
      residual.write = false;
      residual.stream = SGB_STREAM_INPUT;
      used.residual = add(step, std::move(residual));
    }
    used.out = add(step, std::move(out));
  }

  static int add(Step& step, Operand operand) {
    step.operands.push_back(std::move(operand));
    return static_cast<int>(step.operands.size()) - 1;
  }

  /// Batch dimensions (of extent 1), row, column, channel.
  static std::vector<int> staging_order(const Roles& roles, std::size_t rank) {
    std::vector<int> order;
    for (int d = 0; d < static_cast<int>(rank); ++d) {
      if (d != roles.row && d != roles.col && d != roles.chan) order.push_back(d);
    }
    for (const int d : {roles.row, roles.col, roles.chan}) {
      if (d >= 0) order.push_back(d);
    }
    return order;
  }

  [[nodiscard]] const PackBlock& block_of(const Part& part) const {
    return layout_.block(part.batch_index, part.column_tile, static_cast<std::int64_t>(part.chunk));
  }

  void emit(const Part& part, const Used& used, std::span<const Placed> placed,
            std::vector<sgb_descriptor>& out) const {
    const ColumnRange range = column_range(op_, tile_, part.column_tile);
    const auto at = [&](int operand) { return placed[static_cast<std::size_t>(operand)]; };
    const auto out_size = static_cast<std::int64_t>(size_of(op_.out_type));
    for (std::int64_t g = 0; g < range.groups; ++g) {
      sgb_descriptor descriptor{};
      descriptor.opcode = SGB_OP_MATRIX;
      sgb_matrix& m = descriptor.u.matrix;
      fill_shape(part, range, at(used.a), m);
      fill_epilogue(m);
      m.a = at(used.a).address + static_cast<std::uint64_t>(g * op_.in_c) * size_of(op_.a_type);
      const std::int64_t column = g * range.per_group;
      if (used.pack >= 0) {
        const PackBlock& block = block_of(part);
        const std::uint64_t base = at(used.pack).address;
        const auto part_at = [&](std::int64_t offset, std::int64_t bytes) {
          return offset < 0 ? 0 : base + static_cast<std::uint64_t>(offset + bytes);
        };
        m.b = part_at(block.b, g * block.group_bytes);
        m.bias = part_at(block.bias, column * 4);
        m.scale = part_at(block.scale, column * 4);
        m.k_table = part_at(block.k_table, 0);
        m.b_zero_table = part_at(block.b_zero, column * static_cast<std::int64_t>(size_of(op_.b_type)));
      }
      const std::int64_t k = tile_.chunks[part.chunk].rows();
      if (used.b >= 0) {
        m.b = at(used.b).address + static_cast<std::uint64_t>(g * range.per_group * k) * size_of(op_.b_type);
      }
      if (used.bias >= 0) m.bias = at(used.bias).address + static_cast<std::uint64_t>(column * 4);
      if (used.out >= 0) {
        m.out = at(used.out).address + static_cast<std::uint64_t>(column * out_size);
        set_strides(at(used.out), op_.out_roles, m.out_w, m.out_row_stride, m.out_pixel_stride);
      }
      if (used.residual >= 0) {
        m.residual = at(used.residual).address + static_cast<std::uint64_t>(column * out_size);
        set_strides(at(used.residual), op_.out_roles, m.out_w, m.residual_row_stride,
                    m.residual_pixel_stride);
      }
      out.push_back(descriptor);
    }
  }

  /// A matrix (no column dimension) is one row of pixels.
  [[nodiscard]] bool is_gemm() const {
    return op_.in_w == 1 && op_.out_w == 1 && op_.window.kernel == std::array<std::int64_t, 2>{1, 1} &&
           op_.window.stride[0] == 1 && op_.window.pad == std::array<std::int64_t, 2>{0, 0};
  }

  void set_strides(const Placed& placed, const Roles& roles, std::uint32_t width, std::int32_t& row_stride,
                   std::int32_t& pixel_stride) const {
    if (is_gemm()) {
      pixel_stride = static_cast<std::int32_t>(stride_of(placed, roles.row));
      row_stride = static_cast<std::int32_t>(pixel_stride * static_cast<std::int64_t>(width));
    } else {
      row_stride = static_cast<std::int32_t>(stride_of(placed, roles.row));
      pixel_stride = roles.col < 0 ? row_stride : static_cast<std::int32_t>(stride_of(placed, roles.col));
    }
  }

  void fill_shape(const Part& part, const ColumnRange& range, const Placed& a, sgb_matrix& m) const {
    const KChunk& chunk = tile_.chunks[part.chunk];
    const Span1 rows = rows_of(part);
    m.in_h = static_cast<std::uint32_t>(rows.end - rows.begin);
    m.in_w = static_cast<std::uint32_t>(op_.in_w);
    m.out_h = static_cast<std::uint32_t>(part.rows);
    m.out_w = static_cast<std::uint32_t>(op_.out_w);
    if (is_gemm()) {
      std::swap(m.in_h, m.in_w);
      std::swap(m.out_h, m.out_w);
    }
    m.in_c = static_cast<std::uint32_t>(chunk.channels);
    m.n = static_cast<std::uint32_t>(range.per_group);
    if (op_.has_float_blocks()) {
      m.block_c = static_cast<std::uint32_t>(op_.in_c / op_.blocks);
      m.block_n = static_cast<std::uint32_t>(op_.n / op_.blocks);
      m.block_at = static_cast<std::uint32_t>(range.first % op_.n);
    }
    set_strides(a, op_.a_roles, m.in_w, m.a_row_stride, m.a_pixel_stride);
    m.kernel_h = static_cast<std::uint16_t>(chunk.kernel_h);
    m.kernel_w = static_cast<std::uint16_t>(chunk.kernel_w);
    m.stride_h = static_cast<std::uint16_t>(op_.window.stride[0]);
    m.stride_w = static_cast<std::uint16_t>(op_.window.stride[1]);
    m.dilation_h = static_cast<std::uint16_t>(op_.window.dilation[0]);
    m.dilation_w = static_cast<std::uint16_t>(op_.window.dilation[1]);
    m.pad_top = static_cast<std::int16_t>(rows.pad);
    m.pad_left = static_cast<std::int16_t>(op_.window.pad[1] - chunk.kx * op_.window.dilation[1]);
    m.b_tile_cols = static_cast<std::uint16_t>(cols_);
    if (!op_.kept.empty()) m.k_count = static_cast<std::uint32_t>(chunk.kept);
    m.sparse_n = op_.sparse_n;
    m.sparse_m = op_.sparse_m;
    m.a_type = static_cast<std::uint8_t>(op_.format_of_a());
    m.b_type = static_cast<std::uint8_t>(op_.format_of_b());
    m.out_type = static_cast<std::uint8_t>(op_.out_type);
    if (part.chunk > 0) m.flags |= SGB_MATRIX_CONTINUE;
    if (!is_last(part)) m.flags |= SGB_MATRIX_KEEP;
  }

  void fill_epilogue(sgb_matrix& m) const {
    m.a_zero = op_.a_zero;
    m.b_zero = op_.b_zero.size() == 1 ? op_.b_zero[0] : 0;
    m.out_zero = op_.out_zero;
    if (op_.out_type == DType::kFloat32) {
      if (op_.clip.active()) {
        m.flags |= SGB_MATRIX_CLIP;
        m.clip_min_f = static_cast<float>(op_.clip.low);
        m.clip_max_f = static_cast<float>(op_.clip.high);
      }
    } else {
      m.clip_min = op_.clip.low_int();
      m.clip_max = op_.clip.high_int();
    }
    m.out_scale = op_.out_scale;
    m.residual_scale = op_.residual_scale;
    m.sum_scale = op_.sum_scale;
    m.residual_zero = op_.residual_zero;
    m.sum_zero = op_.sum_zero;
  }

  const HwGraph& hw_;
  MatrixOp op_;
  MatrixTile tile_;
  PackLayout layout_;
  std::int64_t cols_;
};

}  // namespace

Span1 window_span(std::int64_t first, std::int64_t count, std::int64_t kernel_first, std::int64_t kernel,
                  std::int64_t stride, std::int64_t dilation, std::int64_t pad, std::int64_t in) {
  const std::int64_t start = first * stride - pad + kernel_first * dilation;
  const std::int64_t stop = start + (count - 1) * stride + (kernel - 1) * dilation + 1;
  Span1 span;
  span.begin = std::clamp<std::int64_t>(start, 0, in - 1);
  span.end = std::clamp<std::int64_t>(stop, span.begin + 1, in);
  span.pad = span.begin - start;
  return span;
}

std::vector<Step> matrix_steps(const HwGraph& hw, const MatrixOp& op, const MatrixTile& tile,
                               const Capability& capability) {
  const auto maker = std::make_shared<const MatrixSteps>(hw, op, tile, capability);
  const std::int64_t row_tiles = (op.out_h + tile.rows - 1) / tile.rows;
  const std::int64_t column_tiles = column_tile_count(op, tile);
  std::vector<Step> steps;
  for (std::int64_t batch = 0; batch < ir::elements_of(op.batch); ++batch) {
    Part part;
    part.batch_index = batch;
    part.batch.resize(op.batch.size());
    std::int64_t left = batch;
    for (std::size_t d = op.batch.size(); d-- > 0;) {
      part.batch[d] = left % op.batch[d];
      left /= op.batch[d];
    }
    // Forth and back, so that a pass begins with the operands that the one before has ended with.
    const std::int64_t inner_tiles = tile.rows_inside ? row_tiles : column_tiles;
    const std::int64_t outer_tiles = tile.rows_inside ? column_tiles : row_tiles;
    const auto turn = [](std::int64_t pass, std::int64_t i, std::int64_t count) {
      return pass % 2 == 0 ? i : count - 1 - i;
    };
    for (std::int64_t i = 0; i < row_tiles * column_tiles; ++i) {
      const std::int64_t pass = i / inner_tiles;
      const std::int64_t inner = turn(batch * outer_tiles + pass, i % inner_tiles, inner_tiles);
      const std::int64_t outer = turn(batch, pass, outer_tiles);
      const std::int64_t row_tile = tile.rows_inside ? inner : outer;
      part.column_tile = tile.rows_inside ? outer : inner;
      part.row = row_tile * tile.rows;
      part.rows = std::min(tile.rows, op.out_h - part.row);
      for (part.chunk = 0; part.chunk < tile.chunks.size(); ++part.chunk)
        steps.push_back(maker->step(part, maker));
    }
  }
  return steps;
}

}  // namespace systole::mapper
