/* The binary descriptor graph: what the mapper writes, the firmware links and the graph controller executes.
 *
 * Freestanding C11 that is also C++. All fields are little-endian, fixed-width, naturally aligned; there are
 * no pointers and no bit-fields. Sizes and offsets are asserted at the end, under both compilers.
 *
 * File layout: sgb_header | descriptors (init graph, then exec graph) | relocations | symbols | nodes |
 * strings | data. All offsets are from the start of the file. The file is loaded into simulated DRAM as it
 * is.
 */
#ifndef SYSTOLE_HW_ABI_DESCRIPTOR_H
#define SYSTOLE_HW_ABI_DESCRIPTOR_H

#ifdef __cplusplus
#include <cstddef>
#include <cstdint>
#define SGB_ASSERT static_assert
#else
#include <stddef.h>
#include <stdint.h>
#define SGB_ASSERT _Static_assert
#endif

#define SGB_MAGIC 0x31424753u /* "SGB1" */
#define SGB_VERSION 2u
#define SGB_DESCRIPTOR_BYTES 256u
#define SGB_MAX_WAITS 6u
#define SGB_MAX_RANK 6u
#define SGB_NO_SEMAPHORE 0xffffu
#define SGB_NO_NODE 0xffffffffu

/* ---- element types: the values of systole::DType ---- */
#define SGB_TYPE_INT8 1u
#define SGB_TYPE_UINT8 2u
#define SGB_TYPE_INT32 3u
#define SGB_TYPE_FLOAT32 4u
#define SGB_TYPE_INT64 5u
#define SGB_TYPE_BOOL 6u
#define SGB_TYPE_INT16 7u
/* Operands of the matrix engine only: the values of systole::NumberFormat. */
#define SGB_TYPE_FLOAT16 8u
#define SGB_TYPE_BFLOAT16 9u
#define SGB_TYPE_INT4 10u
#define SGB_TYPE_INT2 11u
#define SGB_TYPE_TERNARY 12u
#define SGB_TYPE_BINARY 13u
#define SGB_TYPE_POWER_OF_TWO 14u

/* ---- data streams, for the account of who moved what ---- */
#define SGB_STREAM_WEIGHTS 0u
#define SGB_STREAM_INPUT 1u
#define SGB_STREAM_OUTPUT 2u
#define SGB_STREAM_PARTIAL 3u
#define SGB_STREAM_CODE 4u
#define SGB_STREAM_MMIO 5u
#define SGB_STREAM_COUNT 6u

/* ---- operations ---- */
#define SGB_OP_NOP 0u /* completes at once; carries only waits and a signal; runs on any queue */
#define SGB_OP_DMA 1u
#define SGB_OP_MATRIX 2u
#define SGB_OP_VECTOR 3u
#define SGB_OP_SORT 4u

/* Error codes: the controller's ERROR_CODE register, and the codes of completions. */
#define SGB_ERROR_NONE 0u
#define SGB_ERROR_BUS_ADDRESS 1u   /* a transfer hit no device, or straddled a region */
#define SGB_ERROR_BUS_ACCESS 2u    /* a device refused the access */
#define SGB_ERROR_BAD_OPCODE 3u    /* unknown operation, or not one of that queue's engine */
#define SGB_ERROR_BAD_QUEUE 4u     /* no such queue */
#define SGB_ERROR_BAD_FIELD 5u     /* a field is out of its range, or fields disagree */
#define SGB_ERROR_BAD_SEMAPHORE 6u /* semaphore number not below CAPABILITY.SEMAPHORES */
#define SGB_ERROR_UNSUPPORTED 7u   /* valid, but this engine was built without it (a format, an operation) */
#define SGB_ERROR_FETCH 8u         /* the descriptor itself could not be read */

/* A wait is met when the semaphore's value is at least `value`. Semaphores only count up; a doorbell clears
 * them. */
struct sgb_wait {
  uint16_t semaphore;
  uint16_t reserved;
  uint32_t value;
};

/* Strided copy with zero padding. For every index vector i below `extent`, with s[d] = src_origin[d] + i[d]:
 * the element at dst + sum(i[d] * dst_stride[d]) becomes the element at src + sum(s[d] * src_stride[d]) where
 * 0 <= s[d] < src_limit[d] for all d, and `fill` (its low element_bytes bytes) elsewhere.
 * Dimension rank-1 is the innermost. Strides are in bytes. A src_stride of 0 repeats (broadcast). */
struct sgb_dma_dim {
  uint32_t extent;    /* >= 1 */
  int32_t src_origin; /* in elements of this dimension; may be negative (padding) */
  uint32_t src_limit; /* in elements of this dimension */
  int32_t src_stride; /* bytes */
  int32_t dst_stride; /* bytes */
};
struct sgb_dma {
  uint64_t src;
  uint64_t dst;
  uint8_t rank;          /* 1 .. SGB_MAX_RANK */
  uint8_t element_bytes; /* 1, 2, 4 or 8 */
  uint8_t stream;        /* SGB_STREAM_* */
  uint8_t reserved0;
  uint32_t reserved1;
  uint64_t fill;
  struct sgb_dma_dim dim[SGB_MAX_RANK];
};

/* One tile of a convolution or GEMM on the matrix engine, all operands in SRAM.
 *
 * acc[p, n] = sum over (ky, kx, c) of (A[window(p, ky, kx), c] - a_zero) * (B[k, n] - b_zero[n]),
 *   p = (oy, ox) over out_h x out_w; k = (ky * kernel_w + kx) * in_c + c, K = kernel_h * kernel_w * in_c
 *   window row    y = oy * stride_h - pad_top  + ky * dilation_h, column x likewise; outside in_h x in_w the
 *   difference is 0 (padding).
 * A GEMM of M x K is a 1 x 1 window with in_h = out_h = 1 (or M) and in_w = out_w = M (or 1), in_c = K.
 * A is channels-last: element (y, x, c) at a + y * a_row_stride + x * a_pixel_stride + c * sizeof(type).
 * B is packed by column tiles of `b_tile_cols` columns: tile t holds K rows of n_used = min(b_tile_cols, n -
 * t * b_tile_cols) elements, tiles follow one another without gaps. bias: n int32 (float for float A), added
 * to acc; 0 = none. b_zero_table: n elements of b_type; 0 = use b_zero. scale: n floats; 0 = none. Result, by
 * out_type: int8/uint8: saturate(round_half_even(float(acc) * scale[n]) + out_zero), then clipped to
 * [clip_min, clip_max] int32: acc.    float32 (float A and B): acc, clipped to [clip_min_f, clip_max_f] if
 * SGB_MATRIX_CLIP. Partial sums over a split K: SGB_MATRIX_KEEP leaves acc in the accumulators and stores
 * nothing; SGB_MATRIX_CONTINUE starts from what the last command left, instead of 0. Both commands have the
 * same p and n.
 * residual (0 = none; not with KEEP or int32 results): a second summand R of out's type and shape, at
 * residual
 * + oy * residual_row_stride + ox * residual_pixel_stride + n * sizeof(type); it may be `out` itself.
 *   8 bits: with q = saturate(round_half_even(float(acc) * scale[n]) + out_zero), unclipped, the result is
 *           saturate(round_half_even(((q - out_zero) * out_scale + (R - residual_zero) * residual_scale) /
 *           sum_scale) + sum_zero), in float in this order, then clipped to [clip_min, clip_max]
 *   float:  acc (bias included) + R, then clipped
 * block_n (0 = none; float A and B only): B is block-diagonal. Output column j belongs to block
 * (block_at + j) / block_n, which takes part with channels [block * block_c, (block + 1) * block_c) only: the
 * other elements of B are gaps, whose products are not added (an infinity times a gap's 0 would be). 8-bit
 * products need no such fields: a gap holds the column's zero point.
 * Formats: a_type and b_type may be narrower than the elements that hold the values.
 *   a_type INT4, INT2, TERNARY, BINARY: A has int8 elements whose values are of that format (others
 * saturate). FLOAT16, BFLOAT16: A has float elements, rounded to the format (to nearest, ties to even) on
 * their way into the array. INT16: two bytes an element. b_type packed: each row of n_used elements of a tile
 * takes ceil(n_used * bits / 8) bytes, the first element in the least significant bits. INT4, INT2, TERNARY:
 * two's complement. BINARY: 1 is +1, 0 is -1. POWER_OF_TWO: bit 3 is the sign, bits 2..0 are 1 + the
 * exponent, or 0 for the value 0. FLOAT16, BFLOAT16: their 16 bits. sparse_n of sparse_m (0, 0 = dense; 1 <=
 * n < m <= 16): of every sparse_m successive k of a column (the last group may be shorter) at most sparse_n
 * are not zero, and B holds these alone: a tile has K' = ceil(K / sparse_m) * sparse_n rows of packed
 * elements, then K' rows of n_used places of ceil(log2(sparse_m)) bits: the element's k within its group.
 * Zero points of B are 0. k_table (0 = none): k_count ascending uint32 below K. Only these k take part, in
 * this order: B has k_count rows (K' from k_count, if sparse). */
#define SGB_MATRIX_KEEP 1u
#define SGB_MATRIX_CONTINUE 2u
#define SGB_MATRIX_CLIP 4u
struct sgb_matrix {
  uint64_t a;
  uint64_t b;
  uint64_t bias;
  uint64_t scale;
  uint64_t b_zero_table;
  uint64_t out;
  uint32_t in_h, in_w, in_c;
  uint32_t out_h, out_w, n;
  int32_t a_row_stride, a_pixel_stride;     /* bytes */
  int32_t out_row_stride, out_pixel_stride; /* bytes; channel n follows n - 1 */
  uint16_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
  int16_t pad_top, pad_left;
  uint16_t b_tile_cols;       /* equals the array's columns */
  uint8_t sparse_n, sparse_m; /* 0, 0: B is dense */
  uint8_t a_type, b_type, out_type, flags;
  int32_t a_zero, b_zero, out_zero;
  /* In units of out_type: one or the other. */
  union {
    int32_t clip_min;
    float clip_min_f;
  };
  union {
    int32_t clip_max;
    float clip_max_f;
  };
  int32_t residual_zero;
  uint64_t k_table;
  uint64_t residual;
  int32_t residual_row_stride, residual_pixel_stride; /* bytes; channel n follows n - 1 */
  float out_scale, residual_scale, sum_scale;         /* 8-bit results with a residual */
  int32_t sum_zero;
  uint32_t block_c, block_n, block_at;
  uint32_t k_count;
};

/* Vector engine. `count`: elements of out, for every operation (softmax, LRN: outer * axis * inner; mean:
 * outer
 * * inner; average pooling: out_h * out_w * channels). b has a's type. */
#define SGB_VECTOR_ADD 1u   /* a + b                                    float, or quantised (see below) */
#define SGB_VECTOR_MUL 2u   /* a * b                                    float, or quantised */
#define SGB_VECTOR_CLIP 3u  /* min(max(a, clip_min), clip_max)          any numeric type; Relu too */
#define SGB_VECTOR_TABLE 4u /* table[a]: 256 entries of out_type        int8/uint8 -> any */
#define SGB_VECTOR_AVERAGE_POOL \
  5u                             /* channels-last windows                  float, or quantised (see below) */
#define SGB_VECTOR_SOFTMAX 6u    /* over `axis` of (outer, axis, inner)      float */
#define SGB_VECTOR_QUANTIZE 7u   /* saturate(round_half_even(a / out_scale) + out_zero)   float -> 8 bits */
#define SGB_VECTOR_DEQUANTIZE 8u /* (a - a_zero) * a_scale                   int8/uint8/int32 -> float */
#define SGB_VECTOR_SUB 9u        /* a - b                                    float, or quantised */
#define SGB_VECTOR_DIV 10u       /* a / b                                    float, or quantised */
/* Functions of floats, one rounding to float after every operation; exp, tanh and pow are those of the C
 * library. alpha = a_scale, beta = b_scale. */
#define SGB_VECTOR_LEAKY_RELU 11u   /* a < 0 ? alpha * a : a */
#define SGB_VECTOR_SIGMOID 12u      /* 1 / (1 + exp(-a)) */
#define SGB_VECTOR_TANH 13u         /* tanh(a) */
#define SGB_VECTOR_HARD_SIGMOID 14u /* h(a) = max(0, min(1, alpha * a + beta)); NaN stays NaN */
#define SGB_VECTOR_HARD_SWISH 15u   /* a * h(a) */
/* Local response normalisation over `axis` of (outer, axis, inner): size = kernel_w, bias = out_scale,
 *   out[c] = a[c] / pow(bias + (alpha / float(size)) * s, beta),
 *   s = sum of a[k] * a[k], k ascending, max(0, c - (size - 1) / 2) <= k <= min(axis - 1, c + size / 2). */
#define SGB_VECTOR_LRN 16u
#define SGB_VECTOR_REDUCE_MEAN 17u /* (sum over axis, ascending, from +0) / float(axis)        float */
/* 18: depthwise convolution */
/* ((a - mean[c]) * scale[c]) + bias[c], c = (i / inner) % axis: batch normalisation. b: the axis means, then
 * the axis scales, then the axis biases, all floats. */
#define SGB_VECTOR_NORMALIZE 19u
/* Winograd's F(2 x 2, 3 x 3): 4 x 4 tiles of the input, 2 apart, make 2 x 2 tiles of the output; 16 planes
 * stand for the 16 places of a tile, plane 4 i + j for (i, j), `inner` elements from one to the next. B^T =
 * (1 0 -1 0, 0 1 1 0, 0 -1 1 0, 0 1 0 -1), A^T = (1 1 1 0, 0 1 -1 -1).
 * INPUT, int8/uint8 to int16: a is an in_h x in_w x channels map. Tile (ty, tx) of out_h x out_w has
 *   d[i][j] = a[2 ty - pad_top + i][2 tx - pad_left + j] - a_zero, 0 outside; out[plane][ty][tx][c] = B^T d
 * B. OUTPUT, int32 to int8/uint8: a has planes of in_h x in_w x channels. Y = A^T a[.][ty][tx][c] A modulo
 * 2^32, divided by 4 (the scale of weights 2 G g (2 G)^T; its remainder is lost), + table[c] (int32; table =
 * 0: none). out[y][x][c] = saturate(round_half_even(float(Y) * b[c]) + out_zero), clipped to [clip_min,
 * clip_max]; (y, x) is place (y + pad_top, x + pad_left) of the 2 in_h x 2 in_w results, pads 0 or 1. */
#define SGB_VECTOR_WINOGRAD_INPUT 20u
#define SGB_VECTOR_WINOGRAD_OUTPUT 21u
/* Quantised add/sub/mul/div (int8/uint8), in float: A = (a - a_zero) * a_scale, B likewise,
 *   out = saturate(round_half_even((A op B) / out_scale) + out_zero), then clipped to [clip_min, clip_max].
 * Quantised average pooling: s = int32 sum of (a - a_zero) over the valid elements, count as for floats,
 *   out = saturate(round_half_even(float(s) * (a_scale / (out_scale * float(count)))) + out_zero), clipped
 *   likewise.
 * A quotient that is NaN (0 / 0) gives the zero point. */
#define SGB_VECTOR_PER_AXIS \
  1u /* quantise/dequantise: scale and zero of index (i / inner) % axis from tables */
#define SGB_VECTOR_COUNT_INCLUDE_PAD 2u /* average pooling divides by the whole window */
#define SGB_VECTOR_CLIP_RESULT \
  4u /* add/sub/mul/div of floats, normalise: apply clip_min_f/clip_max_f (fused Relu/Clip) */
#define SGB_VECTOR_SWAPPED 8u /* sub/div: b - a, b / a (b is still the operand that repeats) */
struct sgb_vector {
  uint64_t a;
  uint64_t b;     /* second operand; or per-axis scales (floats); or the rows of normalise */
  uint64_t table; /* 256-entry table; or per-axis zero points (elements of the quantised type), 0 = all 0 */
  uint64_t out;
  uint32_t count; /* elements of out */
  uint32_t
      b_count; /* element-wise: out[i] uses b[i % b_count]; b_count = count, 1, or a trailing shape's size */
  uint32_t outer, axis, inner;
  uint8_t op, in_type, out_type, flags;
  uint32_t in_h, in_w, channels, out_h, out_w;
  uint16_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
  int16_t pad_top, pad_left;
  /* divisor window of average pooling with COUNT_INCLUDE_PAD: input extended by these pads at the far side */
  int16_t pad_bottom, pad_right;
  float a_scale, b_scale, out_scale;
  int32_t a_zero, b_zero, out_zero;
  int32_t clip_min, clip_max;
  float clip_min_f, clip_max_f;
};

/* Sort engine. */
#define SGB_SORT_MAX_POOL \
  1u /* channels-last windows; padding never wins; all types. NaN follows ONNX: it wins */
#define SGB_SORT_ARG_MAX 2u /* over axis of (outer, axis, inner): int64 indices */
#define SGB_SORT_TOP_K \
  3u /* over axis: k values (out) and k int64 indices (out2); ties: the lower index first */
#define SGB_SORT_FULL 4u       /* top-k with k = axis */
#define SGB_SORT_LAST_INDEX 1u /* arg-max: of equal values the last */
#define SGB_SORT_SMALLEST 2u   /* top-k / sort ascending; arg-min */
struct sgb_sort {
  uint64_t in;
  uint64_t out;  /* values (max pooling, top-k, sort) or indices (arg-max) */
  uint64_t out2; /* indices of top-k and sort; 0 = not wanted */
  uint32_t outer, axis, inner, k;
  uint8_t op, type, flags, reserved0;
  uint32_t in_h, in_w, channels, out_h, out_w;
  uint16_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
  int16_t pad_top, pad_left;
};

struct sgb_descriptor {
  uint16_t opcode; /* SGB_OP_* */
  uint16_t queue;  /* engine queue; numbered as in hw/abi/queues.h */
  uint32_t node;   /* row of the node table, or SGB_NO_NODE */
  uint16_t wait_count;
  uint16_t signal_semaphore; /* counted up by 1 at completion; SGB_NO_SEMAPHORE = none */
  uint32_t reserved;
  struct sgb_wait wait[SGB_MAX_WAITS];
  union {
    uint8_t bytes[192];
    struct sgb_dma dma;
    struct sgb_matrix matrix;
    struct sgb_vector vector;
    struct sgb_sort sort;
  } u;
};

/* ---- the file ---- */
struct sgb_table {
  uint64_t offset;
  uint32_t count;
  uint32_t reserved;
};

struct sgb_header {
  uint32_t magic;
  uint32_t version;
  uint64_t file_bytes;
  uint64_t workspace_bytes; /* DRAM that the graphs need beside the file and the inputs and outputs */
  uint64_t sram_bytes;      /* SRAM that the graphs use: from its base up to this */
  struct sgb_table init_graph;
  struct sgb_table exec_graph;
  /* First those that name inputs and outputs, then the others; both parts sorted by (graph, descriptor,
   * field). */
  struct sgb_table relocations;
  struct sgb_table symbols;
  struct sgb_table nodes;
  struct sgb_table strings; /* count = bytes; NUL-terminated names */
  uint64_t data_offset;     /* static data: what SGB_SYMBOL_DATA addresses */
  uint64_t data_bytes;
  uint32_t queue_count; /* queues that the graphs were made for */
  uint32_t checksum;    /* CRC-32 (IEEE) of the file with this field 0 */
  /* The addresses for which static data and workspace are linked already: if image and workspace are there,
   * only the first `io_relocations` rows are left to do. */
  uint64_t linked_image;
  uint64_t linked_workspace;
  uint32_t io_relocations;
  uint32_t reserved;
};

/* The loader puts the image this far behind the start of DRAM, behind the run block, and the workspace at
 * the next page behind the image. Files are linked for that. */
#define SGB_IMAGE_OFFSET 32768u
#define SGB_PAGE 4096u

#define SGB_GRAPH_INIT 0u
#define SGB_GRAPH_EXEC 1u
/* The firmware writes: (uint64_t at `field` of the descriptor) = base of the symbol + addend. */
struct sgb_relocation {
  uint32_t graph;      /* SGB_GRAPH_* */
  uint32_t descriptor; /* index within that graph */
  uint32_t field;      /* byte offset within the descriptor, a multiple of 8 */
  uint32_t symbol;     /* row of the symbol table */
  uint64_t addend;
};

#define SGB_SYMBOL_DATA 0u      /* the file's data section: static, linked once */
#define SGB_SYMBOL_WORKSPACE 1u /* scratch memory in DRAM: static */
#define SGB_SYMBOL_INPUT 2u     /* input number `index`: dynamic, linked for every inference */
#define SGB_SYMBOL_OUTPUT 3u
struct sgb_symbol {
  uint32_t kind;
  uint32_t index;
  uint64_t bytes;
  uint32_t name; /* offset in strings */
  uint8_t type;  /* inputs and outputs: SGB_TYPE_* */
  uint8_t rank;
  uint16_t reserved;
  uint32_t dim[8]; /* as the ONNX file declares it, row-major */
};

struct sgb_node {
  uint32_t name; /* offset in strings */
  uint32_t op;   /* offset in strings: the ONNX operator */
  uint64_t macs;
  uint32_t fused_into; /* row of the node that does this one's work, or SGB_NO_NODE */
  uint32_t reserved;
};

/* ---- the run block: what the loader tells the firmware. At the start of DRAM. ---- */
#define SGB_RUN_MAGIC 0x4e555253u /* "SRUN" */
#define SGB_RUN_MAX_IO 1000u
#define SGB_RUN_NO_CLASS 0xffffffffu
struct sgb_run_io {
  uint64_t base;   /* of inference 0 */
  uint64_t stride; /* to the next inference's */
};
struct sgb_run_block {
  uint32_t magic;
  uint32_t version; /* SGB_VERSION */
  uint64_t graph;   /* address of the sgb_header */
  uint64_t workspace;
  uint32_t inferences;
  uint32_t input_count;
  uint32_t output_count;
  uint32_t class_output; /* output whose arg-max is the class to print, or SGB_RUN_NO_CLASS */
  struct sgb_run_io input[SGB_RUN_MAX_IO];
  struct sgb_run_io output[SGB_RUN_MAX_IO];
};

SGB_ASSERT(sizeof(struct sgb_wait) == 8, "sgb_wait");
SGB_ASSERT(sizeof(struct sgb_dma_dim) == 20, "sgb_dma_dim");
SGB_ASSERT(sizeof(struct sgb_dma) == 152, "sgb_dma");
SGB_ASSERT(sizeof(struct sgb_matrix) == 192, "sgb_matrix");
SGB_ASSERT(sizeof(struct sgb_vector) == 136, "sgb_vector");
SGB_ASSERT(sizeof(struct sgb_sort) == 80, "sgb_sort");
SGB_ASSERT(offsetof(struct sgb_descriptor, wait) == 16, "sgb_descriptor.wait");
SGB_ASSERT(offsetof(struct sgb_descriptor, u) == 64, "sgb_descriptor.u");
SGB_ASSERT(sizeof(struct sgb_descriptor) == SGB_DESCRIPTOR_BYTES, "sgb_descriptor");
SGB_ASSERT(sizeof(struct sgb_table) == 16, "sgb_table");
SGB_ASSERT(sizeof(struct sgb_header) == 176, "sgb_header");
SGB_ASSERT(sizeof(struct sgb_relocation) == 24, "sgb_relocation");
SGB_ASSERT(sizeof(struct sgb_symbol) == 56, "sgb_symbol");
SGB_ASSERT(sizeof(struct sgb_node) == 24, "sgb_node");
SGB_ASSERT(sizeof(struct sgb_run_block) == 40 + 2 * 1000 * 16, "sgb_run_block");
SGB_ASSERT(sizeof(struct sgb_run_block) <= SGB_IMAGE_OFFSET, "sgb_run_block: the image begins behind it");

#endif /* SYSTOLE_HW_ABI_DESCRIPTOR_H */
