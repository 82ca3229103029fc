#include "app/run/compile.h"

#include "app/config/search_path.h"
#include "app/run/capability.h"
#include "models/onnx/import.h"

namespace systole::app {

std::optional<Compiled> compile(const FileRef& network, const SocConfig& soc, const Mapping& mapping,
                                Issues& issues) {
  const std::string file = network.path.generic_string();
  Compiled compiled;
  auto bytes = read_text(network.path, {file, 0, 0}, "", issues);
  if (!bytes) return std::nullopt;
  compiled.network_bytes = std::move(*bytes);
  Issues found;
  auto graph = import_onnx(std::as_bytes(std::span(compiled.network_bytes)), file, found);
  std::optional<Program> program;
  if (graph) {
    program =
        mapper::map_network(*graph, capability_of(soc), map_options_of(mapping), found, &compiled.report);
  }
  found.set_default_file(file);
  for (const Issue& issue : found.list()) issues.add(issue);
  if (!program) return std::nullopt;
  compiled.network = std::move(*graph);
  compiled.program = std::move(*program);
  // The firmware greets with the name of the static data.
  for (ProgramSymbol& symbol : compiled.program.symbols) {
    if (symbol.kind == SGB_SYMBOL_DATA && symbol.name.empty()) symbol.name = network.path.stem().string();
  }
  compiled.image = encode(compiled.program);
  return compiled;
}

}  // namespace systole::app
