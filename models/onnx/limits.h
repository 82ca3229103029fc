// What the importer takes for sane. Keeps all later arithmetic on shapes within 64 bits, whatever the file
// says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/ir/tensor.h"

namespace systole::importer {

inline constexpr std::size_t kMaxRank = 8;                                 // of the ABI's symbols
inline constexpr std::int64_t kMaxElements = (std::int64_t{1} << 31) - 1;  // of one tensor
inline constexpr std::int64_t kMaxWindow = 65535;  // kernel, stride, dilation: 16 bits in the ABI
inline constexpr std::int64_t kMaxPad = 32767;

/// What is wrong with the shape; nullopt if nothing is. Every dimension must be at least 1 (0 with
/// `may_be_empty`: constants that stand for "nothing", such as the region of a Resize).
std::optional<std::string> shape_problem(const ir::Shape& shape, bool may_be_empty = false);

/// "[1, 3, 8, 8]"
std::string to_text(const ir::Shape& shape);

}  // namespace systole::importer
