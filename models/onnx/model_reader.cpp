#include "models/onnx/model_reader.h"

#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include <set>

#include "models/onnx/import.h"
#include "models/onnx/operators.h"
#include "models/onnx/tensor_proto.h"

namespace systole::importer {
namespace {

using ::onnx::AttributeProto;

// From a stream, not from a string: a file of 500 MB of weights should not be in memory twice.
bool parse(std::istream& stream, ::onnx::ModelProto& proto) {
  google::protobuf::io::IstreamInputStream input(&stream);
  return proto.ParseFromZeroCopyStream(&input) && proto.has_graph();
}

// The version of ONNX's own operators; 0 = not given.
std::int64_t default_opset(const ::onnx::ModelProto& proto) {
  for (const auto& opset : proto.opset_import()) {
    if (opset.domain().empty() || opset.domain() == "ai.onnx") return opset.version();
  }
  return 0;
}

RawAttribute read_attribute(const AttributeProto& proto) {
  switch (proto.type()) {
    case AttributeProto::INT:
      return proto.i();
    case AttributeProto::FLOAT:
      return proto.f();
    case AttributeProto::STRING:
      return proto.s();
    case AttributeProto::INTS:
      return std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end());
    case AttributeProto::FLOATS:
      return std::vector<float>(proto.floats().begin(), proto.floats().end());
    case AttributeProto::TENSOR: {
      std::string why;
      if (auto tensor = decode_tensor(proto.t(), why, true)) return std::move(*tensor);
      return UnreadableAttribute{why};
    }
    default:
      return UnreadableAttribute{"is of a kind that is not supported"};
  }
}

// ONNX's opinion of one node: unknown or missing attributes, wrong attribute types, wrong operand counts.
std::string check(const ::onnx::NodeProto& node, const ::onnx::checker::CheckerContext& context) {
  try {
    ::onnx::checker::check_node(node, context, {});
  } catch (const std::exception& error) {
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
  }
  return "";
}

RawNode read_node(const ::onnx::NodeProto& proto, const ::onnx::checker::CheckerContext& context) {
  RawNode node{proto.name(),
               proto.op_type(),
               proto.domain(),
               {proto.input().begin(), proto.input().end()},
               {proto.output().begin(), proto.output().end()},
               {},
               "",
               false};
  bool readable = true;
  for (const auto& attribute : proto.attribute()) {
    RawAttribute value = read_attribute(attribute);
    if (const auto* bad = std::get_if<UnreadableAttribute>(&value)) {
      readable = false;
      node.complaint = "attribute '" + attribute.name() + "' " + bad->why;
    }
    if (!node.attributes.emplace(attribute.name(), std::move(value)).second) {
      node.complaint = "attribute '" + attribute.name() + "' is given twice";
    }
  }
  // Only plain attributes go to the checker: it would descend into subgraphs and look for external files. Nor
  // does it know the forms that came after opset 17.
  static const std::set<std::string> kChangedSince17{"Pad", "ReduceMean", "Resize", "Split"};
  const bool newer = context.get_opset_imports().at("") > 17 && kChangedSince17.contains(node.op);
  if (!newer && readable && node.complaint.empty() && node.domain.empty() &&
      is_importable(node.op, node.domain)) {
    node.complaint = check(proto, context);
    node.checked = true;
  }
  return node;
}

RawValue read_value(const ::onnx::ValueInfoProto& proto) {
  RawValue value;
  value.name = proto.name();
  const auto& tensor = proto.type().tensor_type();
  value.type_name = proto.type().has_tensor_type() ? onnx_type_name(tensor.elem_type()) : "no tensor";
  if (proto.type().has_tensor_type()) value.type = dtype_from_onnx(tensor.elem_type());
  value.has_shape = tensor.has_shape();
  for (const auto& dim : tensor.shape().dim()) {
    RawValue::Dim raw;
    if (dim.has_dim_value()) raw.size = dim.dim_value();
    raw.symbol = dim.dim_param();
    value.dims.push_back(std::move(raw));
  }
  return value;
}

// Names are how issues and results speak of nodes, so they must be unique; ONNX does not promise that.
void make_names_unique(std::vector<RawNode>& nodes) {
  std::set<std::string> taken;
  for (const RawNode& node : nodes) taken.insert(node.name);
  std::set<std::string> used;
  for (std::size_t index = 0; index < nodes.size(); ++index) {
    RawNode& node = nodes[index];
    if (!node.name.empty() && used.insert(node.name).second) continue;
    node.name = (node.name.empty() ? node.op : node.name) + "_" + std::to_string(index);
    while (!taken.insert(node.name).second) node.name += "_";
    used.insert(node.name);
  }
}

}  // namespace

std::optional<RawModel> read_model(std::istream& stream, Issues& issues) {
  ::onnx::ModelProto proto;
  if (!parse(stream, proto)) {
    issues.add("", "is not an ONNX model, or is truncated; check the download or export it again");
    return std::nullopt;
  }
  const std::int64_t opset = default_opset(proto);
  if (opset < kOldestOpset || opset > kNewestOpset) {
    issues.add("", (opset == 0 ? "states no opset version" : "uses opset " + std::to_string(opset)) +
                       "; export it with an opset of " + std::to_string(kOldestOpset) + " to " +
                       std::to_string(kNewestOpset));
    return std::nullopt;
  }
  ::onnx::checker::CheckerContext context;
  context.set_ir_version(static_cast<int>(proto.ir_version()));
  context.set_opset_imports({{"", static_cast<int>(opset)}});

  RawModel model;
  model.opset = static_cast<int>(opset);
  ::onnx::GraphProto& graph = *proto.mutable_graph();
  model.name = graph.name();
  for (auto& node : *graph.mutable_node()) {
    if (node.domain() == "ai.onnx") node.clear_domain();
    model.nodes.push_back(read_node(node, context));
  }
  make_names_unique(model.nodes);
  for (const auto& value : graph.input()) model.inputs.push_back(read_value(value));
  for (const auto& value : graph.output()) model.outputs.push_back(read_value(value));
  for (auto& initialiser : *graph.mutable_initializer()) {
    std::string why;
    if (auto tensor = decode_tensor(initialiser, why, true)) {
      model.initialisers.push_back(std::move(*tensor));
    } else {
      issues.add("", "initialiser '" + initialiser.name() + "' " + why);
      model.unreadable.insert(initialiser.name());
    }
    initialiser.Clear();  // so that large weights are in memory only once
  }
  if (graph.sparse_initializer_size() > 0) {
    issues.add("", "has sparse initialisers, which are not supported; export it with dense ones");
  }
  return model;
}

}  // namespace systole::importer
