#include "models/mapper/lower/lower.h"

#include <algorithm>

#include "hw/base/assert.h"
#include "models/mapper/lower/transfer.h"

namespace systole::mapper {

namespace {

class Lowering {
public:
  Lowering(const HwGraph& hw, const ir::Graph& graph, const Plan& plan, const Capability& capability)
      : hw_(hw), graph_(graph), plan_(plan), capability_(capability), loaded_(hw.values.size(), false) {}

  Lowered make() {
    make_symbols();
    make_init();
    for (std::size_t i = 0; i < hw_.nodes.size(); ++i) lower_node(i);
    return std::move(out_);
  }

private:
  // ---- symbols ----

  std::uint32_t add_symbol(std::uint32_t kind, std::uint32_t index, std::uint64_t bytes,
                           const ir::Tensor* tensor) {
    ProgramSymbol symbol{kind, index, bytes, {}, DType::kUInt8, {}};
    if (tensor != nullptr) {
      symbol.name = tensor->name;
      symbol.type = tensor->type;
      for (const std::int64_t extent : tensor->shape)
        symbol.shape.push_back(static_cast<std::uint32_t>(extent));
    }
    out_.symbols.push_back(std::move(symbol));
    return static_cast<std::uint32_t>(out_.symbols.size() - 1);
  }

  void make_symbols() {
    data_ = add_symbol(SGB_SYMBOL_DATA, 0, static_cast<std::uint64_t>(plan_.data_bytes), nullptr);
    workspace_ =
        add_symbol(SGB_SYMBOL_WORKSPACE, 0, static_cast<std::uint64_t>(plan_.workspace_bytes), nullptr);
    const auto list = [&](std::uint32_t kind, const std::vector<ir::TensorId>& ids) {
      std::vector<std::uint32_t> symbols;
      for (std::uint32_t i = 0; i < ids.size(); ++i) {
        const ir::Tensor& tensor = graph_.tensor(ids[i]).value;
        symbols.push_back(add_symbol(kind, i, tensor.bytes(), &tensor));
      }
      return symbols;
    };
    inputs_ = list(SGB_SYMBOL_INPUT, graph_.inputs());
    outputs_ = list(SGB_SYMBOL_OUTPUT, graph_.outputs());
  }

  /// Where a value stands in DRAM.
  [[nodiscard]] Location dram_location(ValueId id) const {
    return dram_root(id).plus(hw_.value(id).dram_offset);
  }
  [[nodiscard]] Location dram_root(ValueId id) const {
    const Value& root = hw_.root(id);
    const std::uint64_t offset = plan_.dram_offset[root.root];
    switch (root.kind) {
      case ValueKind::kInput:
        return {inputs_[root.io_index], 0};
      case ValueKind::kOutput:
        return {outputs_[root.io_index], 0};
      case ValueKind::kConstant:
        return {data_, offset};
      case ValueKind::kActivation:
        return {workspace_, offset};
    }
    return {};
  }
  [[nodiscard]] Location sram_location(ValueId id) const {
    const Location root{Location::kAbsolute, plan_.sram_address[hw_.value(id).root]};
    return root.plus(hw_.value(id).sram_offset);
  }
  [[nodiscard]] Location home(ValueId id) const {
    return plan_.homes.has(hw_, id) ? sram_location(id) : dram_location(id);
  }
  [[nodiscard]] Dims home_strides(ValueId id) const {
    const Value& value = hw_.value(id);
    return plan_.homes.has(hw_, id) ? sram_strides(value) : value.dram_strides;
  }

  // ---- operations ----

  void add_exec(Operation operation, bool is_load) {
    operation.descriptor.node = row_;
    operation.step = step_;
    operation.is_load = is_load;
    out_.exec.push_back(std::move(operation));
  }

  void add_transfer(const Copy& copy, bool is_load) { add_exec(make_transfer(copy), is_load); }

  /// A whole value between its places in DRAM and SRAM.
  [[nodiscard]] Copy whole_copy(ValueId id, bool to_sram, std::uint8_t stream) const {
    const Value& value = hw_.value(id);
    const Dims sram = sram_strides(value);
    const Dims& dram = value.dram_strides;
    Copy copy;
    copy.src = to_sram ? dram_location(id) : sram_location(id);
    copy.dst = to_sram ? sram_location(id) : dram_location(id);
    copy.element_bytes = size_of(value.type);
    copy.stream = stream;
    for (std::size_t d = 0; d < value.dims.size(); ++d) {
      copy.dims.push_back({value.dims[d], to_sram ? dram[d] : sram[d], to_sram ? sram[d] : dram[d]});
    }
    return copy;
  }

  void make_init() {
    for (const ValueId id : plan_.resident) {
      Operation load = make_transfer(whole_copy(id, true, SGB_STREAM_WEIGHTS));
      load.descriptor.node = hw_.value(id).row;
      load.step = static_cast<std::uint32_t>(out_.init.size());
      out_.init.push_back(std::move(load));
    }
    if (out_.init.empty()) {  // a graph has at least one descriptor
      Operation nop;
      nop.descriptor.opcode = SGB_OP_NOP;
      nop.descriptor.node = SGB_NO_NODE;
      out_.init.push_back(nop);
    }
  }

  void lower_node(std::size_t index) {
    const HwNode& node = hw_.nodes[index];
    row_ = node.row;
    // Network inputs that stay in SRAM come in with their first reader, and so do constants that stay there
    // for some stripes.
    for (const ValueId id : reads_of(node.op)) {
      const ValueId root = hw_.value(id).root;
      const bool constant = hw_.value(root).spans_stripes;
      if (!constant && hw_.value(root).kind != ValueKind::kInput) continue;
      if (!plan_.homes.in_sram[root] || loaded_[root]) continue;
      loaded_[root] = true;
      add_transfer(whole_copy(root, true, constant ? SGB_STREAM_WEIGHTS : SGB_STREAM_INPUT), true);
    }
    if (const auto* copy = std::get_if<CopyOp>(&node.op)) {
      lower_copy(*copy, plan_.nodes[index]);
    } else {
      lower_steps(node, plan_.nodes[index]);
    }
    // Network outputs that stay in SRAM for their readers go out behind their writer.
    for (const ValueId id : writes_of(node.op)) {
      const ValueId root = hw_.value(id).root;
      if (hw_.value(root).kind == ValueKind::kOutput && plan_.homes.in_sram[root]) {
        const bool slice = !hw_.value(id).sram_strides.empty();
        add_transfer(whole_copy(slice ? id : root, false, SGB_STREAM_OUTPUT), false);
        ++step_;
      }
    }
  }

  /// State of the staging buffers of one operand.
  struct Stage {
    const Buffer* buffer = nullptr;
    std::size_t current = 0;
    std::optional<Region> holds;
  };

  void lower_steps(const HwNode& node, const NodePlan& plan) {
    std::vector<Stage> stages;
    for (const Buffer& buffer : plan.buffers) {
      if (buffer.slot >= stages.size()) stages.resize(buffer.slot + 1);
      stages[buffer.slot].buffer = &buffer;
    }
    std::vector<sgb_descriptor> commands;
    for (const Step& step : plan.steps) {
      std::vector<Placed> placed;
      for (const Operand& operand : step.operands) placed.push_back(place(operand, stages));
      commands.clear();
      step.emit(placed, commands);
      for (const sgb_descriptor& command : commands) {
        Operation operation;
        operation.descriptor = command;
        operation.engine = engine_of(node.op);
        add_exec(std::move(operation), false);
      }
      for (std::size_t i = 0; i < step.operands.size(); ++i) {
        const Operand& operand = step.operands[i];
        if (operand.write && !in_place(hw_, plan_.homes, operand)) {
          add_transfer(region_copy(operand, placed[i].address, false), false);
        }
      }
      ++step_;
    }
  }

  /// In place, or in a buffer, which is loaded unless it holds the region already.
  Placed place(const Operand& operand, std::vector<Stage>& stages) {
    if (in_place(hw_, plan_.homes, operand)) {
      Placed placed{sram_location(operand.value).offset, home_strides(operand.value)};
      for (std::size_t d = 0; d < placed.strides.size(); ++d) {
        placed.address += static_cast<std::uint64_t>(operand.region.begin[d] * placed.strides[d]);
      }
      return placed;
    }
    Stage& stage = stages[operand.slot];
    SYSTOLE_ASSERT(stage.buffer != nullptr, "an operand without a buffer");
    const bool reuse = !operand.write && stage.holds && *stage.holds == operand.region;
    if (!reuse) {
      if (stage.holds) stage.current = (stage.current + 1) % stage.buffer->addresses.size();
      stage.holds = operand.region;
    }
    const std::uint64_t address = stage.buffer->addresses[stage.current];
    if (!reuse && !operand.write) {
      if (operand.pack) {
        const Copy all = region_copy(operand, address, true);
        for (const Copy& copy :
             column_copies(*operand.pack, operand.region, home_strides(operand.value), all)) {
          add_transfer(copy, true);
        }
      } else {
        add_transfer(region_copy(operand, address, true), true);
      }
    }
    return {address, staged_strides(hw_, operand)};
  }

  /// Between a region at its home and its staged copy.
  [[nodiscard]] Copy region_copy(const Operand& operand, std::uint64_t buffer, bool to_buffer) const {
    const Dims home_stride = home_strides(operand.value);
    const Dims buffer_stride = staged_strides(hw_, operand);
    Location at_home = home(operand.value);
    Copy copy;
    for (std::size_t d = 0; d < home_stride.size(); ++d) {
      at_home = at_home.plus(operand.region.begin[d] * home_stride[d]);
      copy.dims.push_back({operand.region.extent[d], to_buffer ? home_stride[d] : buffer_stride[d],
                           to_buffer ? buffer_stride[d] : home_stride[d]});
    }
    const Location in_buffer{Location::kAbsolute, buffer};
    copy.src = to_buffer ? at_home : in_buffer;
    copy.dst = to_buffer ? in_buffer : at_home;
    copy.element_bytes = size_of(hw_.value(operand.value).type);
    copy.stream = operand.stream;
    return copy;
  }

  void lower_fill(const CopyOp& op) {
    const Dims& strides = plan_.homes.has(hw_, op.dst) ? op.dst_dense : op.dst_dram;
    Copy copy;
    copy.element_bytes = size_of(hw_.value(op.dst).type);
    copy.dst = home(op.dst);
    for (std::size_t d = 0; d < op.extent.size(); ++d) copy.dims.push_back({op.extent[d], 0, strides[d]});
    Operation operation = make_transfer(copy);
    sgb_dma& dma = operation.descriptor.u.dma;
    dma.fill = op.fill;
    for (unsigned d = 0; d < dma.rank; ++d) dma.dim[d].src_limit = 0;
    add_exec(std::move(operation), false);
    ++step_;
  }

  void lower_copy(const CopyOp& op, const NodePlan& plan) {
    if (op.src == kNoValue) return lower_fill(op);
    const Dims& src_strides = plan_.homes.has(hw_, op.src) ? op.src_dense : op.src_dram;
    const Dims& dst_strides = plan_.homes.has(hw_, op.dst) ? op.dst_dense : op.dst_dram;
    const std::uint8_t stream =
        hw_.root(op.dst).kind == ValueKind::kOutput ? SGB_STREAM_OUTPUT : SGB_STREAM_INPUT;
    Copy copy;
    copy.element_bytes = size_of(hw_.value(op.src).type);
    copy.stream = stream;
    if (!plan.copy_box) {
      copy.src = home(op.src);
      copy.dst = home(op.dst);
      for (std::size_t d = 0; d < op.extent.size(); ++d) {
        copy.dims.push_back({op.extent[d], src_strides[d], dst_strides[d]});
      }
      add_transfer(copy, copy.src.in_dram());
      ++step_;
      return;
    }
    std::size_t turn = 0;
    Dims begin(op.extent.size(), 0);
    const std::vector<std::uint64_t>& buffers = plan.buffers.front().addresses;
    for (bool more = true; more;) {
      Dims extent = plan.copy_box->extent;
      for (std::size_t d = 0; d < extent.size(); ++d)
        extent[d] = std::min(extent[d], op.extent[d] - begin[d]);
      const Dims dense = dense_strides(extent, static_cast<std::int64_t>(copy.element_bytes));
      const Location buffer{Location::kAbsolute, buffers[turn++ % buffers.size()]};
      Copy in = copy;
      Copy out = copy;
      in.src = home(op.src);
      in.dst = out.src = buffer;
      out.dst = home(op.dst);
      for (std::size_t d = 0; d < extent.size(); ++d) {
        in.src = in.src.plus(begin[d] * src_strides[d]);
        out.dst = out.dst.plus(begin[d] * dst_strides[d]);
        in.dims.push_back({extent[d], src_strides[d], dense[d]});
        out.dims.push_back({extent[d], dense[d], dst_strides[d]});
      }
      in.stream = SGB_STREAM_INPUT;
      add_transfer(in, true);
      add_transfer(out, false);
      ++step_;
      more = false;
      for (std::size_t d = extent.size(); d-- > 0 && !more;) {
        begin[d] += plan.copy_box->extent[d];
        if (begin[d] < op.extent[d]) {
          more = true;
        } else {
          begin[d] = 0;
        }
      }
    }
  }

  const HwGraph& hw_;
  const ir::Graph& graph_;
  const Plan& plan_;
  const Capability& capability_;
  Lowered out_;
  std::uint32_t data_ = 0;
  std::uint32_t workspace_ = 0;
  std::vector<std::uint32_t> inputs_, outputs_;
  std::vector<bool> loaded_;  ///< network inputs and constants
  std::uint32_t row_ = SGB_NO_NODE;
  std::uint32_t step_ = 0;
};

}  // namespace

Lowered lower(const HwGraph& hw, const ir::Graph& graph, const Plan& plan, const Capability& capability) {
  return Lowering(hw, graph, plan, capability).make();
}

}  // namespace systole::mapper
