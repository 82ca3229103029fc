#include "app/config/resolve.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "app/config/dram_part.h"
#include "app/config/gemm.h"
#include "app/config/keys.h"
#include "app/config/quantity.h"
#include "app/config/read_keys.h"
#include "app/config/technology.h"
#include "app/config/validate.h"

namespace systole::app {
namespace {

bool starts_with_path(std::string_view path, std::string_view map) {
  return path.size() > map.size() && path.substr(0, map.size()) == map && path[map.size()] == '.';
}

// The keys that may stand directly in the map at `path` ("" is the scenario itself).
std::vector<std::string> children_of(const std::string& path) {
  std::vector<std::string> names;
  const auto take = [&](std::string_view key) {
    if (!path.empty() && !starts_with_path(key, path)) return;
    std::string_view rest = path.empty() ? key : key.substr(path.size() + 1);
    const std::string name(rest.substr(0, rest.find('.')));
    if (name != "extends" && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  };
  for (const MapKey& key : map_keys()) take(key.path);
  for (const Key& key : scenario_keys()) take(key.path);
  return names;
}

const Key* find_key(const std::string& path) {
  for (const Key& key : scenario_keys()) {
    if (key.path == path) return &key;
  }
  return nullptr;
}

const LaterKey* find_later(const std::string& path) {
  for (const LaterKey& key : later_keys()) {
    if (key.path == path) return &key;
  }
  return nullptr;
}

bool from_one_file(const Tree& tree, const std::string& file) {
  return tree.where.file == file &&
         std::all_of(tree.entries.begin(), tree.entries.end(),
                     [&](const TreeEntry& entry) { return from_one_file(entry.value, file); });
}

class Resolver {
public:
  Resolver(const SearchPath& search, Hertz soc_clock, Issues& issues)
      : search_(search), issues_(issues), context_{search, soc_clock, out_.provenance, issues} {}

  void read_map(const Tree& map, const std::string& path) {
    for (const TreeEntry& entry : map.entries) {
      const std::string child = path.empty() ? entry.key : path + "." + entry.key;
      out_.provenance[child] = entry.value.where.file.empty() ? entry.where : entry.value.where;
      read_entry(entry, child, path);
    }
  }

  // The engines that the SoC does not name are not there.
  void drop_absent_engines() {
    if (!written("soc.engines.matrix")) out_.scenario.soc.matrix.count = 0;
    if (!written("soc.engines.vector")) out_.scenario.soc.vector.count = 0;
    if (!written("soc.engines.sort")) out_.scenario.soc.sort.count = 0;
  }

  // A part gives what the SoC does not say itself.
  void read_dram() {
    SocConfig& soc = out_.scenario.soc;
    DramPart& part = out_.scenario.dram_part;
    if (part.name.empty()) return;
    const auto figures = read_dram_part(part.name, place("soc.dram.part"), "soc.dram.part", search_, issues_);
    if (!figures) return;
    part.source = figures->source;
    if (!written("soc.dram.bandwidth"))
      soc.dram.bandwidth = BytesPerSecond(figures->bandwidth.count() * soc.dram.channels);
    if (!written("soc.dram.latency")) soc.dram.latency = figures->latency;
  }

  void finish_scenario(const Tree& tree) {
    Scenario& scenario = out_.scenario;
    require(tree, "soc", "no SoC is named; write soc: socs/edge16.yaml, or the SoC's own keys");
    require(tree, "workload", "nothing to run is named; write workload: {network: FILE.onnx}");
    if (scenario.name.empty()) scenario.name = std::filesystem::path(tree.where.file).stem().string();
    if (written("workload")) {
      one_of("workload", {"network", "graph", "gemm"});
    }
    finish_inputs(scenario.inputs, "inputs");
    if (scenario.inputs.kind == InputKind::kRandom && scenario.inputs.count == 0) scenario.inputs.count = 1;
    if (const Tree* technology = tree.find("technology")) read_technology_map(*technology);
  }

  void finish_quantise() {
    Quantise& quantise = out_.scenario.workload.quantise;
    const std::string key = "workload.quantise.calibration";
    finish_inputs(quantise.calibration, key);
    // What a scenario is silent about is as the array is.
    MatrixConfig& array = out_.scenario.soc.matrix;
    if (!written("soc.engines.matrix.weight_format")) array.weight_format = array.format;
    if (!is_float(array.format)) {
      if (!written("workload.quantise.weights")) quantise.options.weights = array.weight_format;
      if (!written("workload.quantise.activations")) quantise.options.activations = array.format;
    }
    // Sums of int16 products do not fit 32 bits.
    const bool wide = quantise.options.weights == NumberFormat::kInt16 &&
                      quantise.options.activations == NumberFormat::kInt16;
    if (wide && !written("soc.engines.matrix.accumulator_bits")) array.accumulator_bits = 48;
    quantise.own_inputs = !written(key + ".dataset") && !written(key + ".files") && !written(key + ".random");
  }

  Resolved take() { return std::move(out_); }
  [[nodiscard]] const Resolved& out() const { return out_; }

private:
  void read_entry(const TreeEntry& entry, const std::string& child, const std::string& path) {
    if (const LaterKey* later = find_later(child)) {
      issues_.add(entry.where, child, std::string(later->message));
    } else if (const Key* key = find_key(child)) {
      read_value(entry.value, child, key->field(out_.scenario), key->range, context_);
    } else if (child == "workload.gemm") {
      read_gemms(entry.value, child, context_, out_.scenario.workload.gemm);
    } else if (child == "technology") {
      return;  // read_technology_map()
    } else if (!children_of(child).empty()) {
      if (expect_map(entry.value, child, issues_)) read_map(entry.value, child);
    } else {
      report_unknown(entry, child, children_of(path), issues_);
    }
  }

  // Which of the alternatives in the map at `key` was taken.
  void finish_inputs(Inputs& inputs, const std::string& key) {
    if (written(key)) one_of(key, {"dataset", "files", "random"});
    inputs.kind = written(key + ".dataset") ? InputKind::kDataset
                  : written(key + ".files") ? InputKind::kFiles
                                            : InputKind::kRandom;
    if (!written(key + ".random.seed")) inputs.random.seed = out_.scenario.seed;
    for (const BareGemm& gemm : out_.scenario.workload.gemm) {
      inputs.random.densities.push_back(gemm.activation_density);
    }
  }

  // A technology that is a file's own map keeps that file's name; one with changes is written out.
  void read_technology_map(const Tree& tree) {
    out_.scenario.technology = read_technology(tree, "technology", issues_);
    if (tree.whole && !tree.where.file.empty() && from_one_file(tree, tree.where.file)) {
      out_.scenario.technology_file = {tree.where.file, search_.shown(tree.where.file)};
    }
  }

  [[nodiscard]] bool written(const std::string& key) const { return out_.provenance.count(key) != 0; }
  [[nodiscard]] SourceLocation place(const std::string& key) const {
    const auto found = out_.provenance.find(key);
    return found == out_.provenance.end() ? SourceLocation{} : found->second;
  }

  void require(const Tree& tree, const std::string& key, const std::string& message) {
    if (!written(key)) issues_.add({tree.where.file, 0, 0}, key, message);
  }

  void one_of(const std::string& map, const std::vector<std::string>& choices) {
    std::vector<std::string> given;
    std::string list;
    for (const std::string& choice : choices) {
      std::string key = map;
      key.append(".").append(choice);
      if (written(key)) given.push_back(std::move(key));
      list.append(list.empty() ? "" : ", ").append(choice);
    }
    if (given.size() > 1) {
      issues_.add(place(given[1]), given[1], "stands beside " + given[0] + "; keep exactly one of: " + list);
    } else if (given.empty() && map == "workload") {
      issues_.add(place(map), map, "needs exactly one of: " + list);
    }
  }

  const SearchPath& search_;
  Issues& issues_;
  Resolved out_;
  ReadContext context_;
};

// soc.clock before everything else: bandwidths may be written per cycle of it.
Hertz clock_of(const Tree& tree) {
  const Tree* clock = tree.at("soc.clock");
  if (clock != nullptr && clock->kind == Tree::Kind::kScalar) {
    if (const auto parsed = parse_hertz(clock->scalar); parsed.value) return *parsed.value;
  }
  return SocConfig{}.clock;
}

}  // namespace

std::optional<Resolved> resolve(const Tree& tree, const SearchPath& search, Issues& issues) {
  const std::size_t before = issues.size();
  Resolver resolver(search, clock_of(tree), issues);
  resolver.read_map(tree, "");
  resolver.drop_absent_engines();
  resolver.read_dram();
  resolver.finish_quantise();
  resolver.finish_scenario(tree);
  if (issues.size() == before) {
    validate(resolver.out().scenario.soc, resolver.out().provenance, issues);
    validate(resolver.out().scenario, resolver.out().provenance, issues);
  }
  return issues.size() == before ? std::optional(resolver.take()) : std::nullopt;
}

std::optional<Scenario> resolve_soc(const Tree& tree, const SearchPath& search, Issues& issues) {
  const std::size_t before = issues.size();
  Resolver resolver(search, clock_of(tree), issues);
  resolver.read_map(tree, "");
  resolver.drop_absent_engines();
  resolver.read_dram();
  resolver.finish_quantise();
  if (issues.size() == before) validate(resolver.out().scenario.soc, resolver.out().provenance, issues);
  return issues.size() == before ? std::optional(resolver.take().scenario) : std::nullopt;
}

std::optional<Resolved> read_scenario(const std::string& path, const std::vector<std::string>& settings,
                                      const SearchPath& search, Issues& issues) {
  const auto tree = load_scenario(path, settings, search, issues);
  return tree ? resolve(*tree, search, issues) : std::nullopt;
}

}  // namespace systole::app
