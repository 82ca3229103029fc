#include <algorithm>
#include <cstring>
#include <tuple>

#include "models/program/check.h"
#include "models/program/crc32.h"
#include "models/program/fields.h"
#include "models/program/layout.h"
#include "models/program/program.h"

namespace systole {

namespace {

/// Reads tables out of the image; every range is checked before it is touched.
class Reader {
public:
  Reader(std::span<const std::byte> image, Issues& issues) : image_(image), issues_(issues) {}

  /// True if [offset, offset + count * bytes_each) lies in the file.
  bool in_file(const char* what, std::uint64_t offset, std::uint64_t count, std::uint64_t bytes_each) {
    if (offset <= image_.size() && count <= (image_.size() - offset) / bytes_each) return true;
    issues_.add(what, "lies outside the file: offset " + std::to_string(offset) + ", " +
                          std::to_string(count) + " entries of " + std::to_string(bytes_each) +
                          " bytes, file of " + std::to_string(image_.size()) + " bytes");
    return false;
  }

  template <typename T>
  std::vector<T> table(const char* what, const sgb_table& table) {
    std::vector<T> rows;
    if (!in_file(what, table.offset, table.count, sizeof(T))) return rows;
    rows.resize(table.count);
    if (!rows.empty()) std::memcpy(rows.data(), image_.data() + table.offset, rows.size() * sizeof(T));
    return rows;
  }

private:
  std::span<const std::byte> image_;
  Issues& issues_;
};

/// The NUL-terminated text at `offset`, or nullopt if it does not lie in the table.
std::optional<std::string> string_at(const std::vector<char>& strings, std::uint32_t offset) {
  if (offset >= strings.size()) return std::nullopt;
  const auto first = strings.begin() + offset;
  const auto last = std::find(first, strings.end(), '\0');
  if (last == strings.end() || static_cast<std::size_t>(last - first) > kMaxNameBytes) return std::nullopt;
  return std::string(first, last);
}

std::optional<sgb_header> read_header(std::span<const std::byte> image, Issues& issues) {
  sgb_header header;
  if (image.size() < sizeof header) {
    issues.add("header", "the file is shorter than the header: " + std::to_string(image.size()) + " of " +
                             std::to_string(sizeof header) + " bytes");
    return std::nullopt;
  }
  std::memcpy(&header, image.data(), sizeof header);
  if (header.magic != SGB_MAGIC) {
    issues.add("header.magic", "this is no descriptor graph (.sgb file)");
    return std::nullopt;
  }
  if (header.version != SGB_VERSION) {
    issues.add("header.version", "version " + std::to_string(header.version) + " is not supported; map the " +
                                     "network again for version " + std::to_string(SGB_VERSION));
    return std::nullopt;
  }
  if (header.file_bytes != image.size()) {
    issues.add("header.file_bytes", "says " + std::to_string(header.file_bytes) + " bytes, the file has " +
                                        std::to_string(image.size()) + ": truncated or damaged");
    return std::nullopt;
  }
  sgb_header blank = header;
  blank.checksum = 0;
  std::vector<std::byte> start(sizeof blank);
  std::memcpy(start.data(), &blank, sizeof blank);
  if (crc32(image.subspan(sizeof blank), crc32(start)) != header.checksum) {
    issues.add("header.checksum", "does not match the file's contents: the file is damaged");
    return std::nullopt;
  }
  return header;
}

void check_descriptors(const char* graph, const std::vector<sgb_descriptor>& list, std::size_t nodes,
                       Issues& issues) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string key = std::string(graph) + " " + std::to_string(i);
    if (std::string fault = descriptor_fault(list[i]); !fault.empty()) issues.add(key, std::move(fault));
    if (list[i].node != SGB_NO_NODE && list[i].node >= nodes) {
      issues.add(key, "node " + std::to_string(list[i].node) + " is not in the node table of " +
                          std::to_string(nodes));
    }
  }
}

void read_symbols(const std::vector<sgb_symbol>& rows, const std::vector<char>& strings, Program& program,
                  Issues& issues) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const sgb_symbol& row = rows[i];
    const std::string key = "symbol " + std::to_string(i);
    const auto name = string_at(strings, row.name);
    const auto type = dtype_from_abi(row.type);
    if (row.kind > SGB_SYMBOL_OUTPUT) issues.add(key, "unknown kind " + std::to_string(row.kind));
    if (!name) issues.add(key, "its name does not lie in the string table, or is too long");
    if (!type) issues.add(key, "unknown element type " + std::to_string(row.type));
    if (row.rank > std::size(row.dim)) {
      issues.add(key, "rank " + std::to_string(row.rank) + " is above " + std::to_string(std::size(row.dim)));
    } else if (name && type) {
      program.symbols.push_back(
          {row.kind, row.index, row.bytes, *name, *type, {row.dim, row.dim + row.rank}});
    }
  }
}

void read_nodes(const std::vector<sgb_node>& rows, const std::vector<char>& strings, Program& program,
                Issues& issues) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string key = "node " + std::to_string(i);
    const auto name = string_at(strings, rows[i].name);
    const auto op = string_at(strings, rows[i].op);
    if (!name || !op) {
      issues.add(key, "its name or operator does not lie in the string table, or is too long");
      continue;
    }
    if (rows[i].fused_into != SGB_NO_NODE && rows[i].fused_into >= rows.size()) {
      issues.add(key, "is fused into node " + std::to_string(rows[i].fused_into) + " of " +
                          std::to_string(rows.size()));
    }
    program.nodes.push_back({*name, *op, rows[i].macs, rows[i].fused_into});
  }
}

}  // namespace

std::string descriptor_fault(const sgb_descriptor& descriptor) {
  if (name_of_value(kOpcodeNames, descriptor.opcode).empty()) {
    return "unknown operation " + std::to_string(descriptor.opcode);
  }
  if (descriptor.wait_count > SGB_MAX_WAITS) {
    return std::to_string(descriptor.wait_count) + " waits, at most " + std::to_string(SGB_MAX_WAITS) +
           " are possible";
  }
  if (descriptor.reserved != 0) return "reserved bytes are not 0";
  for (std::uint32_t w = 0; w < SGB_MAX_WAITS; ++w) {
    const sgb_wait& wait = descriptor.wait[w];
    if (wait.reserved != 0) return "reserved bytes of a wait are not 0";
    if (w >= descriptor.wait_count && (wait.semaphore != 0 || wait.value != 0)) {
      return "wait " + std::to_string(w) + " is set but not counted";
    }
  }
  for (std::size_t i = operation_bytes(descriptor.opcode); i < sizeof descriptor.u.bytes; ++i) {
    if (descriptor.u.bytes[i] != 0) return "bytes behind the operation's fields are not 0";
  }
  if (descriptor.opcode == SGB_OP_DMA) {
    const sgb_dma& dma = descriptor.u.dma;
    if (dma.rank < 1 || dma.rank > SGB_MAX_RANK) {
      return "rank " + std::to_string(dma.rank) + " is not 1 to " + std::to_string(SGB_MAX_RANK);
    }
    if (dma.reserved0 != 0 || dma.reserved1 != 0) return "reserved bytes are not 0";
    for (std::uint32_t d = dma.rank; d < SGB_MAX_RANK; ++d) {
      const sgb_dma_dim& dim = dma.dim[d];
      if (dim.extent != 0 || dim.src_origin != 0 || dim.src_limit != 0 || dim.src_stride != 0 ||
          dim.dst_stride != 0) {
        return "dimension " + std::to_string(d) + " is set but above the rank";
      }
    }
  }
  if (descriptor.opcode == SGB_OP_SORT && descriptor.u.sort.reserved0 != 0) {
    return "reserved bytes are not 0";
  }
  return {};
}

namespace {

std::tuple<std::uint32_t, std::uint32_t, std::uint32_t> place_of(const sgb_relocation& r) {
  return {r.graph, r.descriptor, r.field};
}

/// Linked fields back to 0: the addresses of the file.
void unlink(Program& program) {
  for (const sgb_relocation& r : program.relocations) {
    sgb_descriptor& descriptor = (r.graph == SGB_GRAPH_INIT ? program.init : program.exec)[r.descriptor];
    std::memset(reinterpret_cast<std::byte*>(&descriptor) + r.field, 0, sizeof(std::uint64_t));
  }
}

}  // namespace

void check_relocations(const Program& program, Issues& issues) {
  for (std::size_t i = 0; i < program.relocations.size(); ++i) {
    const sgb_relocation& row = program.relocations[i];
    const std::string key = "relocation " + std::to_string(i);
    const std::size_t count = row.graph == SGB_GRAPH_INIT ? program.init.size() : program.exec.size();
    if (row.graph > SGB_GRAPH_EXEC) {
      issues.add(key, "unknown graph " + std::to_string(row.graph));
    } else if (row.descriptor >= count) {
      issues.add(key, "descriptor " + std::to_string(row.descriptor) + " of " + std::to_string(count));
    }
    if (row.field % 8 != 0 || row.field > SGB_DESCRIPTOR_BYTES - 8) {
      issues.add(key, "field " + std::to_string(row.field) + " is no 64-bit field of a descriptor");
    }
    if (row.symbol >= program.symbols.size()) {
      issues.add(key,
                 "symbol " + std::to_string(row.symbol) + " of " + std::to_string(program.symbols.size()));
    }
    if (i > 0 && place_of(row) <= place_of(program.relocations[i - 1])) {
      issues.add(key, "is out of order: relocations are sorted by graph, descriptor and field, each once");
    }
  }
}

void check_linked_fields(const Program& program, Issues& issues) {
  for (const sgb_relocation& r : program.relocations) {
    const auto& graph = r.graph == SGB_GRAPH_INIT ? program.init : program.exec;
    std::uint64_t value = 0;
    std::memcpy(&value, reinterpret_cast<const std::byte*>(&graph[r.descriptor]) + r.field, sizeof value);
    if (value == 0) continue;
    issues.add((r.graph == SGB_GRAPH_INIT ? "init " : "exec ") + std::to_string(r.descriptor),
               "has a value in field " + std::to_string(r.field) + ", which is linked: leave it out");
  }
}

std::optional<Program> decode(std::span<const std::byte> image, Issues& issues) {
  const std::size_t before = issues.size();
  const auto header = read_header(image, issues);
  if (!header) return std::nullopt;

  Reader reader(image, issues);
  Program program;
  program.init = reader.table<sgb_descriptor>("init graph", header->init_graph);
  program.exec = reader.table<sgb_descriptor>("exec graph", header->exec_graph);
  program.relocations = reader.table<sgb_relocation>("relocations", header->relocations);
  const auto symbols = reader.table<sgb_symbol>("symbols", header->symbols);
  const auto nodes = reader.table<sgb_node>("nodes", header->nodes);
  const auto strings = reader.table<char>("strings", header->strings);
  if (reader.in_file("data", header->data_offset, header->data_bytes, 1)) {
    const auto data = image.subspan(header->data_offset, header->data_bytes);
    program.data.assign(data.begin(), data.end());
  }
  program.workspace_bytes = header->workspace_bytes;
  program.sram_bytes = header->sram_bytes;
  program.queue_count = header->queue_count;
  if (issues.size() != before) return std::nullopt;

  read_symbols(symbols, strings, program, issues);
  read_nodes(nodes, strings, program, issues);
  check_descriptors("init", program.init, nodes.size(), issues);
  check_descriptors("exec", program.exec, nodes.size(), issues);
  if (issues.size() != before) return std::nullopt;
  std::stable_sort(program.relocations.begin(), program.relocations.end(),
                   [](const auto& a, const auto& b) { return place_of(a) < place_of(b); });
  check_relocations(program, issues);
  if (issues.size() != before) return std::nullopt;
  unlink(program);

  // What is left: padding, reserved fields, sections that overlap or stand in another order. There is one
  // encoding of a program, so compare with it.
  const std::vector<std::byte> canonical = encode(program);
  if (!std::equal(canonical.begin(), canonical.end(), image.begin(), image.end())) {
    issues.add("layout", "sections, reserved fields or padding are not as a version " +
                             std::to_string(SGB_VERSION) + " file has them");
    return std::nullopt;
  }
  return program;
}

}  // namespace systole
