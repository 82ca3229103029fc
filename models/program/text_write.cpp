#include <bit>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "hw/base/assert.h"
#include "models/program/crc32.h"
#include "models/program/fields.h"
#include "models/program/program.h"

namespace systole {

namespace {

constexpr std::size_t kDataBytesPerLine = 32;

std::string hex(std::uint64_t value, int digits = 1) {
  char text[16];
  const auto end = std::to_chars(text, text + sizeof text, value, 16).ptr;
  const auto length = static_cast<int>(end - text);
  return std::string(static_cast<std::size_t>(std::max(0, digits - length)), '0') + std::string(text, end);
}

/// Shortest text that reads back as the same bits.
std::string real_text(float value) {
  if (std::isnan(value)) return "nan:0x" + hex(std::bit_cast<std::uint32_t>(value));
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += "\\x" + hex(byte, 2);
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// Prints every field whose bits are not all 0, in the order of the list.
class FieldPrinter {
public:
  explicit FieldPrinter(std::string& out) : out_(out) {}
  template <typename T>
  void number(std::string_view name, const T& value) {
    if (value != 0) put(name, std::to_string(value));
  }
  void address(std::string_view name, const std::uint64_t& value) {
    if (value != 0) put(name, "0x" + hex(value));
  }
  void real(std::string_view name, const float& value) {
    if (std::bit_cast<std::uint32_t>(value) != 0) put(name, real_text(value));
  }
  template <typename T>
  void choice(std::string_view name, const T& value, Names names) {
    if (value == 0 && name_of_value(names, 0).empty()) return;
    const std::string_view known = name_of_value(names, value);
    put(name, known.empty() ? std::to_string(value) : std::string(known));
  }
  template <typename T>
  void flags(std::string_view name, const T& value, Names names) {
    std::uint32_t left = value;
    std::string text;
    for (const NamedValue& flag : names) {
      if ((left & flag.value) == 0) continue;
      left &= ~flag.value;
      text += (text.empty() ? "" : "|") + std::string(flag.name);
    }
    if (left != 0) text += (text.empty() ? "" : "|") + std::to_string(left);
    if (!text.empty()) put(name, text);
  }
  void dims(const sgb_dma& op) {
    std::string text;
    for (unsigned d = 0; d < op.rank && d < SGB_MAX_RANK; ++d) {
      const sgb_dma_dim& dim = op.dim[d];
      text += (d == 0 ? "" : ",") + std::to_string(dim.extent) + ":" + std::to_string(dim.src_origin) + ":" +
              std::to_string(dim.src_limit) + ":" + std::to_string(dim.src_stride) + ":" +
              std::to_string(dim.dst_stride);
    }
    put("dims", "[" + text + "]");
  }
  void put(std::string_view name, const std::string& value) {
    out_ += ' ';
    out_ += name;
    out_ += '=';
    out_ += value;
  }

private:
  std::string& out_;
};

void print_symbol(std::string& out, std::size_t index, const ProgramSymbol& symbol) {
  out += "symbol " + std::to_string(index);
  FieldPrinter fields(out);
  fields.choice("kind", symbol.kind, kSymbolKindNames);
  fields.number("index", symbol.index);
  fields.put("bytes", std::to_string(symbol.bytes));
  fields.put("name", quoted(symbol.name));
  fields.put("type", std::string(name_of(symbol.type)));
  std::string shape;
  for (const std::uint32_t extent : symbol.shape)
    shape += (shape.empty() ? "" : ",") + std::to_string(extent);
  fields.put("shape", "[" + shape + "]");
  out += '\n';
}

void print_node(std::string& out, std::size_t index, const ProgramNode& node) {
  out += "node " + std::to_string(index);
  FieldPrinter fields(out);
  fields.put("name", quoted(node.name));
  fields.put("op", quoted(node.op));
  fields.number("macs", node.macs);
  if (node.fused_into != SGB_NO_NODE) fields.put("fused_into", std::to_string(node.fused_into));
  out += '\n';
}

void print_descriptor(std::string& out, const char* graph, std::size_t index,
                      const sgb_descriptor& descriptor) {
  const std::string_view opcode = name_of_value(kOpcodeNames, descriptor.opcode);
  out += graph;
  out += ' ' + std::to_string(index) + ' ' +
         (opcode.empty() ? std::to_string(descriptor.opcode) : std::string(opcode));
  FieldPrinter fields(out);
  fields.put("queue", std::to_string(descriptor.queue));
  if (descriptor.node != SGB_NO_NODE) fields.put("node", std::to_string(descriptor.node));
  std::string waits;
  for (unsigned w = 0; w < descriptor.wait_count && w < SGB_MAX_WAITS; ++w) {
    waits += (w == 0 ? "" : ",") + std::to_string(descriptor.wait[w].semaphore) +
             ">=" + std::to_string(descriptor.wait[w].value);
  }
  if (!waits.empty()) fields.put("wait", "[" + waits + "]");
  if (descriptor.signal_semaphore != SGB_NO_SEMAPHORE) {
    fields.put("signal", std::to_string(descriptor.signal_semaphore));
  }
  visit_operation(descriptor, fields);
  out += '\n';
}

void print_relocation(std::string& out, const Program& program, const sgb_relocation& relocation,
                      const sgb_descriptor& descriptor) {
  const std::string_view field = address_field_name(descriptor, relocation.field);
  out += "  link";
  FieldPrinter fields(out);
  fields.put("field", field.empty() ? std::to_string(relocation.field) : std::string(field));
  fields.put("symbol", std::to_string(relocation.symbol));
  if (relocation.addend != 0) fields.put("addend", "0x" + hex(relocation.addend));
  SYSTOLE_ASSERT(relocation.symbol < program.symbols.size(), "relocation to no symbol");
  out += '\n';
}

void print_graph(std::string& out, const char* name, std::uint32_t graph, const Program& program,
                 const std::vector<sgb_descriptor>& list, std::size_t& next_relocation) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    print_descriptor(out, name, i, list[i]);
    for (; next_relocation < program.relocations.size(); ++next_relocation) {
      const sgb_relocation& relocation = program.relocations[next_relocation];
      if (relocation.graph != graph || relocation.descriptor != i) break;
      print_relocation(out, program, relocation, list[i]);
    }
  }
}

void print_data(std::string& out, std::span<const std::byte> data) {
  for (std::size_t at = 0; at < data.size(); at += kDataBytesPerLine) {
    out += "  hex ";
    for (const std::byte b : data.subspan(at, std::min(kDataBytesPerLine, data.size() - at))) {
      out += hex(std::to_integer<std::uint64_t>(b), 2);
    }
    out += '\n';
  }
}

}  // namespace

std::string to_text(const Program& program, bool with_data) {
  std::string out = "graph";
  FieldPrinter head(out);
  head.put("version", std::to_string(SGB_VERSION));
  head.put("queues", std::to_string(program.queue_count));
  head.put("sram", std::to_string(program.sram_bytes));
  head.put("workspace", std::to_string(program.workspace_bytes));
  out += '\n';
  for (std::size_t i = 0; i < program.symbols.size(); ++i) print_symbol(out, i, program.symbols[i]);
  for (std::size_t i = 0; i < program.nodes.size(); ++i) print_node(out, i, program.nodes[i]);
  std::size_t next_relocation = 0;
  print_graph(out, "init", SGB_GRAPH_INIT, program, program.init, next_relocation);
  print_graph(out, "exec", SGB_GRAPH_EXEC, program, program.exec, next_relocation);
  SYSTOLE_ASSERT(next_relocation == program.relocations.size(), "relocations out of order or range");
  out += "data";
  FieldPrinter data(out);
  data.put("bytes", std::to_string(program.data.size()));
  data.put("crc32", "0x" + hex(crc32(program.data)));
  out += '\n';
  if (with_data) print_data(out, program.data);
  return out;
}

}  // namespace systole
