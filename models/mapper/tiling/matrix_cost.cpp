#include "models/mapper/tiling/matrix_cost.h"

#include <algorithm>

#include "hw/base/units.h"
#include "models/mapper/tiling/estimate.h"
#include "models/mapper/tiling/estimate/machine.h"
#include "models/mapper/tiling/kept.h"
#include "models/mapper/tiling/pack.h"

namespace systole::mapper {

namespace {

std::int64_t parts(std::int64_t total, std::int64_t size) { return (total + size - 1) / size; }

std::int64_t bytes_of(DType type) { return static_cast<std::int64_t>(size_of(type)); }

/// `passes` over tiles that together have `all` bytes, forth and back: a pass begins with the tile that the
/// one before has ended with.
std::int64_t snake_bytes(std::int64_t passes, std::int64_t all, std::int64_t first, std::int64_t last) {
  return passes * all - passes / 2 * last - (passes - 1) / 2 * first;
}

/// A matrix (no column dimension) is one row of pixels.
bool is_gemm(const MatrixOp& op) {
  return op.in_w == 1 && op.out_w == 1 && op.window.kernel == std::array<std::int64_t, 2>{1, 1} &&
         op.window.stride[0] == 1 && op.window.pad == std::array<std::int64_t, 2>{0, 0};
}

/// From the start of a transfer until its data flow.
double transfer_wait(const Capability& capability) {
  const TimingCapability& t = capability.timing;
  return Machine(capability).dram_latency + t.dma_setup + t.dispatch + t.completion;
}

/// Input rows that a tile of this many output rows needs at most.
std::int64_t most_rows(const MatrixOp& op, std::int64_t rows, std::int64_t kernel) {
  return std::min(op.in_h, (rows - 1) * op.window.stride[0] + (kernel - 1) * op.window.dilation[0] + 1);
}

}  // namespace

MatrixCost::MatrixCost(const HwGraph& hw, const MatrixOp& op, const Homes& homes, std::int64_t copies,
                       double before, const Capability& capability)
    : hw_(hw),
      op_(op),
      homes_(homes),
      copies_(copies),
      engines_(std::max(1U, capability.engines[static_cast<std::size_t>(EngineKind::kMatrix)])),
      before_(before),
      capability_(capability) {
  const auto strided = [&](ValueId id, int adjacent) {
    const Operand operand{0, id, whole(hw.value(id)), false, {}, adjacent, {}, 0};
    return in_place(hw, homes, operand);
  };
  const int out_adjacent = op.out_roles.chan < 0 ? kAnyStrides : op.out_roles.chan;
  a_in_place_ = strided(op.a, op.a_roles.chan);
  out_in_place_ = strided(op.out, out_adjacent);
  pack_in_place_ = op.pack == kNoValue || homes.has(hw, op.pack);
  residual_in_place_ = op.residual == kNoValue || strided(op.residual, out_adjacent);
  bias_in_place_ = op.bias_value == kNoValue || homes.has(hw, op.bias_value);
  batches_ = ir::elements_of(op.batch);
  shared_b_ = op.b_data &&
              std::all_of(op.b_index.batch.begin(), op.b_index.batch.end(), [](auto s) { return s == 0; });
}

std::int64_t MatrixCost::input_rows(const MatrixTile& tile) const {
  std::int64_t rows = 0;
  if (a_in_place_) return rows;
  const KChunk* before = nullptr;
  for (const KChunk& chunk : tile.chunks) {
    const bool same = before != nullptr && before->ky == chunk.ky && before->c == chunk.c;
    before = &chunk;
    if (same || chunk.c != 0) continue;  // neighbours in a kernel row share their input
    for (std::int64_t row = 0; row < op_.out_h; row += tile.rows) {
      const Span1 span =
          window_span(row, std::min(tile.rows, op_.out_h - row), chunk.ky, chunk.kernel_h,
                      op_.window.stride[0], op_.window.dilation[0], op_.window.pad[0], op_.in_h);
      rows += span.end - span.begin;
    }
  }
  return rows;
}

MatrixCost::Counts MatrixCost::count(const MatrixTile& tile) const {
  Counts n{parts(op_.out_h, tile.rows), column_tile_count(op_, tile),
           static_cast<std::int64_t>(tile.chunks.size()), 0, 0};
  const bool split = n.chunks > 1;
  const bool per_column = op_.groups > 1;
  n.a_loads = batches_ * n.row_tiles * n.chunks;
  if (split || (tile.rows_inside && n.row_tiles > 1)) {
    n.a_loads *= n.column_tiles;
  } else if (per_column) {  // the parts of a group share their input
    n.a_loads *= tile.group_columns > 0 ? op_.groups : n.column_tiles;
  }
  const bool again = split || (!tile.rows_inside && n.column_tiles > 1);
  n.b_repeats = again ? batches_ * n.row_tiles : batches_;
  if (shared_b_ && n.column_tiles * n.chunks == 1) n.b_repeats = 1;
  return n;
}

TileCost MatrixCost::operator()(const MatrixTile& tile, std::int64_t input_rows) const {
  const Counts n = count(tile);
  const bool split = n.chunks > 1;
  const ColumnRange range = column_range(op_, tile, 0);
  const ColumnRange last = column_range(op_, tile, n.column_tiles - 1);
  const KChunk& chunk = tile.chunks.front();
  TileCost cost;
  cost.steps = batches_ * n.row_tiles * n.column_tiles * n.chunks;
  const auto buffer = [&](std::int64_t bytes, bool changes, bool load = true) {
    if (load) cost.first += bytes;
    const std::int64_t copies = changes ? copies_ : 1;
    cost.staging += copies * static_cast<std::int64_t>(
                                 round_up(static_cast<std::uint64_t>(bytes),
                                          static_cast<std::uint64_t>(staging_alignment(capability_))));
  };
  if (!a_in_place_) {
    const std::int64_t line = op_.in_w * bytes_of(op_.a_type);
    const std::int64_t used = op_.groups > 1 ? range.groups * op_.in_c : chunk.channels;
    buffer(most_rows(op_, tile.rows, chunk.kernel_h) * line * used, n.a_loads > 1);
    const std::int64_t all = input_rows * line * op_.in_c * op_.groups;
    if (op_.groups == 1 && !split && tile.rows_inside && n.row_tiles > 1) {
      const auto rows_at = [&](std::int64_t row) {
        const Span1 span =
            window_span(row, std::min(tile.rows, op_.out_h - row), 0, op_.window.kernel[0],
                        op_.window.stride[0], op_.window.dilation[0], op_.window.pad[0], op_.in_h);
        return (span.end - span.begin) * line * op_.in_c;
      };
      cost.traffic +=
          batches_ * snake_bytes(n.column_tiles, all, rows_at(0), rows_at((n.row_tiles - 1) * tile.rows));
    } else {
      const bool parts_again = tile.group_columns > 0 && tile.rows_inside && n.row_tiles > 1;
      cost.traffic += batches_ * all *
                      (op_.groups == 1 && split ? n.column_tiles
                       : parts_again            ? n.column_tiles / op_.groups
                                                : 1);
    }
  }
  // B and its companions: `passes` over all column tiles.
  const bool b_changes = n.b_repeats * n.column_tiles * n.chunks > 1;
  const std::int64_t full = n.column_tiles - 1;
  const auto weights = [&](std::int64_t bytes, std::int64_t last_bytes, std::int64_t staged, bool changes) {
    buffer(staged, changes);
    const std::int64_t all = full * bytes + last_bytes;
    cost.traffic +=
        split || !shared_b_ ? n.b_repeats * all : snake_bytes(n.b_repeats, all, bytes, last_bytes);
  };
  const std::int64_t k = op_.window.kernel[0] * op_.window.kernel[1] * op_.in_c;
  if (!pack_in_place_) {
    const std::int64_t rows = all_packed_rows(op_, tile);
    weights(pack_block_bytes(op_, range.groups, range.per_group, rows, true),
            pack_block_bytes(op_, last.groups, last.per_group, rows, true),
            pack_block_bytes(op_, range.groups, range.per_group, most_packed_rows(op_, tile), true),
            b_changes);
  }
  if (op_.b != kNoValue) {
    const std::int64_t size = bytes_of(op_.b_type);
    weights(range.count * k * size, last.count * k * size, range.count * chunk.rows() * size, b_changes);
  }
  if (!bias_in_place_) weights(range.count * 4, last.count * 4, range.count * 4, n.column_tiles > 1);
  const std::int64_t tiles = batches_ * n.row_tiles * n.column_tiles;
  const std::int64_t result = tile.rows * op_.out_w * range.count * bytes_of(op_.out_type);
  const std::int64_t results = batches_ * op_.out_h * op_.out_w * op_.groups * op_.n * bytes_of(op_.out_type);
  if (!out_in_place_) buffer(result, tiles > 1, false);
  if (!residual_in_place_) buffer(result, tiles > 1);
  cost.traffic += results * ((out_in_place_ ? 0 : 1) + (residual_in_place_ ? 0 : 1));
  return cost;
}

double MatrixCost::loads_of_a(const Counts& n) const {
  return a_in_place_ ? 0 : static_cast<double>(n.a_loads);
}

double MatrixCost::loads_of_b(const Counts& n) const {
  if (pack_in_place_ && op_.b == kNoValue && bias_in_place_) return 0;
  return static_cast<double>(n.b_repeats * n.column_tiles * n.chunks);
}

double MatrixCost::descriptors(const Counts& n) const {
  const auto tiles = static_cast<double>(batches_ * n.row_tiles * n.column_tiles);
  return loads_of_a(n) + loads_of_b(n) + tiles * static_cast<double>(n.chunks) +
         tiles * ((out_in_place_ ? 0 : 1) + (residual_in_place_ ? 0 : 1));
}

double MatrixCost::bound(const MatrixTile& tile, const TileCost& cost) const {
  const Counts n = count(tile);
  const Machine machine(capability_);
  const auto passes = timing::array_passes(capability_.multiplier, op_.format_of_a(), op_.format_of_b())
                          .value_or(timing::ArrayPasses{});
  const auto rows = static_cast<std::int64_t>(capability_.array.rows) * passes.k_per_row;
  const auto cols = static_cast<std::int64_t>(capability_.array.cols);
  std::int64_t k_folds = 0;
  std::int64_t depth = 0;
  for (const KChunk& part : tile.chunks) {
    k_folds += parts(packed_rows(op_, part), rows);
    depth += packed_rows(op_, part);
  }
  const double folds = static_cast<double>(batches_ * op_.groups * parts(op_.n, cols) * k_folds);
  // A fold takes a cycle for every pixel, and at least the array's rows. Its weights come first, and a word
  // of every pixel if the fold holds but a part of the channels.
  const double pixels = static_cast<double>(op_.out_h * op_.out_w) / static_cast<double>(n.row_tiles);
  const double size = static_cast<double>(size_of(op_.a_type));
  const double used =
      static_cast<double>(std::min(rows, packed_rows(op_, tile.chunks.front())) * std::min(cols, op_.n));
  const bool apart = op_.in_c > rows;
  const double loads =
      machine.sram_path + used * traits_of(op_.format_of_b()).bits / 8 / machine.sram_width +
      (apart ? pixels * std::max(1.0, static_cast<double>(rows) * size / machine.sram_width) : 0);
  const double steps_of_fold = std::max(pixels, static_cast<double>(capability_.array.rows));
  const double fold = std::max(steps_of_fold * passes.cycles_per_step, loads);
  const auto steps = static_cast<double>(cost.steps);
  const double engines = std::min(steps, static_cast<double>(copies_ > 1 ? engines_ : 1));
  // In an array that holds something else, the products alone.
  const double products = static_cast<double>(batches_ * op_.groups * op_.n * op_.out_h * op_.out_w * depth) *
                          passes.cycles_per_step / static_cast<double>(rows * cols);
  const bool weights_stand = capability_.array.dataflow == Dataflow::kWeightStationary;
  const double array = (weights_stand ? folds * static_cast<double>(n.row_tiles) * fold : products) / engines;
  const double wait = copies_ == 2 ? transfer_wait(capability_) / 2 : 0;
  const double transfers = static_cast<double>(cost.traffic) / machine.dram_rate +
                           descriptors(n) * SGB_DESCRIPTOR_BYTES / machine.dram_rate +
                           std::max(loads_of_a(n), loads_of_b(n)) * wait;
  if (copies_ == 1) return array + transfers;
  // The array starts when the first operands are there, and ends with the last step.
  const double first = std::max(0.0, static_cast<double>(cost.first) / machine.dram_rate - before_);
  return std::max(first + array, transfers + array / steps);
}

bool MatrixCost::accumulators_hold(const MatrixTile& tile) const {
  if (tile.chunks.size() == 1) return true;
  return timing::accumulators_hold(capability_.array, static_cast<std::uint64_t>(tile.rows * op_.out_w),
                                   static_cast<std::uint64_t>(tile.columns));
}

double MatrixCost::command_cycles(const MatrixTile& tile, bool last) const {
  const ColumnRange range = column_range(op_, tile, 0);
  const KChunk& chunk = last ? tile.chunks.back() : tile.chunks.front();
  const auto u32 = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
  sgb_matrix m{};
  m.in_h = u32(most_rows(op_, tile.rows, chunk.kernel_h));
  m.in_w = u32(op_.in_w);
  m.out_h = u32(std::min(tile.rows, op_.out_h));
  m.out_w = u32(op_.out_w);
  m.in_c = u32(chunk.channels);
  m.n = u32(range.per_group);
  m.kernel_h = static_cast<std::uint16_t>(chunk.kernel_h);
  m.kernel_w = static_cast<std::uint16_t>(chunk.kernel_w);
  m.stride_h = static_cast<std::uint16_t>(op_.window.stride[0]);
  m.stride_w = static_cast<std::uint16_t>(op_.window.stride[1]);
  m.dilation_h = static_cast<std::uint16_t>(op_.window.dilation[0]);
  m.dilation_w = static_cast<std::uint16_t>(op_.window.dilation[1]);
  m.pad_left = static_cast<std::int16_t>(op_.window.pad[1] - chunk.kx * op_.window.dilation[1]);
  m.a_type = static_cast<std::uint8_t>(op_.format_of_a());
  m.b_type = static_cast<std::uint8_t>(op_.format_of_b());
  m.out_type = static_cast<std::uint8_t>(op_.out_type);
  const std::int64_t staged = op_.groups > 1 ? range.groups * op_.in_c : chunk.channels;
  const auto stride = [&](bool home, const Roles& roles, ValueId id, std::int64_t channels, DType type) {
    const int d = roles.col >= 0 ? roles.col : roles.row;
    return static_cast<std::int32_t>(home && d >= 0 ? sram_strides(hw_.value(id))[static_cast<std::size_t>(d)]
                                                    : channels * bytes_of(type));
  };
  m.a_pixel_stride = stride(a_in_place_, op_.a_roles, op_.a, staged, op_.a_type);
  m.out_pixel_stride = stride(out_in_place_, op_.out_roles, op_.out, range.count, op_.out_type);
  if (is_gemm(op_)) {
    std::swap(m.in_h, m.in_w);
    std::swap(m.out_h, m.out_w);
  }
  m.bias = op_.bias.empty() && op_.bias_value == kNoValue ? 0 : 1;
  m.scale = op_.scale.empty() ? 0 : 1;
  m.b_zero_table = op_.b_zero.size() > 1 ? 1 : 0;
  m.residual = op_.residual == kNoValue ? 0 : 1;
  if (!op_.kept.empty()) {
    m.k_table = 1;
    m.k_count = u32(chunk.kept);
  }
  m.sparse_n = op_.sparse_n;
  m.sparse_m = op_.sparse_m;
  if (!last) m.flags |= SGB_MATRIX_KEEP;
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_MATRIX;
  descriptor.u.matrix = m;
  return static_cast<double>(range.groups) * command_time(descriptor, capability_).cycles;
}

namespace {

/// Cycles of a box of rows x width x channels between a value's home and a dense buffer.
double box_cycles(const HwGraph& hw, const Homes& homes, ValueId id, const Roles& roles,
                  const std::array<std::int64_t, 3>& extents, bool load, const Capability& capability) {
  const Value& value = hw.value(id);
  const bool home = homes.has(hw, id);
  const Dims far = home ? sram_strides(value) : value.dram_strides;
  const auto size = static_cast<std::int64_t>(size_of(value.type));
  struct Axis {
    std::int64_t extent, far, near;
  };
  std::vector<Axis> axes;
  std::int64_t near = size;
  const std::array<int, 3> dims{roles.row, roles.col, roles.chan};
  for (std::size_t i = 3; i-- > 0;) {
    if (dims[i] < 0) continue;
    if (extents[i] > 1) axes.push_back({extents[i], far[static_cast<std::size_t>(dims[i])], near});
    near *= extents[i];
  }
  std::stable_sort(axes.begin(), axes.end(), [&](const Axis& a, const Axis& b) { return a.far > b.far; });
  if (axes.empty()) axes.push_back({1, size, size});
  sgb_dma dma{};
  dma.rank = static_cast<std::uint8_t>(axes.size());
  dma.element_bytes = static_cast<std::uint8_t>(size);
  for (std::size_t d = 0; d < axes.size(); ++d) {
    const auto extent = static_cast<std::uint32_t>(axes[d].extent);
    const auto outside = static_cast<std::int32_t>(axes[d].far);
    const auto inside = static_cast<std::int32_t>(axes[d].near);
    dma.dim[d] = {extent, 0, extent, load ? outside : inside, load ? inside : outside};
  }
  return transfer_time(dma, load && !home, !load && !home, capability).stream;
}

}  // namespace

double MatrixCost::a_load_cycles(const MatrixTile& tile) const {
  if (a_in_place_) return 0;
  const KChunk& chunk = tile.chunks.front();
  const std::int64_t channels =
      op_.groups > 1 ? column_range(op_, tile, 0).groups * op_.in_c : chunk.channels;
  return box_cycles(hw_, homes_, op_.a, op_.a_roles,
                    {most_rows(op_, tile.rows, chunk.kernel_h), op_.in_w, channels}, true, capability_);
}

double MatrixCost::result_cycles(const MatrixTile& tile, bool store) const {
  if (store ? out_in_place_ : residual_in_place_) return 0;
  return box_cycles(hw_, homes_, store ? op_.out : op_.residual, op_.out_roles,
                    {std::min(tile.rows, op_.out_h), op_.out_w, column_range(op_, tile, 0).count}, !store,
                    capability_);
}

double MatrixCost::share_of_whole_tiles(const MatrixTile& tile, const Counts& n) const {
  return static_cast<double>(op_.out_h * op_.groups * op_.n) /
         static_cast<double>(n.row_tiles * std::min(tile.rows, op_.out_h) * n.column_tiles *
                             column_range(op_, tile, 0).count);
}

double MatrixCost::commands(const MatrixTile& tile) const {
  const Counts n = count(tile);
  double cycles = command_cycles(tile, true);
  if (n.chunks > 1) cycles += static_cast<double>(n.chunks - 1) * command_cycles(tile, false);
  return cycles * static_cast<double>(batches_ * n.row_tiles * n.column_tiles) *
         share_of_whole_tiles(tile, n);
}

double MatrixCost::cycles(const MatrixTile& tile) const {
  const Counts n = count(tile);
  const ColumnRange range = column_range(op_, tile, 0);
  const Machine machine(capability_);
  const auto real = [](std::int64_t value) { return static_cast<double>(value); };
  // Edge tiles are smaller: work is counted in whole tiles.
  const double row_share = real(op_.out_h) / (real(n.row_tiles) * real(std::min(tile.rows, op_.out_h)));
  const double column_share = real(op_.groups * op_.n) / (real(n.column_tiles) * real(range.count));
  const double share = share_of_whole_tiles(tile, n);
  const double tiles = real(batches_ * n.row_tiles * n.column_tiles);
  const double steps = tiles * real(n.chunks);
  const double all_commands = commands(tile);

  // Transfers: A, B and residual come, the result goes. Each waits once for the memory.
  const double a = a_load_cycles(tile) * row_share;
  double b_bytes = 0;
  if (!pack_in_place_)
    b_bytes += real(pack_block_bytes(op_, range.groups, range.per_group, most_packed_rows(op_, tile), true));
  if (op_.b != kNoValue) b_bytes += real(range.count * tile.chunks.front().rows() * bytes_of(op_.b_type));
  if (!bias_in_place_) b_bytes += real(range.count * 4);
  const double b = b_bytes / machine.dram_rate * column_share;
  const double residual = result_cycles(tile, false) * share;
  const double store = result_cycles(tile, true) * share;
  const double wait = transfer_wait(capability_);
  const double a_loads = loads_of_a(n);
  const double b_loads = loads_of_b(n);
  const double transfers = a_loads * a + b_loads * b + tiles * (residual + store);
  const double early = a + residual > 0 ? a + residual + wait : 0;
  const double first = std::max(early, std::max(0.0, a + b + residual + (b > 0 ? wait : 0) - before_));
  const double end = store + (store > 0 ? wait : 0);
  if (copies_ == 1) return transfers + all_commands + wait * (a_loads + b_loads + tiles);
  if (steps < 2) return first + all_commands + end;

  // Every step has its commands, and beside them the loads of the next one. Steps that load both operands
  // come where the outer loop advances.
  const double both = std::min(a_loads, b_loads);
  const double one = std::max(a_loads, b_loads) - both;
  const double light = std::max(0.0, steps - both - one);
  const double mean = all_commands / steps / std::min(steps, static_cast<double>(engines_));
  const double fetches = descriptors(n) * SGB_DESCRIPTOR_BYTES / machine.dram_rate;
  const double beside = ((residual + store) * tiles + fetches) / steps;
  const double larger = a_loads >= b_loads ? a : b;
  const auto step = [&](double load) {
    const double transfer = load + beside;
    // With a second buffer ahead the memory's latency hides behind the load before.
    return std::max(mean, transfer + (load > 0 && copies_ == 2 ? wait / 2 : 0));
  };
  const double middle = both * step(a + b) + one * step(larger) + light * step(0);
  return first + middle * (steps - 1) / steps + mean + end;
}

}  // namespace systole::mapper
