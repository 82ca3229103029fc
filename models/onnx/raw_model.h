// What an ONNX file says, in plain C++: read from protobuf by model_reader.cpp, not yet resolved. Private to
// models/onnx.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "models/ir/tensor.h"

namespace systole::importer {

/// An attribute of a kind that no supported operator has (a subgraph, a sparse tensor), or a bad tensor.
struct UnreadableAttribute {
  std::string why;
};
using RawAttribute = std::variant<UnreadableAttribute, std::int64_t, float, std::string,
                                  std::vector<std::int64_t>, std::vector<float>, ir::Tensor>;

struct RawNode {
  std::string name;  ///< unique: ONNX's name, or "OP_index" where it has none
  std::string op;
  std::string domain;                ///< "" is ONNX's own
  std::vector<std::string> inputs;   ///< "" = absent
  std::vector<std::string> outputs;  ///< "" = not wanted
  std::map<std::string, RawAttribute> attributes;
  std::string complaint;  ///< of ONNX's own checker; "" = none, or the operator is not supported
  bool checked = false;   ///< by ONNX's own checker, which knows all attributes
  int opset = 0;          ///< that the node is written in; 0: the model's
};

/// A network input or output as the file declares it.
struct RawValue {
  struct Dim {
    std::optional<std::int64_t> size;  ///< none: dynamic
    std::string symbol;                ///< its name, may be ""
  };
  std::string name;
  std::optional<DType> type;  ///< none: not supported
  std::string type_name;
  bool has_shape = false;
  std::vector<Dim> dims;
};

struct RawModel {
  std::string name;
  int opset = 0;
  std::vector<RawNode> nodes;
  std::vector<RawValue> inputs;
  std::vector<RawValue> outputs;
  std::vector<ir::Tensor> initialisers;
  std::set<std::string> unreadable;  ///< initialisers that an issue has been reported for
};

}  // namespace systole::importer
