#include <algorithm>

#include "app/config/keys.h"
#include "app/config/resolve.h"
#include "app/config/technology.h"

namespace systole::app {
namespace {

// Keys that say nothing in this scenario: engines that are not there, alternatives that were not taken.
bool left_out(const Scenario& scenario, std::string_view key) {
  const auto in = [&](std::string_view map) { return key.substr(0, map.size()) == map; };
  if (in("soc.engines.matrix.")) return scenario.soc.matrix.count == 0;
  if (in("soc.engines.vector.")) return scenario.soc.vector.count == 0;
  if (in("soc.engines.sort.")) return scenario.soc.sort.count == 0;
  if (key == "soc.dram.part") return scenario.dram_part.name.empty();
  if (key == "workload.network") return scenario.workload.network.empty();
  if (key == "workload.graph") return scenario.workload.graph.empty();
  if (key == "workload.dims") return scenario.workload.dims.empty();
  if (in("workload.prune.")) return !scenario.workload.prune.any();
  if (in("workload.weights.")) return scenario.workload.network.empty();
  const Quantise& quantise = scenario.workload.quantise;
  const bool quantises =
      !scenario.workload.network.empty() && scenario.workload.precision != Precision::kAsIs;
  if (key == "workload.precision") return scenario.workload.network.empty();
  if (in("workload.quantise.") && !quantises) return true;
  const std::string_view calibration = "workload.quantise.calibration.";
  if (in(calibration) && key != "workload.quantise.calibration.count") {
    if (quantise.own_inputs) return true;
    const std::string_view name = key.substr(calibration.size());
    const InputKind kind = name == "dataset" ? InputKind::kDataset
                           : name == "files" ? InputKind::kFiles
                                             : InputKind::kRandom;
    return quantise.calibration.kind != kind;
  }
  if (key == "workload.quantise.calibration.count") return quantise.calibration.count == 0;
  if (key == "inputs.dataset") return scenario.inputs.kind != InputKind::kDataset;
  if (key == "inputs.files") return scenario.inputs.kind != InputKind::kFiles;
  if (in("inputs.random.")) return scenario.inputs.kind != InputKind::kRandom;
  if (key == "inputs.count") return scenario.inputs.count == 0;
  return false;
}

template <typename T>
Tree value_tree(const KeyOf<T>& key, T& object) {
  const Field field = key.field(object);
  if (const auto* files = std::get_if<std::vector<FileRef>*>(&field)) {
    Tree list;
    list.kind = Tree::Kind::kList;
    for (const FileRef& file : **files) list.items.push_back(scalar_tree(file.shown));
    return list;
  }
  if (const auto* sizes = std::get_if<Sizes*>(&field)) {
    Tree map;
    map.kind = Tree::Kind::kMap;
    for (const auto& [name, size] : **sizes)
      map.entries.push_back({name, {}, scalar_tree(std::to_string(size))});
    return map;
  }
  return scalar_tree(text_of(field));
}

Tree gemm_tree(std::vector<BareGemm>& gemms) {
  Tree list;
  list.kind = Tree::Kind::kList;
  for (BareGemm& gemm : gemms) {
    Tree& item = list.items.emplace_back();
    for (const GemmKey& key : gemm_keys()) put(item, key.path, value_tree(key, gemm));
  }
  return list;
}

}  // namespace

std::string to_yaml(const Scenario& scenario) {
  Scenario copy = scenario;  // the table's fields are places to write to
  Tree tree;
  tree.kind = Tree::Kind::kMap;
  for (const Key& key : scenario_keys()) {
    if (!left_out(scenario, key.path)) put(tree, key.path, value_tree(key, copy));
    if (key.path == "workload.network" && !copy.workload.gemm.empty()) {
      put(tree, "workload.gemm", gemm_tree(copy.workload.gemm));
    }
  }
  if (!scenario.technology_file.empty()) {
    put(tree, "technology", scalar_tree(scenario.technology_file.shown));
  } else if (!scenario.technology.name.empty()) {
    put(tree, "technology", to_tree(scenario.technology));
  }
  return to_yaml(tree);
}

}  // namespace systole::app
