#include "tests/unit/program/sample_program.h"

#include <limits>

namespace systole::test {

namespace {

sgb_descriptor descriptor_of(std::uint16_t opcode, std::uint16_t queue) {
  sgb_descriptor d{};
  d.opcode = opcode;
  d.queue = queue;
  d.node = SGB_NO_NODE;
  d.signal_semaphore = queue;
  return d;
}

sgb_descriptor copy() {
  sgb_descriptor d = descriptor_of(SGB_OP_DMA, 0);
  d.u.dma.src = 0;
  d.u.dma.dst = 0x20000040;
  d.u.dma.rank = 2;
  d.u.dma.element_bytes = 1;
  d.u.dma.stream = SGB_STREAM_INPUT;
  d.u.dma.fill = 0x80;
  d.u.dma.dim[0] = {10, -1, 8, 8, 10};
  d.u.dma.dim[1] = {10, -1, 8, 1, 1};
  return d;
}

sgb_descriptor convolution() {
  sgb_descriptor d = descriptor_of(SGB_OP_MATRIX, 2);
  d.node = 0;
  d.wait_count = 2;
  d.wait[0] = {0, 0, 1};
  d.wait[1] = {1, 0, 7};
  sgb_matrix& m = d.u.matrix;
  m.a = 0x20000040;
  m.out = 0x20000200;
  m.in_h = m.in_w = 8;
  m.in_c = 1;
  m.out_h = m.out_w = 8;
  m.n = 4;
  m.kernel_h = m.kernel_w = 3;
  m.stride_h = m.stride_w = m.dilation_h = m.dilation_w = 1;
  m.pad_top = m.pad_left = 1;
  m.b_tile_cols = 16;
  m.a_type = SGB_TYPE_UINT8;
  m.b_type = SGB_TYPE_INT8;
  m.out_type = SGB_TYPE_FLOAT32;
  m.flags = SGB_MATRIX_KEEP | SGB_MATRIX_CLIP;
  m.a_zero = -3;
  m.clip_min_f = -0.0F;
  m.clip_max_f = std::numeric_limits<float>::infinity();
  m.residual = 0x20000300;
  m.residual_row_stride = 32;
  m.residual_pixel_stride = 4;
  m.residual_zero = -7;
  m.out_scale = 0.25F;
  m.residual_scale = 0.5F;
  m.sum_scale = 0.75F;
  m.sum_zero = 11;
  return d;
}

}  // namespace

Program sample_program() {
  Program p;
  p.queue_count = 5;
  p.sram_bytes = 4096;
  p.workspace_bytes = 128;
  p.symbols.push_back({SGB_SYMBOL_DATA, 0, 70, "", DType::kUInt8, {}});
  p.symbols.push_back({SGB_SYMBOL_INPUT, 0, 64, "in put", DType::kUInt8, {1, 1, 8, 8}});
  p.symbols.push_back({SGB_SYMBOL_OUTPUT, 0, 256, "\"quoted\\ \xc3\xa9\n=", DType::kFloat32, {1, 64}});
  p.nodes.push_back({"conv1", "QLinearConv", 2304, SGB_NO_NODE});
  p.nodes.push_back({"relu1", "Relu", 0, 0});
  for (int i = 0; i < 70; ++i) p.data.push_back(static_cast<std::byte>(i * 7));

  p.init.push_back(descriptor_of(SGB_OP_NOP, 0));
  p.exec.push_back(copy());
  p.exec.push_back(convolution());
  sgb_descriptor vector = descriptor_of(SGB_OP_VECTOR, 3);
  vector.u.vector.op = SGB_VECTOR_QUANTIZE;
  vector.u.vector.flags = SGB_VECTOR_PER_AXIS;
  vector.u.vector.in_type = SGB_TYPE_FLOAT32;
  vector.u.vector.out_type = SGB_TYPE_INT8;
  vector.u.vector.a_scale = 0.1F;
  vector.u.vector.b_scale = std::numeric_limits<float>::quiet_NaN();
  vector.u.vector.pad_right = -2;
  p.exec.push_back(vector);
  sgb_descriptor sort = descriptor_of(SGB_OP_SORT, 4);
  sort.signal_semaphore = SGB_NO_SEMAPHORE;
  sort.u.sort.op = SGB_SORT_TOP_K;
  sort.u.sort.type = SGB_TYPE_INT8;
  sort.u.sort.flags = SGB_SORT_SMALLEST;
  sort.u.sort.k = 3;
  p.exec.push_back(sort);
  // Fields: src of the copy is at 64; a, b of the convolution at 64 and 72.
  p.relocations.push_back({SGB_GRAPH_EXEC, 0, 64, 1, 0});
  p.relocations.push_back({SGB_GRAPH_EXEC, 1, 72, 0, 0x40});
  return p;
}

}  // namespace systole::test
