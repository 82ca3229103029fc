// The fields of every operation, by name and in order: the one list that the text form is written and read
// from.
//
// A visitor has: number(name, integer&), address(name, uint64_t&), real(name, float&),
// choice(name, integer&, Names) for enumerations, flags(name, integer&, Names) for bit sets, and
// dims(sgb_dma&) for the dimensions of a copy. `Op` is the struct, const or not.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hw/abi/descriptor.h"

namespace systole {

struct NamedValue {
  std::string_view name;
  std::uint32_t value;
};
using Names = std::span<const NamedValue>;

inline constexpr std::array<NamedValue, 5> kOpcodeNames{{{"nop", SGB_OP_NOP},
                                                         {"dma", SGB_OP_DMA},
                                                         {"matrix", SGB_OP_MATRIX},
                                                         {"vector", SGB_OP_VECTOR},
                                                         {"sort", SGB_OP_SORT}}};
inline constexpr std::array<NamedValue, 14> kTypeNames{{{"int8", SGB_TYPE_INT8},
                                                        {"uint8", SGB_TYPE_UINT8},
                                                        {"int32", SGB_TYPE_INT32},
                                                        {"float32", SGB_TYPE_FLOAT32},
                                                        {"int64", SGB_TYPE_INT64},
                                                        {"bool", SGB_TYPE_BOOL},
                                                        {"int16", SGB_TYPE_INT16},
                                                        {"float16", SGB_TYPE_FLOAT16},
                                                        {"bfloat16", SGB_TYPE_BFLOAT16},
                                                        {"int4", SGB_TYPE_INT4},
                                                        {"int2", SGB_TYPE_INT2},
                                                        {"ternary", SGB_TYPE_TERNARY},
                                                        {"binary", SGB_TYPE_BINARY},
                                                        {"power_of_two", SGB_TYPE_POWER_OF_TWO}}};
inline constexpr std::array<NamedValue, 6> kStreamNames{{{"weights", SGB_STREAM_WEIGHTS},
                                                         {"input", SGB_STREAM_INPUT},
                                                         {"output", SGB_STREAM_OUTPUT},
                                                         {"partial", SGB_STREAM_PARTIAL},
                                                         {"code", SGB_STREAM_CODE},
                                                         {"mmio", SGB_STREAM_MMIO}}};
inline constexpr std::array<NamedValue, 4> kSymbolKindNames{{{"data", SGB_SYMBOL_DATA},
                                                             {"workspace", SGB_SYMBOL_WORKSPACE},
                                                             {"input", SGB_SYMBOL_INPUT},
                                                             {"output", SGB_SYMBOL_OUTPUT}}};
inline constexpr std::array<NamedValue, 3> kMatrixFlagNames{
    {{"keep", SGB_MATRIX_KEEP}, {"continue", SGB_MATRIX_CONTINUE}, {"clip", SGB_MATRIX_CLIP}}};
inline constexpr std::array<NamedValue, 20> kVectorOpNames{{{"add", SGB_VECTOR_ADD},
                                                            {"mul", SGB_VECTOR_MUL},
                                                            {"clip", SGB_VECTOR_CLIP},
                                                            {"table", SGB_VECTOR_TABLE},
                                                            {"average_pool", SGB_VECTOR_AVERAGE_POOL},
                                                            {"softmax", SGB_VECTOR_SOFTMAX},
                                                            {"quantize", SGB_VECTOR_QUANTIZE},
                                                            {"dequantize", SGB_VECTOR_DEQUANTIZE},
                                                            {"sub", SGB_VECTOR_SUB},
                                                            {"div", SGB_VECTOR_DIV},
                                                            {"leaky_relu", SGB_VECTOR_LEAKY_RELU},
                                                            {"sigmoid", SGB_VECTOR_SIGMOID},
                                                            {"tanh", SGB_VECTOR_TANH},
                                                            {"hard_sigmoid", SGB_VECTOR_HARD_SIGMOID},
                                                            {"hard_swish", SGB_VECTOR_HARD_SWISH},
                                                            {"lrn", SGB_VECTOR_LRN},
                                                            {"reduce_mean", SGB_VECTOR_REDUCE_MEAN},
                                                            {"normalize", SGB_VECTOR_NORMALIZE},
                                                            {"winograd_input", SGB_VECTOR_WINOGRAD_INPUT},
                                                            {"winograd_output", SGB_VECTOR_WINOGRAD_OUTPUT}}};
inline constexpr std::array<NamedValue, 4> kVectorFlagNames{
    {{"per_axis", SGB_VECTOR_PER_AXIS},
     {"count_include_pad", SGB_VECTOR_COUNT_INCLUDE_PAD},
     {"clip_result", SGB_VECTOR_CLIP_RESULT},
     {"swapped", SGB_VECTOR_SWAPPED}}};
inline constexpr std::array<NamedValue, 4> kSortOpNames{{{"max_pool", SGB_SORT_MAX_POOL},
                                                         {"arg_max", SGB_SORT_ARG_MAX},
                                                         {"top_k", SGB_SORT_TOP_K},
                                                         {"full", SGB_SORT_FULL}}};
inline constexpr std::array<NamedValue, 2> kSortFlagNames{
    {{"last_index", SGB_SORT_LAST_INDEX}, {"smallest", SGB_SORT_SMALLEST}}};

/// The name of a value, or "" for a value without one.
std::string_view name_of_value(Names names, std::uint32_t value);
std::optional<std::uint32_t> value_of_name(Names names, std::string_view name);

/// Window geometry, which matrix, pooling and max-pooling share.
template <typename Op, typename Visitor>
void visit_window(Op& op, Visitor& v) {
  v.number("kernel_h", op.kernel_h);
  v.number("kernel_w", op.kernel_w);
  v.number("stride_h", op.stride_h);
  v.number("stride_w", op.stride_w);
  v.number("dilation_h", op.dilation_h);
  v.number("dilation_w", op.dilation_w);
  v.number("pad_top", op.pad_top);
  v.number("pad_left", op.pad_left);
}

template <typename Op, typename Visitor>
void visit_dma(Op& op, Visitor& v) {
  v.address("src", op.src);
  v.address("dst", op.dst);
  v.number("element_bytes", op.element_bytes);
  v.choice("stream", op.stream, kStreamNames);
  v.number("fill", op.fill);
  v.dims(op);
}

template <typename Op, typename Visitor>
void visit_matrix(Op& op, Visitor& v) {
  v.address("a", op.a);
  v.address("b", op.b);
  v.address("bias", op.bias);
  v.address("scale", op.scale);
  v.address("b_zero_table", op.b_zero_table);
  v.address("out", op.out);
  v.address("residual", op.residual);
  v.choice("a_type", op.a_type, kTypeNames);
  v.choice("b_type", op.b_type, kTypeNames);
  v.choice("out_type", op.out_type, kTypeNames);
  v.flags("flags", op.flags, kMatrixFlagNames);
  v.number("in_h", op.in_h);
  v.number("in_w", op.in_w);
  v.number("in_c", op.in_c);
  v.number("out_h", op.out_h);
  v.number("out_w", op.out_w);
  v.number("n", op.n);
  v.number("a_row_stride", op.a_row_stride);
  v.number("a_pixel_stride", op.a_pixel_stride);
  v.number("out_row_stride", op.out_row_stride);
  v.number("out_pixel_stride", op.out_pixel_stride);
  visit_window(op, v);
  v.number("b_tile_cols", op.b_tile_cols);
  v.number("sparse_n", op.sparse_n);
  v.number("sparse_m", op.sparse_m);
  v.address("k_table", op.k_table);
  v.number("k_count", op.k_count);
  v.number("a_zero", op.a_zero);
  v.number("b_zero", op.b_zero);
  v.number("out_zero", op.out_zero);
  if (op.out_type == SGB_TYPE_FLOAT32) {
    v.real("clip_min", op.clip_min_f);
    v.real("clip_max", op.clip_max_f);
  } else {
    v.number("clip_min", op.clip_min);
    v.number("clip_max", op.clip_max);
  }
  v.number("residual_row_stride", op.residual_row_stride);
  v.number("residual_pixel_stride", op.residual_pixel_stride);
  v.number("residual_zero", op.residual_zero);
  v.real("out_scale", op.out_scale);
  v.real("residual_scale", op.residual_scale);
  v.real("sum_scale", op.sum_scale);
  v.number("sum_zero", op.sum_zero);
  v.number("block_c", op.block_c);
  v.number("block_n", op.block_n);
  v.number("block_at", op.block_at);
}

template <typename Op, typename Visitor>
void visit_vector(Op& op, Visitor& v) {
  v.choice("op", op.op, kVectorOpNames);
  v.choice("in_type", op.in_type, kTypeNames);
  v.choice("out_type", op.out_type, kTypeNames);
  v.flags("flags", op.flags, kVectorFlagNames);
  v.address("a", op.a);
  v.address("b", op.b);
  v.address("table", op.table);
  v.address("out", op.out);
  v.number("count", op.count);
  v.number("b_count", op.b_count);
  v.number("outer", op.outer);
  v.number("axis", op.axis);
  v.number("inner", op.inner);
  v.number("in_h", op.in_h);
  v.number("in_w", op.in_w);
  v.number("channels", op.channels);
  v.number("out_h", op.out_h);
  v.number("out_w", op.out_w);
  visit_window(op, v);
  v.number("pad_bottom", op.pad_bottom);
  v.number("pad_right", op.pad_right);
  v.real("a_scale", op.a_scale);
  v.real("b_scale", op.b_scale);
  v.real("out_scale", op.out_scale);
  v.number("a_zero", op.a_zero);
  v.number("b_zero", op.b_zero);
  v.number("out_zero", op.out_zero);
  v.number("clip_min", op.clip_min);
  v.number("clip_max", op.clip_max);
  v.real("clip_min_f", op.clip_min_f);
  v.real("clip_max_f", op.clip_max_f);
}

template <typename Op, typename Visitor>
void visit_sort(Op& op, Visitor& v) {
  v.choice("op", op.op, kSortOpNames);
  v.choice("type", op.type, kTypeNames);
  v.flags("flags", op.flags, kSortFlagNames);
  v.address("in", op.in);
  v.address("out", op.out);
  v.address("out2", op.out2);
  v.number("outer", op.outer);
  v.number("axis", op.axis);
  v.number("inner", op.inner);
  v.number("k", op.k);
  v.number("in_h", op.in_h);
  v.number("in_w", op.in_w);
  v.number("channels", op.channels);
  v.number("out_h", op.out_h);
  v.number("out_w", op.out_w);
  visit_window(op, v);
}

/// The fields of the descriptor's operation. Nothing for an unknown opcode.
template <typename Descriptor, typename Visitor>
void visit_operation(Descriptor& descriptor, Visitor& v) {
  switch (descriptor.opcode) {
    case SGB_OP_DMA:
      visit_dma(descriptor.u.dma, v);
      break;
    case SGB_OP_MATRIX:
      visit_matrix(descriptor.u.matrix, v);
      break;
    case SGB_OP_VECTOR:
      visit_vector(descriptor.u.vector, v);
      break;
    case SGB_OP_SORT:
      visit_sort(descriptor.u.sort, v);
      break;
    default:
      break;
  }
}

/// Bytes of the union that the operation uses.
std::size_t operation_bytes(std::uint16_t opcode);

/// "src" for offset 64 of a copy: the name of the address field at this byte offset of the descriptor, or "".
std::string_view address_field_name(const sgb_descriptor& descriptor, std::uint32_t offset);
/// The inverse.
std::optional<std::uint32_t> address_field_offset(const sgb_descriptor& descriptor, std::string_view name);

}  // namespace systole
