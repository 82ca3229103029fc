#include "tests/unit/onnx/support/model_builder.h"

#include <gmock/gmock.h>

namespace systole {
namespace {

void fill_value(::onnx::ValueInfoProto& value, const std::string& name, int type) {
  value.set_name(name);
  value.mutable_type()->mutable_tensor_type()->set_elem_type(type);
}

void fill_shape(::onnx::ValueInfoProto& value, const std::vector<Dim>& shape) {
  auto* proto = value.mutable_type()->mutable_tensor_type()->mutable_shape();
  for (const Dim& dim : shape) {
    auto* added = proto->add_dim();
    if (dim.symbol.empty()) {
      added->set_dim_value(dim.size);
    } else {
      added->set_dim_param(dim.symbol);
    }
  }
}

::onnx::AttributeProto& add_attribute(::onnx::NodeProto& node, const std::string& name,
                                      ::onnx::AttributeProto::AttributeType type) {
  auto* attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(type);
  return *attribute;
}

::onnx::TensorProto& add_initialiser(::onnx::GraphProto& graph, const std::string& name, int type,
                                     const std::vector<std::int64_t>& shape) {
  auto* tensor = graph.add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(type);
  for (const std::int64_t dim : shape) tensor->add_dims(dim);
  return *tensor;
}

}  // namespace

NodeBuilder& NodeBuilder::integer(const std::string& name, std::int64_t value) {
  add_attribute(proto_, name, ::onnx::AttributeProto::INT).set_i(value);
  return *this;
}
NodeBuilder& NodeBuilder::real(const std::string& name, float value) {
  add_attribute(proto_, name, ::onnx::AttributeProto::FLOAT).set_f(value);
  return *this;
}
NodeBuilder& NodeBuilder::text(const std::string& name, const std::string& value) {
  add_attribute(proto_, name, ::onnx::AttributeProto::STRING).set_s(value);
  return *this;
}
NodeBuilder& NodeBuilder::integers(const std::string& name, const std::vector<std::int64_t>& values) {
  auto& attribute = add_attribute(proto_, name, ::onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
  return *this;
}
NodeBuilder& NodeBuilder::domain(const std::string& name) {
  proto_.set_domain(name);
  return *this;
}

ModelBuilder::ModelBuilder(int opset) {
  proto_.set_ir_version(8);
  proto_.add_opset_import()->set_version(opset);
  proto_.mutable_graph()->set_name("net");
}
ModelBuilder& ModelBuilder::input(const std::string& name, const std::vector<Dim>& shape, int type) {
  auto* value = proto_.mutable_graph()->add_input();
  fill_value(*value, name, type);
  value->mutable_type()->mutable_tensor_type()->mutable_shape();
  fill_shape(*value, shape);
  return *this;
}
ModelBuilder& ModelBuilder::output(const std::string& name, int type) {
  fill_value(*proto_.mutable_graph()->add_output(), name, type);
  return *this;
}
ModelBuilder& ModelBuilder::output(const std::string& name, const std::vector<Dim>& shape, int type) {
  auto* value = proto_.mutable_graph()->add_output();
  fill_value(*value, name, type);
  fill_shape(*value, shape);
  return *this;
}
ModelBuilder& ModelBuilder::floats(const std::string& name, const std::vector<std::int64_t>& shape,
                                   const std::vector<float>& values) {
  auto& tensor = add_initialiser(*proto_.mutable_graph(), name, ::onnx::TensorProto::FLOAT, shape);
  for (const float value : values) tensor.add_float_data(value);
  return *this;
}
ModelBuilder& ModelBuilder::int64s(const std::string& name, const std::vector<std::int64_t>& shape,
                                   const std::vector<std::int64_t>& values) {
  auto& tensor = add_initialiser(*proto_.mutable_graph(), name, ::onnx::TensorProto::INT64, shape);
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  return *this;
}
ModelBuilder& ModelBuilder::ints(const std::string& name, int type, const std::vector<std::int64_t>& shape,
                                 const std::vector<std::int32_t>& values) {
  auto& tensor = add_initialiser(*proto_.mutable_graph(), name, type, shape);
  for (const std::int32_t value : values) tensor.add_int32_data(value);
  return *this;
}
NodeBuilder ModelBuilder::node(const std::string& op, const std::vector<std::string>& inputs,
                               const std::vector<std::string>& outputs, const std::string& name) {
  auto* node = proto_.mutable_graph()->add_node();
  node->set_op_type(op);
  node->set_name(name);
  for (const std::string& input : inputs) node->add_input(input);
  for (const std::string& output : outputs) node->add_output(output);
  return NodeBuilder(*node);
}

Imported import_bytes(const std::string& bytes, const ImportOptions& options) {
  Issues issues;
  Imported result;
  result.graph = import_onnx(std::as_bytes(std::span(bytes)), "net.onnx", issues, options);
  for (const Issue& issue : issues.list()) result.issues.push_back(to_string(issue));
  return result;
}

ir::Graph imported(const ModelBuilder& model) {
  Imported result = import_model(model);
  EXPECT_THAT(result.issues, ::testing::IsEmpty());
  return result.graph ? std::move(*result.graph) : ir::Graph{};
}

}  // namespace systole
