#include "models/mapper/hw_graph.h"

namespace systole::mapper {

namespace {

/// Lists ids, leaving out the absent ones.
std::vector<ValueId> present(std::initializer_list<ValueId> ids) {
  std::vector<ValueId> list;
  for (const ValueId id : ids) {
    if (id != kNoValue) list.push_back(id);
  }
  return list;
}

template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

Dims dense_strides(const Dims& dims, std::int64_t element_bytes) {
  Dims strides(dims.size());
  std::int64_t stride = element_bytes;
  for (std::size_t d = dims.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= dims[d];
  }
  return strides;
}

Dims sram_strides(const Value& value) {
  if (!value.sram_strides.empty()) return value.sram_strides;
  return dense_strides(value.dims, static_cast<std::int64_t>(size_of(value.type)));
}

EngineKind engine_of(const HwOp& op) {
  return std::visit(
      Overloaded{[](const MatrixOp&) { return EngineKind::kMatrix; },
                 [](const ElementwiseOp&) { return EngineKind::kVector; },
                 [](const PoolOp& o) { return o.average ? EngineKind::kVector : EngineKind::kSort; },
                 [](const AxisOp& o) {
                   const bool sorts = o.kind == AxisOp::Kind::kArgMax || o.kind == AxisOp::Kind::kTopK;
                   return sorts ? EngineKind::kSort : EngineKind::kVector;
                 },
                 [](const CopyOp&) { return EngineKind::kDma; },
                 [](const WinogradOp&) { return EngineKind::kVector; }},
      op);
}

std::vector<ValueId> reads_of(const HwOp& op) {
  return std::visit(Overloaded{[](const MatrixOp& o) {
                                 return present({o.a, o.pack, o.b, o.bias_value, o.residual});
                               },
                               [](const ElementwiseOp& o) {
                                 return present({o.a, o.b, o.scales, o.zeros, o.table});
                               },
                               [](const PoolOp& o) { return present({o.in}); },
                               [](const AxisOp& o) { return present({o.in}); },
                               [](const CopyOp& o) { return present({o.src}); },
                               [](const WinogradOp& o) {
                                 return present({o.in, o.scales, o.bias});
                               }},
                    op);
}

std::vector<ValueId> writes_of(const HwOp& op) {
  return std::visit(Overloaded{[](const MatrixOp& o) { return present({o.out}); },
                               [](const ElementwiseOp& o) { return present({o.out}); },
                               [](const PoolOp& o) { return present({o.out}); },
                               [](const AxisOp& o) {
                                 return present({o.out, o.indices});
                               },
                               [](const CopyOp& o) { return present({o.dst}); },
                               [](const WinogradOp& o) { return present({o.out}); }},
                    op);
}

}  // namespace systole::mapper
