// The reference executor against ONNX's own expected outputs.
#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "models/ir/op.h"
#include "models/onnx/import.h"
#include "models/onnx/operators.h"
#include "models/reference/run.h"
#include "tests/conformance/reference/cases.h"

namespace systole::conformance {
namespace {

std::map<std::string, std::string> not_applicable() {
  return read_exclusions(SYSTOLE_SOURCE_DIR "/tests/conformance/reference/not_applicable.txt");
}

// "" if the network imports and every data set gives the expected outputs, else what is wrong.
std::string run(const Case& test) {
  std::string why;
  const auto sets = read_data_sets(test, why);
  if (!sets) return why;
  for (const DataSet& data : *sets) {
    const Binding binding = bind(test, data);
    Issues issues;
    const auto graph = import_onnx(test.model(), issues, binding.options);
    if (!graph) return to_string(issues.list()[0]);
    if (graph->inputs().size() != binding.inputs.size()) return "the number of inputs differs";
    const ReferenceResult result = run_reference(*graph, binding.inputs);
    if (result.outputs.size() != data.outputs.size()) return "the number of outputs differs";
    for (std::size_t i = 0; i < result.outputs.size(); ++i) {
      const std::string wrong = difference(result.outputs[i], data.outputs[i]);
      if (!wrong.empty()) return "output " + std::to_string(i) + ": " + wrong;
    }
  }
  return "";
}

std::string group_of(const Case& test) { return test.operators.front(); }

class ReferenceConformance : public testing::TestWithParam<std::string> {};

TEST_P(ReferenceConformance, GivesOnnxExpectedOutputs) {
  const auto excluded = not_applicable();
  std::size_t count = 0;
  for (const Case& test : find_cases()) {
    if (group_of(test) != GetParam()) continue;
    ++count;
    const std::string wrong = run(test);
    if (excluded.contains(test.name)) {
      EXPECT_NE(wrong, "") << test.name << " passes, so it must leave not_applicable.txt";
    } else {
      EXPECT_EQ(wrong, "") << test.name;
    }
  }
  // Upsample left ONNX, and its tests with it.
  EXPECT_TRUE(count > 0 || GetParam() == "Upsample") << "no test of " << GetParam();
}

// ONNX has no test of operators that are not its own: see tests/unit/reference.
std::vector<std::string> operators() {
  std::vector<std::string> names;
  for (const std::string& name : importer::operators_of("")) names.push_back(name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Onnx, ReferenceConformance, testing::ValuesIn(operators()),
                         [](const auto& instance) { return instance.param; });

TEST(ReferenceConformanceTotal, PassesEveryApplicableTest) {
  const auto excluded = not_applicable();
  std::size_t passed = 0;
  std::size_t applicable = 0;
  std::set<std::string> names;
  for (const Case& test : find_cases()) {
    names.insert(test.name);
    if (excluded.contains(test.name)) continue;
    ++applicable;
    if (run(test).empty()) ++passed;
  }
  std::cout << "passed " << passed << " of " << applicable << " applicable (" << names.size()
            << " tests of these operators)\n";
  EXPECT_EQ(passed, applicable);
  EXPECT_GE(applicable, 275U) << "ONNX's test data has shrunk";
  for (const auto& [name, reason] : excluded) {
    EXPECT_TRUE(names.contains(name)) << name << " is no test of these operators";
  }
}

}  // namespace
}  // namespace systole::conformance
