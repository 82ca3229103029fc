// The simulated SoC against ONNX's own expected outputs: every test of the supported operators is imported,
// mapped, and executed by the firmware and the engines.
#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "models/ir/op.h"
#include "models/onnx/import.h"
#include "models/reference/run.h"
#include "tests/conformance/reference/cases.h"
#include "tests/conformance/soc/execution.h"

namespace systole::conformance {
namespace {

const std::string kReferenceList = SYSTOLE_SOURCE_DIR "/tests/conformance/reference/not_applicable.txt";
const std::string kSocList = SYSTOLE_SOURCE_DIR "/tests/conformance/soc/not_applicable.txt";

/// "" if every data set gives ONNX's outputs, and the reference executor's bits; else what is wrong.
std::string run(const Case& test) {
  std::string why;
  const auto sets = read_data_sets(test, why);
  if (!sets) return why;
  for (const DataSet& data : *sets) {
    const Binding binding = bind(test, data, Parameters::kConstants);
    Issues issues;
    const auto graph = import_onnx(test.model(), issues, binding.options);
    if (!graph) return to_string(issues.list()[0]);
    if (graph->inputs().size() != binding.inputs.size()) return "the number of inputs differs";
    const auto outputs = execute_on_soc(*graph, binding.inputs, why);
    if (!outputs) return why;
    if (outputs->size() != data.outputs.size()) return "the number of outputs differs";
    const ReferenceResult reference = run_reference(*graph, binding.inputs);
    for (std::size_t i = 0; i < outputs->size(); ++i) {
      const std::string place = "output " + std::to_string(i);
      if (*(*outputs)[i].data != *reference.outputs[i].data)
        return place + " is not bit-equal to the reference executor's";
      const std::string wrong = difference((*outputs)[i], data.outputs[i]);
      if (!wrong.empty()) return std::string(place).append(": ").append(wrong);
    }
  }
  return "";
}

TEST(SocConformance, PassesEveryApplicableTestOfOnnx) {
  std::map<std::string, std::string> excluded = read_exclusions(kSocList);
  const std::map<std::string, std::string> not_imported = read_exclusions(kReferenceList);
  std::size_t passed = 0;
  std::size_t applicable = 0;
  std::size_t total = 0;
  for (const Case& test : find_cases()) {
    ++total;
    if (not_imported.contains(test.name)) {
      EXPECT_EQ(excluded.count(test.name), 0U) << test.name << " stands in both lists";
      continue;  // the reference executor's test holds that list to the truth
    }
    const std::string wrong = run(test);
    if (excluded.erase(test.name) != 0) {
      EXPECT_NE(wrong, "") << test.name << " passes, so it must leave not_applicable.txt";
      continue;
    }
    ++applicable;
    if (wrong.empty()) ++passed;
    EXPECT_EQ(wrong, "") << test.name;
  }
  for (const auto& [name, reason] : excluded) {
    ADD_FAILURE() << name << " is no test of these operators";
  }
  std::cout << "passed " << passed << " of " << applicable << " applicable (" << total
            << " tests of these operators)\n";
  EXPECT_EQ(passed, applicable);
}

}  // namespace
}  // namespace systole::conformance
