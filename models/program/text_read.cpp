#include "models/program/check.h"
#include "models/program/crc32.h"
#include "models/program/fields.h"
#include "models/program/program.h"
#include "models/program/text_scan.h"

namespace systole {

namespace {

/// Fills the fields that the printer has printed; absent ones stay 0.
class FieldParser {
public:
  explicit FieldParser(TextLine& line) : line_(line) {}
  template <typename T>
  void number(std::string_view name, T& value) {
    value = line_.integer<T>(name, T{0});
  }
  void address(std::string_view name, std::uint64_t& value) {
    value = line_.integer<std::uint64_t>(name, std::uint64_t{0});
  }
  void real(std::string_view name, float& value) { value = line_.real(name); }
  template <typename T>
  void choice(std::string_view name, T& value, Names names) {
    value = static_cast<T>(line_.choice(name, names, 0, std::numeric_limits<T>::max()));
  }
  template <typename T>
  void flags(std::string_view name, T& value, Names names) {
    value = static_cast<T>(line_.flags(name, names, std::numeric_limits<T>::max()));
  }
  void dims(sgb_dma& op) {
    const auto entries = line_.list("dims");
    if (entries.empty() || entries.size() > SGB_MAX_RANK) {
      line_.fault("dims", "needs 1 to " + std::to_string(SGB_MAX_RANK) + " dimensions");
      return;
    }
    op.rank = static_cast<std::uint8_t>(entries.size());
    for (std::size_t d = 0; d < entries.size(); ++d) {
      const auto parts = split(entries[d], ':');
      if (parts.size() != 5) {
        line_.fault("dims", "a dimension is extent:origin:limit:src_stride:dst_stride");
        return;
      }
      read(parts[0], op.dim[d].extent);
      read(parts[1], op.dim[d].src_origin);
      read(parts[2], op.dim[d].src_limit);
      read(parts[3], op.dim[d].src_stride);
      read(parts[4], op.dim[d].dst_stride);
    }
  }

private:
  template <typename T>
  void read(std::string_view text, T& value) {
    const auto number = line_.parse<T>(text);
    if (!number) line_.fault("dims", "is no number in range: " + std::string(text.substr(0, 40)));
    value = number.value_or(T{});
  }
  TextLine& line_;
};

class Assembler {
public:
  explicit Assembler(Issues& issues) : issues_(issues) {}

  void read(std::string_view text, int number) {
    TextLine line(text, number, issues_);
    if (line.blank()) return;
    const std::string_view kind = line.word(0);
    if (!seen_head_ && kind != "graph") {
      line.fault("",
                 "a graph text begins with the line: graph version=" + std::to_string(SGB_VERSION) + " ...");
      seen_head_ = true;  // one complaint is enough
    }
    if (kind == "graph") {
      read_head(line);
    } else if (kind == "symbol") {
      read_symbol(line);
    } else if (kind == "node") {
      read_node(line);
    } else if (kind == "init") {
      read_descriptor(line, program_.init, SGB_GRAPH_INIT);
    } else if (kind == "exec") {
      read_descriptor(line, program_.exec, SGB_GRAPH_EXEC);
    } else if (kind == "link") {
      read_link(line);
    } else if (kind == "data") {
      data_bytes_ = line.integer<std::uint64_t>("bytes");
      data_crc_ = line.integer<std::uint32_t>("crc32");
      expect_words(line, 1);
    } else if (kind == "hex") {
      read_hex(line);
    } else {
      line.fault(kind, "unknown kind of line");
    }
    line.finish();
  }

  std::optional<Program> finish(std::size_t issues_before) {
    if (!seen_head_) issues_.add("", "the text is empty");
    if (!data_bytes_ || *data_bytes_ != program_.data.size() || data_crc_ != crc32(program_.data)) {
      issues_.add("data", "the hex lines are not the data that the data line announces (" +
                              std::to_string(program_.data.size()) + " bytes, CRC-32 " +
                              std::to_string(crc32(program_.data)) + ")");
    }
    for (const ProgramNode& node : program_.nodes) {
      if (node.fused_into != SGB_NO_NODE && node.fused_into >= program_.nodes.size()) {
        issues_.add(node.name, "is fused into a node that is not there");
      }
    }
    for (const auto* graph : {&program_.init, &program_.exec}) {
      for (const sgb_descriptor& descriptor : *graph) {
        if (descriptor.node != SGB_NO_NODE && descriptor.node >= program_.nodes.size()) {
          issues_.add("", "a descriptor's node " + std::to_string(descriptor.node) + " is not there");
        }
      }
    }
    const std::size_t before = issues_.size();
    check_relocations(program_, issues_);
    if (issues_.size() == before) check_linked_fields(program_, issues_);
    if (issues_.size() != issues_before) return std::nullopt;
    return std::move(program_);
  }

private:
  void expect_words(TextLine& line, std::size_t count) {
    if (line.word_count() != count) line.fault(line.word(0), "has too few or too many words");
  }
  /// The row number, which must be the next one.
  void expect_index(TextLine& line, std::size_t next) {
    const auto index = line.parse<std::uint32_t>(line.word(1));
    if (!index || *index != next)
      line.fault(line.word(0), "is expected to be number " + std::to_string(next));
  }
  void read_head(TextLine& line) {
    if (seen_head_) line.fault("graph", "stands only on the first line");
    seen_head_ = true;
    if (line.integer<std::uint32_t>("version") != SGB_VERSION) line.fault("version", "is not supported");
    program_.queue_count = line.integer<std::uint32_t>("queues");
    program_.sram_bytes = line.integer<std::uint64_t>("sram");
    program_.workspace_bytes = line.integer<std::uint64_t>("workspace");
    expect_words(line, 1);
  }
  void read_symbol(TextLine& line) {
    expect_words(line, 2);
    expect_index(line, program_.symbols.size());
    ProgramSymbol& symbol = program_.symbols.emplace_back();
    symbol.kind = line.choice("kind", kSymbolKindNames, 0, SGB_SYMBOL_OUTPUT);
    symbol.index = line.integer<std::uint32_t>("index", 0);
    symbol.bytes = line.integer<std::uint64_t>("bytes");
    symbol.name = line.string("name");
    const auto type = dtype_from_abi(static_cast<std::uint8_t>(line.choice("type", kTypeNames, 0, 255)));
    if (!type) line.fault("type", "is missing or unknown");
    symbol.type = type.value_or(DType::kUInt8);
    const auto shape = line.list("shape");
    if (shape.size() > std::size(sgb_symbol{}.dim)) line.fault("shape", "has too many dimensions");
    for (const std::string_view extent : shape) {
      const auto value = line.parse<std::uint32_t>(extent);
      if (!value) line.fault("shape", "is no number in range: " + std::string(extent.substr(0, 40)));
      symbol.shape.push_back(value.value_or(0));
    }
  }
  void read_node(TextLine& line) {
    expect_words(line, 2);
    expect_index(line, program_.nodes.size());
    ProgramNode& node = program_.nodes.emplace_back();
    node.name = line.string("name");
    node.op = line.string("op");
    node.macs = line.integer<std::uint64_t>("macs", std::uint64_t{0});
    node.fused_into = line.integer<std::uint32_t>("fused_into", SGB_NO_NODE);
  }
  void read_descriptor(TextLine& line, std::vector<sgb_descriptor>& graph, std::uint32_t graph_number) {
    expect_words(line, 3);
    expect_index(line, graph.size());
    sgb_descriptor& descriptor = graph.emplace_back();
    descriptor = {};
    current_ = &descriptor;
    current_graph_ = graph_number;
    current_index_ = static_cast<std::uint32_t>(graph.size() - 1);
    const auto opcode = value_of_name(kOpcodeNames, line.word(2));
    if (!opcode) line.fault(line.word(2), "unknown operation");
    descriptor.opcode = static_cast<std::uint16_t>(opcode.value_or(SGB_OP_NOP));
    descriptor.queue = line.integer<std::uint16_t>("queue");
    descriptor.node = line.integer<std::uint32_t>("node", SGB_NO_NODE);
    descriptor.signal_semaphore = line.integer<std::uint16_t>("signal", SGB_NO_SEMAPHORE);
    read_waits(line, descriptor);
    FieldParser fields(line);
    visit_operation(descriptor, fields);
  }
  static void read_waits(TextLine& line, sgb_descriptor& descriptor) {
    const auto waits = line.list("wait");
    if (waits.size() > SGB_MAX_WAITS) {
      line.fault("wait", "at most " + std::to_string(SGB_MAX_WAITS) + " waits are possible");
      return;
    }
    descriptor.wait_count = static_cast<std::uint16_t>(waits.size());
    for (std::size_t w = 0; w < waits.size(); ++w) {
      const std::size_t sign = waits[w].find(">=");
      if (sign == std::string_view::npos) {
        line.fault("wait", "a wait is SEMAPHORE>=VALUE");
        return;
      }
      const auto semaphore = line.parse<std::uint16_t>(waits[w].substr(0, sign));
      const auto value = line.parse<std::uint32_t>(waits[w].substr(sign + 2));
      if (!semaphore || !value) line.fault("wait", "a wait is SEMAPHORE>=VALUE");
      descriptor.wait[w] = {semaphore.value_or(0), 0, value.value_or(0)};
    }
  }
  void read_link(TextLine& line) {
    expect_words(line, 1);
    const std::string_view field = line.take("field").value_or("");
    const std::uint32_t symbol = line.integer<std::uint32_t>("symbol");
    const std::uint64_t addend = line.integer<std::uint64_t>("addend", std::uint64_t{0});
    if (current_ == nullptr) {
      line.fault("link", "stands behind no descriptor");
      return;
    }
    auto offset = address_field_offset(*current_, field);
    if (!offset) offset = line.parse<std::uint32_t>(field);
    if (!offset)
      line.fault("field", "is no address field of this operation: " + std::string(field.substr(0, 40)));
    program_.relocations.push_back({current_graph_, current_index_, offset.value_or(0), symbol, addend});
  }
  void read_hex(TextLine& line) {
    expect_words(line, 2);
    std::string_view digits = line.word(1);
    if (digits.size() % 2 != 0) line.fault("hex", "has half a byte");
    for (; digits.size() >= 2; digits.remove_prefix(2)) {
      const auto value = line.parse_unsigned("0x" + std::string(digits.substr(0, 2)), 255);
      if (!value) {
        line.fault("hex", "is not hexadecimal");
        return;
      }
      program_.data.push_back(static_cast<std::byte>(*value));
    }
  }

  Issues& issues_;
  Program program_;
  bool seen_head_ = false;
  std::optional<std::uint64_t> data_bytes_;
  std::uint32_t data_crc_ = 0;
  // The descriptor that a link line belongs to.
  const sgb_descriptor* current_ = nullptr;
  std::uint32_t current_graph_ = 0;
  std::uint32_t current_index_ = 0;
};

}  // namespace

std::optional<Program> assemble(std::string_view text, Issues& issues) {
  const std::size_t before = issues.size();
  Assembler assembler(issues);
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    assembler.read(text.substr(0, end), ++number);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return assembler.finish(before);
}

}  // namespace systole
