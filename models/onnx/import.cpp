#include "models/onnx/import.h"

#include <cstring>
#include <fstream>
#include <streambuf>

#include "models/onnx/builder.h"
#include "models/onnx/model_reader.h"

namespace systole {
namespace {

// A stream over memory that belongs to somebody else.
class SpanBuffer : public std::streambuf {
public:
  explicit SpanBuffer(std::span<const std::byte> bytes) {
    // The get area is only read, but its interface is not const.
    auto* begin = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
    setg(begin, begin, begin + bytes.size());
  }
};

std::optional<ir::Graph> import_stream(std::istream& stream, const std::string& file, Issues& issues,
                                       const ImportOptions& options) {
  Issues own;
  std::optional<ir::Graph> graph;
  if (auto model = importer::read_model(stream, own)) {
    graph = importer::Builder(std::move(*model), options, own).build();
  }
  own.set_default_file(file);
  for (const Issue& issue : own.list()) issues.add(issue);
  if (!own.empty()) return std::nullopt;
  return graph;
}

}  // namespace

std::optional<ir::Graph> import_onnx(const std::string& path, Issues& issues, const ImportOptions& options) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    issues.add({path}, "", "cannot be read; check that the file exists");
    return std::nullopt;
  }
  return import_stream(file, path, issues, options);
}

std::optional<ir::Graph> import_onnx(std::span<const std::byte> bytes, const std::string& file,
                                     Issues& issues, const ImportOptions& options) {
  SpanBuffer buffer(bytes);
  std::istream stream(&buffer);
  return import_stream(stream, file, issues, options);
}

}  // namespace systole
