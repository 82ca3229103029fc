// ONNX's own backend tests (Debian's libonnx-testdata): which there are for the operators that we support,
// and their data.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/ir/tensor.h"
#include "models/onnx/import.h"

namespace systole::conformance {

struct DataSet {
  std::string folder;
  std::vector<ir::Tensor> inputs;   ///< named as the network names them
  std::vector<ir::Tensor> outputs;  ///< expected
};

struct Case {
  std::string name;    ///< "node/test_relu"
  std::string folder;  ///< holds model.onnx and test_data_set_*
  std::vector<std::string> operators;
  std::vector<std::string> inputs;  ///< what a data set feeds: inputs without initialisers, in order
  /// Inputs that must be constants for us: target shapes and k. The data set's values become constants, as
  /// an exporter would have made them.
  std::set<std::string> constants;
  /// Inputs whose values a descriptor would hold: clip bounds, scales, zero points, statistics.
  std::set<std::string> parameters;

  [[nodiscard]] std::string model() const { return folder + "/model.onnx"; }
};

/// All tests whose networks consist of supported operators only (by name, whatever form of them they use),
/// sorted by name.
std::vector<Case> find_cases();

/// The data sets of a test; nullopt and `why` if a file cannot be read.
std::optional<std::vector<DataSet>> read_data_sets(const Case& test, std::string& why);

/// What becomes of Case::parameters: inputs as in ONNX's test, or constants as an exporter makes them.
enum class Parameters : std::uint8_t { kInputs, kConstants };

/// Import options and the inputs that remain, for one data set.
struct Binding {
  ImportOptions options;
  std::vector<ir::TensorData> inputs;
};
Binding bind(const Case& test, const DataSet& data, Parameters parameters = Parameters::kInputs);

/// A list of tests that are not applicable: "name: reason" per line, # for remarks. Throws where there is no
/// such file or a line without a reason.
std::map<std::string, std::string> read_exclusions(const std::string& path);

/// "" if `actual` is `expected`: same type and shape; integers equal; floats within ONNX's own tolerance
/// (|actual - expected| <= 1e-7 + 1e-3 * |expected|), NaN equal to NaN.
std::string difference(const ir::Tensor& actual, const ir::Tensor& expected);

}  // namespace systole::conformance
