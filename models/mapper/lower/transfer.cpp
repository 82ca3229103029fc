#include "models/mapper/lower/transfer.h"

#include <algorithm>

#include "hw/base/assert.h"

namespace systole::mapper {

namespace {

/// Outermost first: the larger stride of the side that matters.
void sort_dims(std::vector<CopyDim>& dims, bool by_source) {
  std::stable_sort(dims.begin(), dims.end(), [&](const CopyDim& a, const CopyDim& b) {
    return by_source ? a.src_stride > b.src_stride : a.dst_stride > b.dst_stride;
  });
}

void merge_dims(std::vector<CopyDim>& dims) {
  for (std::size_t d = dims.size(); d-- > 1;) {
    const CopyDim inner = dims[d];
    CopyDim& outer = dims[d - 1];
    if (outer.src_stride != inner.src_stride * inner.extent ||
        outer.dst_stride != inner.dst_stride * inner.extent) {
      continue;
    }
    outer = {outer.extent * inner.extent, inner.src_stride, inner.dst_stride};
    dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(d));
  }
}

void set_address(Operation& operation, std::uint64_t& field, std::uint32_t offset, const Location& location) {
  if (location.in_dram()) {
    operation.links.push_back({offset, location.symbol, location.offset});
  } else {
    field = location.offset;
  }
}

}  // namespace

Operation make_transfer(const Copy& copy) {
  std::vector<CopyDim> dims = copy.dims;
  std::erase_if(dims, [](const CopyDim& dim) { return dim.extent == 1; });
  sort_dims(dims, copy.src.in_dram());
  merge_dims(dims);
  if (dims.empty()) {
    const auto size = static_cast<std::int64_t>(copy.element_bytes);
    dims.push_back({1, size, size});
  }
  SYSTOLE_ASSERT(dims.size() <= SGB_MAX_RANK, "a copy of too many dimensions");

  Operation operation;
  operation.engine = EngineKind::kDma;
  operation.descriptor.opcode = SGB_OP_DMA;
  sgb_dma& dma = operation.descriptor.u.dma;
  constexpr std::uint32_t kUnion = offsetof(sgb_descriptor, u);
  set_address(operation, dma.src, kUnion + offsetof(sgb_dma, src), copy.src);
  set_address(operation, dma.dst, kUnion + offsetof(sgb_dma, dst), copy.dst);
  dma.rank = static_cast<std::uint8_t>(dims.size());
  dma.element_bytes = static_cast<std::uint8_t>(copy.element_bytes);
  dma.stream = copy.stream;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    const auto extent = static_cast<std::uint32_t>(dims[d].extent);
    dma.dim[d] = {extent, 0, extent, static_cast<std::int32_t>(dims[d].src_stride),
                  static_cast<std::int32_t>(dims[d].dst_stride)};
  }
  return operation;
}

std::vector<Copy> column_copies(const ColumnPack& pack, const Region& region, const Dims& strides,
                                const Copy& like) {
  const auto size = static_cast<std::int64_t>(like.element_bytes);
  const auto extent_of = [&](int d) { return d < 0 ? 1 : region.extent[static_cast<std::size_t>(d)]; };
  const auto stride_of = [&](int d) { return d < 0 ? 0 : strides[static_cast<std::size_t>(d)]; };
  const std::int64_t k = extent_of(pack.roles.ky) * extent_of(pack.roles.kx) * extent_of(pack.roles.c);
  const std::int64_t column = stride_of(pack.roles.n);

  std::vector<Copy> list;
  // Columns first ... first + tiles * used, of which a tile holds `used`.
  const auto add = [&](std::int64_t first, std::int64_t tiles, std::int64_t used) {
    Copy copy = like;
    copy.src = copy.src.plus(first * column);
    copy.dst = copy.dst.plus(first * k * size);
    copy.dims = {{used, column, size}};
    std::int64_t row = used * size;
    for (const int d : {pack.roles.c, pack.roles.kx, pack.roles.ky}) {
      copy.dims.push_back({extent_of(d), stride_of(d), row});
      row *= extent_of(d);
    }
    copy.dims.push_back({tiles, column * used, row});
    list.push_back(std::move(copy));
  };
  const std::int64_t full = pack.n / pack.tile_cols;
  const std::int64_t left = pack.n % pack.tile_cols;
  for (std::int64_t g = 0; g < pack.groups; ++g) {
    if (full > 0) add(g * pack.n, full, pack.tile_cols);
    if (left > 0) add(g * pack.n + full * pack.tile_cols, 1, left);
  }
  return list;
}

}  // namespace systole::mapper
