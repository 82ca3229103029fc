// Tiny ONNX models in code, good and bad. Tests see protobuf only through `proto()`.
#pragma once

#include <onnx/onnx_pb.h>

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hw/base/issues.h"
#include "models/onnx/import.h"

namespace systole {

/// A dimension: a number, or a symbol.
struct Dim {
  Dim(int number) : size(number) {}        // NOLINT(google-explicit-constructor)
  Dim(const char* name) : symbol(name) {}  // NOLINT(google-explicit-constructor)
  std::int64_t size = 0;
  std::string symbol;
};

class NodeBuilder {
public:
  explicit NodeBuilder(::onnx::NodeProto& proto) : proto_(proto) {}
  NodeBuilder& integer(const std::string& name, std::int64_t value);
  NodeBuilder& real(const std::string& name, float value);
  NodeBuilder& text(const std::string& name, const std::string& value);
  NodeBuilder& integers(const std::string& name, const std::vector<std::int64_t>& values);
  NodeBuilder& domain(const std::string& name);
  ::onnx::NodeProto& proto() { return proto_; }

private:
  ::onnx::NodeProto& proto_;
};

class ModelBuilder {
public:
  explicit ModelBuilder(int opset = 13);
  ModelBuilder& input(const std::string& name, const std::vector<Dim>& shape,
                      int type = ::onnx::TensorProto::FLOAT);
  /// Of unknown shape.
  ModelBuilder& output(const std::string& name, int type = ::onnx::TensorProto::FLOAT);
  ModelBuilder& output(const std::string& name, const std::vector<Dim>& shape,
                       int type = ::onnx::TensorProto::FLOAT);
  ModelBuilder& floats(const std::string& name, const std::vector<std::int64_t>& shape,
                       const std::vector<float>& values);
  ModelBuilder& int64s(const std::string& name, const std::vector<std::int64_t>& shape,
                       const std::vector<std::int64_t>& values);
  /// int8, uint8 or int32, by the ONNX type's number.
  ModelBuilder& ints(const std::string& name, int type, const std::vector<std::int64_t>& shape,
                     const std::vector<std::int32_t>& values);
  NodeBuilder node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::vector<std::string>& outputs, const std::string& name = "");

  ::onnx::ModelProto& proto() { return proto_; }
  [[nodiscard]] std::string bytes() const { return proto_.SerializeAsString(); }

private:
  ::onnx::ModelProto proto_;
};

/// What import makes of it: the graph, or one line per issue.
struct Imported {
  std::optional<ir::Graph> graph;
  std::vector<std::string> issues;
};
Imported import_bytes(const std::string& bytes, const ImportOptions& options = {});
inline Imported import_model(const ModelBuilder& model, const ImportOptions& options = {}) {
  return import_bytes(model.bytes(), options);
}
/// For a model that is good; fails the test otherwise.
ir::Graph imported(const ModelBuilder& model);

}  // namespace systole
