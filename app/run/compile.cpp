#include "app/run/compile.h"

#include <algorithm>
#include <span>
#include <utility>

#include "app/config/gemm.h"
#include "app/config/search_path.h"
#include "app/run/capability.h"
#include "app/run/feeding.h"
#include "models/onnx/import.h"
#include "models/topology/csv.h"
#include "models/topology/network.h"

namespace systole::app {
namespace {

// The program's inputs or outputs in order of their index, as tensors without nodes.
std::vector<ir::TensorId> add_symbols(ir::Graph& network, const Program& program, std::uint32_t kind) {
  std::vector<const ProgramSymbol*> symbols;
  for (const ProgramSymbol& symbol : program.symbols) {
    if (symbol.kind == kind) symbols.push_back(&symbol);
  }
  std::stable_sort(symbols.begin(), symbols.end(),
                   [](const ProgramSymbol* a, const ProgramSymbol* b) { return a->index < b->index; });
  std::vector<ir::TensorId> ids;
  ids.reserve(symbols.size());
  for (const ProgramSymbol* symbol : symbols) {
    ids.push_back(network.add_tensor(
        {symbol->name, symbol->type, {symbol->shape.begin(), symbol->shape.end()}, nullptr}));
  }
  return ids;
}

bool is_list_of_layers(const Workload& workload) {
  return !workload.gemm.empty() || workload.network.path.extension() == ".csv";
}

/// The network that the workload names; `compiled` holds its file, and is told what feeds it.
std::optional<ir::Graph> read_network(const Scenario& scenario, Compiled& compiled, Issues& issues) {
  const Workload& workload = scenario.workload;
  const std::string file = workload.network.path.generic_string();
  const topology::NetworkOptions options{traits_of(scenario.soc.matrix.format).element, workload.weights};
  if (!workload.gemm.empty()) {
    std::vector<topology::Layer> layers;
    layers.reserve(workload.gemm.size());
    for (const BareGemm& gemm : workload.gemm) layers.emplace_back(layer_of(gemm));
    return topology::network_of(layers, "gemm", options);
  }
  if (workload.network.path.extension() == ".csv") {
    const auto layers = topology::read_csv(compiled.source_bytes, file, issues);
    if (!layers) return std::nullopt;
    return topology::network_of(*layers, workload.network.path.stem().string(), options);
  }
  const auto source = std::as_bytes(std::span(compiled.source_bytes));
  ImportOptions import{{}, workload.dims, workload.weights};
  if (auto feeding = feeding_of(scenario.inputs.files, source)) {
    compiled.fed = std::move(feeding->names);
    import.constants = std::move(feeding->constants);
    import.synthesis = std::nullopt;
  }
  return import_onnx(source, file, issues, import);
}

}  // namespace

std::optional<Compiled> load_graph(const FileRef& graph, Issues& issues) {
  const std::string file = graph.path.generic_string();
  Compiled compiled;
  auto bytes = read_text(graph.path, {file, 0, 0}, "", issues);
  if (!bytes) return std::nullopt;
  compiled.source_bytes = std::move(*bytes);
  const auto image = std::as_bytes(std::span(compiled.source_bytes));
  Issues found;
  auto program = decode(image, found);
  found.set_default_file(file);
  for (const Issue& issue : found.list()) issues.add(issue);
  if (!program) return std::nullopt;
  compiled.image.assign(image.begin(), image.end());
  compiled.network.set_inputs(add_symbols(compiled.network, *program, SGB_SYMBOL_INPUT));
  compiled.network.set_outputs(add_symbols(compiled.network, *program, SGB_SYMBOL_OUTPUT));
  compiled.report.compulsory_dram_bytes = program->data.size();
  for (const ProgramSymbol& symbol : program->symbols) {
    const bool io = symbol.kind == SGB_SYMBOL_INPUT || symbol.kind == SGB_SYMBOL_OUTPUT;
    if (io) compiled.report.compulsory_dram_bytes += symbol.bytes;
  }
  compiled.program = std::move(*program);
  return compiled;
}

std::optional<Compiled> compile(const Scenario& scenario, const Provenance& provenance, Issues& issues) {
  const Workload& workload = scenario.workload;
  const std::string file = workload.network.path.generic_string();
  Compiled compiled;
  if (!workload.network.empty()) {
    auto bytes = read_text(workload.network.path, {file, 0, 0}, "", issues);
    if (!bytes) return std::nullopt;
    compiled.source_bytes = std::move(*bytes);
  }
  Issues found;
  auto graph = read_network(scenario, compiled, found);
  std::optional<Program> program;
  if (graph) {
    compiled.figures = ir::figures_of(*graph);
    compiled.quantisation = set_precision(*graph, scenario, provenance, compiled.fed, found);
  }
  if (graph && found.empty()) {
    mapper::MapOptions options = map_options_of(scenario.mapping);
    compiled.channels_last = is_list_of_layers(workload);
    options.channels_last_io = compiled.channels_last;
    options.data = scenario.functional;
    options.skip_zeros = scenario.mapping.skip_zeros || workload.prune.any();
    program = mapper::map_network(*graph, capability_of(scenario.soc), options, found, &compiled.report);
  }
  found.set_default_file(file);
  for (const Issue& issue : found.list()) issues.add(issue);
  if (!program) return std::nullopt;
  compiled.network = std::move(*graph);
  compiled.program = std::move(*program);
  // The firmware greets with the name of the static data.
  const std::string name = workload.network.empty() ? "gemm" : workload.network.path.stem().string();
  for (ProgramSymbol& symbol : compiled.program.symbols) {
    if (symbol.kind == SGB_SYMBOL_DATA && symbol.name.empty()) symbol.name = name;
  }
  return compiled;
}

void make_image(Compiled& compiled) {
  // The weights stand here only: the image ends before them.
  compiled.static_data = std::exchange(compiled.program.data, {});
  compiled.program.data_left_out += compiled.static_data.size();
  compiled.image = encode(compiled.program);
}

}  // namespace systole::app
