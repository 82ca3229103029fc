#include <algorithm>
#include <cstring>
#include <map>

#include "hw/abi/memory_map.h"
#include "hw/base/assert.h"
#include "hw/base/units.h"
#include "models/program/crc32.h"
#include "models/program/layout.h"
#include "models/program/program.h"

namespace systole {

namespace {

/// NUL-terminated names, each text once, in order of first use.
class StringTable {
public:
  std::uint32_t add(const std::string& text) {
    // A name ends at its first NUL: the table cannot hold more.
    const std::string name = text.substr(0, std::min(text.find('\0'), kMaxNameBytes));
    const auto [place, is_new] = offsets_.try_emplace(name, static_cast<std::uint32_t>(bytes_.size()));
    if (is_new) {
      bytes_ += name;
      bytes_ += '\0';
    }
    return place->second;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
  std::map<std::string, std::uint32_t> offsets_;
  std::string bytes_;
};

class Writer {
public:
  void align(std::uint64_t step) { image_.resize(round_up(image_.size(), step)); }
  void put(const void* source, std::size_t bytes) {
    const auto* first = static_cast<const std::byte*>(source);
    image_.insert(image_.end(), first, first + bytes);
  }
  template <typename T>
  sgb_table put_table(const std::vector<T>& rows, std::uint64_t alignment) {
    align(alignment);
    const sgb_table table{image_.size(), static_cast<std::uint32_t>(rows.size()), 0};
    put(rows.data(), rows.size() * sizeof(T));
    return table;
  }
  std::vector<std::byte>& image() { return image_; }

private:
  std::vector<std::byte> image_;
};

std::uint32_t kind_of(const Program& program, const sgb_relocation& relocation) {
  // A wild symbol is decode()'s business.
  return relocation.symbol < program.symbols.size() ? program.symbols[relocation.symbol].kind
                                                    : SGB_SYMBOL_DATA;
}

/// The relocations as the file has them; `of_io`: how many name inputs and outputs.
std::vector<sgb_relocation> in_file_order(const Program& program, std::uint32_t& of_io) {
  std::vector<sgb_relocation> rows = program.relocations;
  const auto rest = std::stable_partition(rows.begin(), rows.end(), [&](const sgb_relocation& r) {
    return kind_of(program, r) > SGB_SYMBOL_WORKSPACE;
  });
  of_io = static_cast<std::uint32_t>(rest - rows.begin());
  return rows;
}

/// Writes the addresses of static data and workspace into the descriptors of the image, and 0 where the
/// firmware will write: what a Program has in a linked field does not count.
void link(const Program& program, const sgb_header& header, std::vector<std::byte>& image) {
  for (const sgb_relocation& r : program.relocations) {
    const sgb_table& graph = r.graph == SGB_GRAPH_INIT ? header.init_graph : header.exec_graph;
    if (r.descriptor >= graph.count || r.field > SGB_DESCRIPTOR_BYTES - 8) continue;  // decode() says so
    std::uint64_t value = 0;
    switch (kind_of(program, r)) {
      case SGB_SYMBOL_DATA:
        value = header.linked_image + header.data_offset + r.addend;
        break;
      case SGB_SYMBOL_WORKSPACE:
        value = header.linked_workspace + r.addend;
        break;
      default:
        break;
    }
    const std::uint64_t place = graph.offset + std::uint64_t{r.descriptor} * SGB_DESCRIPTOR_BYTES + r.field;
    std::memcpy(image.data() + place, &value, sizeof value);
  }
}

}  // namespace

std::vector<std::byte> encode(const Program& program) {
  StringTable strings;
  std::vector<sgb_symbol> symbols;
  for (const ProgramSymbol& symbol : program.symbols) {
    SYSTOLE_ASSERT(symbol.shape.size() <= std::size(sgb_symbol{}.dim), "symbol rank");
    sgb_symbol& row = symbols.emplace_back();
    row.kind = symbol.kind;
    row.index = symbol.index;
    row.bytes = symbol.bytes;
    row.name = strings.add(symbol.name);
    row.type = static_cast<std::uint8_t>(symbol.type);
    row.rank = static_cast<std::uint8_t>(symbol.shape.size());
    std::copy(symbol.shape.begin(), symbol.shape.end(), row.dim);
  }
  std::vector<sgb_node> nodes;
  for (const ProgramNode& node : program.nodes) {
    const std::uint32_t name = strings.add(node.name);
    nodes.push_back({name, strings.add(node.op), node.macs, node.fused_into, 0});
  }

  sgb_header header{};
  header.magic = SGB_MAGIC;
  header.version = SGB_VERSION;
  header.workspace_bytes = program.workspace_bytes;
  header.sram_bytes = program.sram_bytes;
  header.queue_count = program.queue_count;

  Writer writer;
  writer.put(&header, sizeof header);
  header.init_graph = writer.put_table(program.init, kSectionAlign);
  header.exec_graph = writer.put_table(program.exec, kSectionAlign);
  header.relocations = writer.put_table(in_file_order(program, header.io_relocations), kTableAlign);
  header.symbols = writer.put_table(symbols, kTableAlign);
  header.nodes = writer.put_table(nodes, kTableAlign);
  header.strings = {writer.image().size(), static_cast<std::uint32_t>(strings.bytes().size()), 0};
  writer.put(strings.bytes().data(), strings.bytes().size());
  writer.align(kSectionAlign);
  header.data_offset = writer.image().size();
  header.data_bytes = program.data.size() + program.data_left_out;
  writer.put(program.data.data(), program.data.size());

  std::vector<std::byte>& image = writer.image();
  header.file_bytes = image.size() + program.data_left_out;
  header.linked_image = SYS_DRAM_BASE + SGB_IMAGE_OFFSET;
  header.linked_workspace = round_up(header.linked_image + header.file_bytes, std::uint64_t{SGB_PAGE});
  link(program, header, image);
  std::memcpy(image.data(), &header, sizeof header);
  header.checksum = crc32(image);
  std::memcpy(image.data(), &header, sizeof header);
  return std::move(image);
}

bool operator==(const Program& a, const Program& b) {
  const auto same_rows = [](const auto& x, const auto& y) {
    return x.size() == y.size() &&
           (x.empty() || std::memcmp(x.data(), y.data(), x.size() * sizeof(x.front())) == 0);
  };
  return same_rows(a.init, b.init) && same_rows(a.exec, b.exec) && same_rows(a.relocations, b.relocations) &&
         a.symbols == b.symbols && a.nodes == b.nodes && same_rows(a.data, b.data) &&
         a.data_left_out == b.data_left_out && a.workspace_bytes == b.workspace_bytes &&
         a.sram_bytes == b.sram_bytes && a.queue_count == b.queue_count;
}

}  // namespace systole
