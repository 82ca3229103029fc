// A descriptor graph in memory: what the mapper makes, the .sgb file holds, `systole inspect` prints.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hw/abi/descriptor.h"
#include "hw/base/dtype.h"
#include "hw/base/issues.h"

namespace systole {

struct ProgramSymbol {
  std::uint32_t kind = SGB_SYMBOL_DATA;
  std::uint32_t index = 0;
  std::uint64_t bytes = 0;
  std::string name;
  DType type = DType::kUInt8;
  std::vector<std::uint32_t> shape;  ///< rank at most 8
  bool operator==(const ProgramSymbol&) const = default;
};

struct ProgramNode {
  std::string name;
  std::string op;  ///< ONNX operator
  std::uint64_t macs = 0;
  std::uint32_t fused_into = SGB_NO_NODE;
  bool operator==(const ProgramNode&) const = default;
};

struct Program {
  std::vector<sgb_descriptor> init;
  std::vector<sgb_descriptor> exec;
  std::vector<sgb_relocation> relocations;
  std::vector<ProgramSymbol> symbols;
  std::vector<ProgramNode> nodes;  ///< in execution order
  std::vector<std::byte> data;     ///< static data
  /// Bytes of static data after `data` that stand elsewhere, or that nobody made (timing only). The image
  /// ends where they would begin, though its header counts them, and its checksum is without them; decode()
  /// takes it for a truncated file.
  std::uint64_t data_left_out = 0;
  std::uint64_t workspace_bytes = 0;
  std::uint64_t sram_bytes = 0;
  std::uint32_t queue_count = 0;
};
bool operator==(const Program& a, const Program& b);

/// The .sgb image, byte for byte the same for equal programs.
std::vector<std::byte> encode(const Program& program);
/// nullopt and issues for anything that encode() could not have written: bad magic, version, checksum,
/// offsets, counts, fields. Never reads outside `image`; safe on hostile bytes.
std::optional<Program> decode(std::span<const std::byte> image, Issues& issues);
/// Canonical text: one line per symbol, node, descriptor and relocation (docs/graph-format.md). Equal
/// programs give equal text. with_data: the static data too, as lines of hex; only then can assemble() make
/// the program again. The program's relocations must be in order and in range, as decode() gives them.
std::string to_text(const Program& program, bool with_data = false);
/// The inverse of to_text(program, true): assemble(to_text(p, true)) == p. nullopt and issues (with line
/// numbers) for text that is not a program. Safe on hostile text.
std::optional<Program> assemble(std::string_view text, Issues& issues);

}  // namespace systole
