#include "hw/blocks/host/elf.h"

#include "hw/blocks/host/text.h"

namespace systole::host {
namespace {

// Tool Interface Standard ELF specification 1.2, and the RISC-V ELF psABI for the machine number.
constexpr std::size_t kHeaderBytes = 52;
constexpr std::size_t kProgramHeaderBytes = 32;
constexpr std::uint32_t kTypeExecutable = 2;
constexpr std::uint32_t kMachineRiscV = 243;
constexpr std::uint32_t kLoad = 1;
constexpr std::uint32_t kInterpreter = 3;

/// Little-endian field; the caller has checked that it lies inside.
std::uint32_t field(std::span<const std::byte> bytes, std::size_t offset, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0;) {
    value = (value << 8U) | std::to_integer<std::uint32_t>(bytes[offset + i]);
  }
  return value;
}

bool inside(std::uint64_t address, std::uint64_t size, const ElfTarget& target) {
  return address >= target.base && size <= target.size && address - target.base <= target.size - size;
}

/// What is wrong with the file header, or nullptr.
const char* header_problem(std::span<const std::byte> file) {
  if (file.size() < 4 || field(file, 0, 4) != 0x464c457fU) return "is not an ELF file";
  if (file.size() < 16) return "is truncated: the ELF header is not complete";
  if (field(file, 4, 1) != 1) return "is not a 32-bit ELF file: build the firmware for rv32imac";
  if (field(file, 5, 1) != 1) return "is not little-endian";
  if (file.size() < kHeaderBytes) return "is truncated: the ELF header is not complete";
  if (field(file, 18, 2) != kMachineRiscV) return "is not for RISC-V: build the firmware for rv32imac";
  if (field(file, 16, 2) != kTypeExecutable)
    return "is not an executable: link the firmware statically, without -pie";
  if (field(file, 42, 2) != kProgramHeaderBytes) return "has program headers of an unknown size";
  return nullptr;
}

}  // namespace

std::optional<ElfImage> read_elf(std::span<const std::byte> file, const ElfTarget& target,
                                 const std::string& name, Issues& issues) {
  const auto problem = [&](const std::string& message) { issues.add(SourceLocation{name}, "", message); };
  if (const char* message = header_problem(file)) {
    problem(message);
    return std::nullopt;
  }
  const std::size_t before = issues.size();
  constexpr std::uint32_t kSingleOrDoubleFloat = 6;
  if ((field(file, 36, 4) & kSingleOrDoubleFloat) != 0) {
    problem("uses floating-point registers to pass arguments: build with -mabi=ilp32");
  }
  ElfImage image;
  image.entry = field(file, 24, 4);
  const std::uint64_t table = field(file, 28, 4);
  const std::uint32_t count = field(file, 44, 2);
  if (table > file.size() || count * kProgramHeaderBytes > file.size() - table) {
    problem("is truncated: " + std::to_string(count) + " program headers do not fit");
    return std::nullopt;
  }
  std::string range = "the host's RAM, ";
  range.append(hex(target.base)).append(" to ").append(hex(target.base + target.size - 1));
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto header =
        file.subspan(static_cast<std::size_t>(table) + i * kProgramHeaderBytes, kProgramHeaderBytes);
    const std::string which = "segment " + std::to_string(i);
    const std::uint32_t type = field(header, 0, 4);
    if (type == kInterpreter) problem(which + " asks for a dynamic linker: link the firmware statically");
    if (type != kLoad) continue;
    const std::uint32_t offset = field(header, 4, 4);
    const std::uint32_t address = field(header, 8, 4);
    const std::uint32_t file_size = field(header, 16, 4);
    const std::uint32_t memory_size = field(header, 20, 4);
    if (memory_size == 0 && file_size == 0) continue;
    if (offset > file.size() || file_size > file.size() - offset) {
      problem("is truncated: " + which + " ends at byte " +
              std::to_string(std::uint64_t{offset} + file_size) + " of " + std::to_string(file.size()));
    } else if (file_size > memory_size) {
      problem(which + " has more bytes in the file than in memory");
    } else if (!inside(address, memory_size, target)) {
      std::string message = which;
      message.append(", ").append(hex(memory_size)).append(" bytes at ").append(hex(address));
      problem(message.append(", is outside ").append(range));
    } else {
      image.segments.push_back({address, file.subspan(offset, file_size), memory_size});
    }
  }
  if (issues.size() == before && image.segments.empty()) problem("has nothing to load");
  if (!inside(image.entry, 2, target) || image.entry % 2 != 0) {
    problem("starts at " + hex(image.entry) + ", which is not an instruction address in " + range);
  }
  if (issues.size() != before) return std::nullopt;
  return image;
}

}  // namespace systole::host
