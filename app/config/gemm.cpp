#include "app/config/gemm.h"

#include <algorithm>

#include "app/config/keys.h"

namespace systole::app {
namespace {

void check_density(double density, const Tree& item, const std::string& key, Issues& issues) {
  if (density >= 0 && density <= 1) return;
  issues.add(item.where, key, "is out of range: 0 to 1");
}

void read_gemm(const Tree& item, const std::string& path, ReadContext& context, BareGemm& gemm) {
  std::vector<std::string> known;
  for (const GemmKey& key : gemm_keys()) known.emplace_back(key.path);
  const std::size_t before = context.issues.size();
  for (const TreeEntry& entry : item.entries) {
    const auto key = std::find_if(gemm_keys().begin(), gemm_keys().end(),
                                  [&](const GemmKey& candidate) { return candidate.path == entry.key; });
    if (key == gemm_keys().end()) {
      report_unknown(entry, path + "." + entry.key, known, context.issues);
    } else {
      read_value(entry.value, path + "." + entry.key, key->field(gemm), key->range, context);
    }
  }
  for (const GemmKey& key : gemm_keys()) {
    if (key.required && item.find(key.path) == nullptr) {
      context.issues.add(item.where, path, "has no " + std::string(key.path));
    }
  }
  check_density(gemm.weight_density, item, path + ".weight_density", context.issues);
  check_density(gemm.activation_density, item, path + ".activation_density", context.issues);
  if (context.issues.size() != before) return;
  if (const std::string problem = topology::problem_of(layer_of(gemm)); !problem.empty()) {
    context.issues.add(item.where, path, problem);
  }
}

}  // namespace

void read_gemms(const Tree& list, const std::string& path, ReadContext& context,
                std::vector<BareGemm>& gemms) {
  if (list.kind != Tree::Kind::kList || list.items.empty()) {
    context.issues.add(list.where, path,
                       "is " + std::string(describe(list.kind)) + "; expected a list of {m, k, n}");
    return;
  }
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const std::string key = path + "[" + std::to_string(i) + "]";
    BareGemm& gemm = gemms.emplace_back();
    gemm.name = "gemm" + std::to_string(i);
    if (expect_map(list.items[i], key, context.issues)) read_gemm(list.items[i], key, context, gemm);
  }
}

topology::GemmLayer layer_of(const BareGemm& gemm) {
  return {gemm.name, static_cast<std::int64_t>(gemm.m), static_cast<std::int64_t>(gemm.n),
          static_cast<std::int64_t>(gemm.k), gemm.weight_density};
}

}  // namespace systole::app
