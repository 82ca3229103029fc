#include "hw/soc/memory_image.h"

#include <algorithm>
#include <cstring>

#include "hw/abi/memory_map.h"

namespace systole::soc {
namespace {

constexpr std::uint64_t kPage = SGB_PAGE;
constexpr std::uint64_t kLine = 64;

// The image comes from a file: every access is checked.
class ImageReader {
public:
  explicit ImageReader(std::span<const std::byte> image) : image_(image) {}

  template <typename T>
  [[nodiscard]] std::optional<T> at(std::uint64_t offset) const {
    if (offset > image_.size() || image_.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, image_.data() + offset, sizeof(T));
    return value;
  }

  [[nodiscard]] std::string text(std::uint64_t offset) const {
    std::string text;
    for (; offset < image_.size() && image_[offset] != std::byte{0}; ++offset) {
      text += static_cast<char>(image_[offset]);
    }
    return text;
  }

private:
  std::span<const std::byte> image_;
};

bool is_graph(const sgb_header& header, std::span<const std::byte> image, std::uint64_t data_bytes,
              bool functional, Issues& issues) {
  const bool without_data = header.data_offset == image.size() &&
                            header.file_bytes == header.data_offset + header.data_bytes &&
                            (data_bytes == header.data_bytes || (!functional && data_bytes == 0));
  if (header.magic != SGB_MAGIC) {
    issues.add("graph", "this is not a descriptor graph (no SGB1 magic)");
  } else if (header.version != SGB_VERSION) {
    issues.add("graph", "descriptor graph of version " + std::to_string(header.version) +
                            "; this program reads version " + std::to_string(SGB_VERSION) +
                            ": map the network again");
  } else if (header.file_bytes != image.size() && !without_data) {
    issues.add("graph", "the descriptor graph is truncated: " + std::to_string(image.size() + data_bytes) +
                            " of " + std::to_string(header.file_bytes) + " bytes");
  } else {
    return true;
  }
  return false;
}

// Inputs or outputs in order of their index, without gaps.
bool by_index(std::vector<std::pair<std::uint32_t, TensorPlace>>& found, std::vector<TensorPlace>& places) {
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [index, place] : found) {
    if (index != places.size()) return false;
    places.push_back(std::move(place));
  }
  return places.size() <= SGB_RUN_MAX_IO;
}

}  // namespace

std::optional<MemoryLayout> lay_out(std::span<const std::byte> image, std::uint64_t data_bytes,
                                    std::uint32_t inferences, std::uint32_t class_output, Bytes dram_size,
                                    bool functional, Issues& issues) {
  const ImageReader reader(image);
  const auto header = reader.at<sgb_header>(0);
  if (!header) {
    issues.add("graph", "the descriptor graph is truncated: it ends within its header");
    return std::nullopt;
  }
  if (!is_graph(*header, image, data_bytes, functional, issues)) return std::nullopt;
  if (header->file_bytes > dram_size.count()) {
    issues.add("soc.dram.size", "the graph alone is " + to_text(Bytes(header->file_bytes)) +
                                    ", but there are " + to_text(dram_size) +
                                    " of DRAM: enlarge soc.dram.size");
    return std::nullopt;
  }

  MemoryLayout layout;
  std::vector<std::pair<std::uint32_t, TensorPlace>> inputs;
  std::vector<std::pair<std::uint32_t, TensorPlace>> outputs;
  for (std::uint32_t i = 0; i < header->symbols.count; ++i) {
    const auto symbol = reader.at<sgb_symbol>(header->symbols.offset + i * sizeof(sgb_symbol));
    if (!symbol) {
      issues.add("graph", "the descriptor graph's symbol table leaves the file");
      return std::nullopt;
    }
    if (symbol->kind != SGB_SYMBOL_INPUT && symbol->kind != SGB_SYMBOL_OUTPUT) continue;
    TensorPlace place;
    place.name = reader.text(header->strings.offset + symbol->name);
    place.bytes = symbol->bytes;
    place.stride = round_up(std::max<std::uint64_t>(symbol->bytes, 1), kLine);
    (symbol->kind == SGB_SYMBOL_INPUT ? inputs : outputs).emplace_back(symbol->index, std::move(place));
  }
  if (!by_index(inputs, layout.inputs) || !by_index(outputs, layout.outputs)) {
    issues.add("graph", "inputs and outputs of a graph must be numbered from 0 without gaps, at most " +
                            std::to_string(SGB_RUN_MAX_IO) + " of each");
    return std::nullopt;
  }

  layout.graph = SYS_DRAM_BASE + SGB_IMAGE_OFFSET;
  layout.workspace = round_up(layout.graph + header->file_bytes, kPage);
  std::uint64_t next = round_up(layout.workspace + header->workspace_bytes, kPage);
  for (auto* places : {&layout.inputs, &layout.outputs}) {
    for (TensorPlace& place : *places) {
      place.base = next;
      next = round_up(next + place.stride * inferences, kPage);
    }
  }
  layout.end = next;
  if (layout.end - SYS_DRAM_BASE > dram_size.count()) {
    issues.add("soc.dram.size", "the graph, its workspace, and " + std::to_string(inferences) +
                                    " inferences' inputs and outputs need " +
                                    to_text(Bytes(layout.end - SYS_DRAM_BASE)) + " of DRAM, but there are " +
                                    to_text(dram_size) + ": enlarge soc.dram.size or run fewer inputs");
    return std::nullopt;
  }
  layout.sram_bytes = header->sram_bytes;
  layout.node_count = header->nodes.count;
  layout.queue_count = header->queue_count;

  sgb_run_block& block = layout.run_block;
  block.magic = SGB_RUN_MAGIC;
  block.version = SGB_VERSION;
  block.graph = layout.graph;
  block.workspace = layout.workspace;
  block.inferences = inferences;
  block.input_count = static_cast<std::uint32_t>(layout.inputs.size());
  block.output_count = static_cast<std::uint32_t>(layout.outputs.size());
  block.class_output = class_output < layout.outputs.size() ? class_output : SGB_RUN_NO_CLASS;
  for (std::size_t i = 0; i < layout.inputs.size(); ++i)
    block.input[i] = {layout.inputs[i].base, layout.inputs[i].stride};
  for (std::size_t i = 0; i < layout.outputs.size(); ++i) {
    block.output[i] = {layout.outputs[i].base, layout.outputs[i].stride};
  }
  return layout;
}

}  // namespace systole::soc
