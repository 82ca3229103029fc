#include "app/run/inputs.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <system_error>

#include "app/config/read_keys.h"
#include "app/config/search_path.h"
#include "app/config/tree.h"
#include "app/run/random_tensor.h"
#include "models/onnx/tensor_file.h"

namespace systole::app {
namespace {

namespace fs = std::filesystem;

SourceLocation place_of(const Provenance& provenance, const std::string& key) {
  const auto found = provenance.find(key);
  return found == provenance.end() ? SourceLocation{} : found->second;
}

const ir::Tensor& input_of(const ir::Graph& network, std::size_t index) {
  return network.tensor(network.inputs()[index]).value;
}

InputSet random_inputs(const InputRequest& request, const ir::Graph& network) {
  InputSet set;
  set.inferences = request.inputs.count == 0 ? 1 : request.inputs.count;
  for (std::uint32_t i = 0; i < network.inputs().size(); ++i) {
    const ir::Tensor& input = input_of(network, i);
    std::vector<std::byte>& data = set.data.emplace_back();
    for (std::uint32_t inference = 0; inference < set.inferences && request.is_used; ++inference) {
      const auto one = random_tensor(request.inputs.random, input.type,
                                     static_cast<std::size_t>(input.elements()), i, inference);
      data.insert(data.end(), one.begin(), one.end());
    }
  }
  return set;
}

// Inferences that are asked for, of those that are there; an issue if there are fewer.
std::optional<std::uint32_t> count_of(const InputRequest& request, std::size_t there, const std::string& what,
                                      Issues& issues) {
  const std::uint32_t asked = request.inputs.count;
  if (asked == 0) return static_cast<std::uint32_t>(std::min<std::size_t>(there, request.at_most));
  if (asked <= there) return asked;
  issues.add(request.place_of_count(), request.count_key,
             std::to_string(asked) + " inferences are asked for, but there is data for " +
                 std::to_string(there) + " (" + what + ")");
  return std::nullopt;
}

// The network's input that takes the files of number `position` in every inference; nullopt for a constant.
std::optional<std::size_t> input_fed(const ir::Graph& network, const std::vector<std::string>& fed,
                                     std::size_t position) {
  if (fed.empty()) return position;
  for (std::size_t i = 0; i < network.inputs().size(); ++i) {
    if (input_of(network, i).name == fed[position]) return i;
  }
  return std::nullopt;
}

std::string wrong_tensor(const ir::Tensor& input, const ir::Tensor& tensor) {
  return "the network's input \"" + input.name + "\" is " + type_text(input.type, input.shape) +
         ", this file holds " + type_text(tensor.type, tensor.shape);
}

std::optional<InputSet> file_inputs(const InputRequest& request, const ir::Graph& network, Issues& issues) {
  const std::vector<std::string>& fed = request.fed;
  const std::size_t inputs = fed.empty() ? network.inputs().size() : fed.size();
  const std::vector<FileRef>& files = request.inputs.files;
  const SourceLocation where = request.place("files");
  if (inputs == 0 || files.size() % inputs != 0) {
    issues.add(where, request.key + ".files",
               "there are " + std::to_string(files.size()) + " files for " + std::to_string(inputs) +
                   " network inputs; every inference needs one file per input");
    return std::nullopt;
  }
  const auto count = count_of(request, files.size() / inputs, "files / network inputs", issues);
  if (!count) return std::nullopt;
  InputSet set;
  set.inferences = *count;
  set.data.resize(network.inputs().size());
  std::map<std::size_t, ir::Tensor> constants;  // by position
  bool good = true;
  const auto complain = [&](std::size_t file, const std::string& what) {
    issues.add({files[file].path.generic_string(), 0, 0},
               request.key + ".files[" + std::to_string(file) + "]", what);
    good = false;
  };
  for (std::size_t i = 0; i < *count * inputs; ++i) {
    const auto tensor = read_tensor_pb(files[i].path.generic_string(), issues);
    if (!tensor) {
      good = false;
      continue;
    }
    const auto index = input_fed(network, fed, i % inputs);
    if (!index) {
      const auto [first, is_first] = constants.try_emplace(i % inputs, *tensor);
      if (!is_first && (first->second.shape != tensor->shape || *first->second.data != *tensor->data)) {
        complain(i, "the input \"" + fed[i % inputs] +
                        "\" becomes a constant of the network: all inferences must have the same value");
      }
      continue;
    }
    const ir::Tensor& input = input_of(network, *index);
    if (tensor->type != input.type || tensor->shape != input.shape) {
      complain(i, wrong_tensor(input, *tensor));
    } else {
      set.data[*index].insert(set.data[*index].end(), tensor->data->begin(), tensor->data->end());
    }
  }
  return good ? std::optional(std::move(set)) : std::nullopt;
}

// A dataset's own file: which tensors it has.
struct Dataset {
  Tree tree;
  fs::path folder;

  // The tensor that `key` names; nullopt if there is none, or with an issue.
  std::optional<ir::Tensor> tensor(const char* key, Issues& issues) const {
    const Tree* name = tree.find(key);
    if (name == nullptr) return std::nullopt;
    if (name->kind != Tree::Kind::kScalar || name->scalar.empty()) {
      issues.add(name->where, key,
                 "is " + std::string(describe(name->kind)) + "; a TensorProto file is expected");
      return std::nullopt;
    }
    const fs::path path = folder / name->scalar;
    std::error_code error;
    if (!fs::exists(path, error)) {
      issues.add(name->where, key, "there is no file " + path.generic_string());
      return std::nullopt;
    }
    return read_tensor_pb(path.generic_string(), issues);
  }
};

std::optional<Dataset> open_dataset(const InputRequest& request, Issues& issues) {
  const FileRef& named = request.inputs.dataset;
  const SourceLocation where = request.place("dataset");
  const std::string key = request.key + ".dataset";
  Dataset dataset;
  std::error_code error;
  const bool folder = fs::is_directory(named.path, error);
  const fs::path file = folder ? named.path / "dataset.yaml" : named.path;
  dataset.folder = file.parent_path();
  if (!fs::exists(file, error)) {
    issues.add(where, key, named.path.generic_string() + " has no dataset.yaml");
    return std::nullopt;
  }
  const auto text = read_text(file, where, key, issues);
  auto tree = text ? parse_yaml(*text, file.generic_string(), issues) : std::nullopt;
  if (!tree || !expect_map(*tree, "", issues)) return std::nullopt;
  const std::vector<std::string> known{"name", "images", "labels", "source"};
  const std::size_t before = issues.size();
  for (const TreeEntry& entry : tree->entries) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end())
      report_unknown(entry, entry.key, known, issues);
  }
  if (tree->find("images") == nullptr)
    issues.add({file.generic_string(), 0, 0}, "images", "the dataset names no images");
  if (issues.size() != before) return std::nullopt;
  dataset.tree = std::move(*tree);
  return dataset;
}

std::optional<std::vector<std::int64_t>> read_labels(const Dataset& dataset, std::int64_t rows,
                                                     Issues& issues) {
  const std::size_t before = issues.size();
  const auto labels = dataset.tensor("labels", issues);
  if (issues.size() != before) return std::nullopt;
  if (!labels) return std::vector<std::int64_t>{};
  if (labels->type != DType::kInt64 || labels->shape != ir::Shape{rows}) {
    issues.add(dataset.tree.find("labels")->where, "labels",
               "labels of these images are " + type_text(DType::kInt64, {rows}) + ", this file holds " +
                   type_text(labels->type, labels->shape));
    return std::nullopt;
  }
  return std::vector<std::int64_t>(labels->as<std::int64_t>(), labels->as<std::int64_t>() + rows);
}

std::optional<InputSet> dataset_inputs(const InputRequest& request, const ir::Graph& network,
                                       Issues& issues) {
  const SourceLocation where = request.place("dataset");
  const std::string key = request.key + ".dataset";
  if (network.inputs().size() != 1) {
    issues.add(
        where, key,
        "a dataset feeds networks with one input; this one has " + std::to_string(network.inputs().size()));
    return std::nullopt;
  }
  const auto dataset = open_dataset(request, issues);
  const auto images = dataset ? dataset->tensor("images", issues) : std::nullopt;
  if (!images) return std::nullopt;
  const ir::Tensor& input = input_of(network, 0);

  // The first dimension counts rows in both; everything behind it must be the same.
  ir::Shape expected = input.shape;
  const bool fits = !expected.empty() && images->shape.size() == expected.size() &&
                    images->type == input.type &&
                    std::equal(expected.begin() + 1, expected.end(), images->shape.begin() + 1);
  if (!fits) {
    issues.add(dataset->tree.find("images")->where, "images",
               "the network's input \"" + input.name + "\" is " + type_text(input.type, input.shape) +
                   " (the first dimension counts images), this file holds " +
                   type_text(images->type, images->shape));
    return std::nullopt;
  }
  const std::int64_t rows = images->shape[0];
  const std::int64_t batch = expected[0];
  if (rows % batch != 0 && request.inputs.count == 0 && request.at_most > rows / batch) {
    issues.add(where, key,
               "its " + std::to_string(rows) + " images are no multiple of the network's batch of " +
                   std::to_string(batch) + "; set " + request.count_key);
    return std::nullopt;
  }
  const auto labels = read_labels(*dataset, rows, issues);
  const auto count =
      count_of(request, static_cast<std::size_t>(rows / batch), "images / the network's batch", issues);
  if (!labels || !count) return std::nullopt;
  InputSet set;
  set.inferences = *count;
  const auto bytes = static_cast<std::ptrdiff_t>(input.bytes() * *count);
  set.data.emplace_back(images->data->begin(), images->data->begin() + bytes);
  if (!labels->empty()) set.labels.assign(labels->begin(), labels->begin() + batch * *count);
  return set;
}

}  // namespace

std::string type_text(DType type, const ir::Shape& shape) {
  std::string text(name_of(type));
  text += '[';
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + ']';
}

SourceLocation InputRequest::place(const std::string& name) const {
  return place_of(provenance, name.empty() ? key : key + "." + name);
}

SourceLocation InputRequest::place_of_count() const { return place_of(provenance, count_key); }

std::vector<ir::TensorData> inputs_of(const ir::Graph& network, const InputSet& inputs,
                                      std::uint32_t inference) {
  std::vector<ir::TensorData> data;
  for (std::size_t i = 0; i < network.inputs().size(); ++i) {
    const std::size_t bytes = input_of(network, i).bytes();
    const std::byte* start = inputs.data[i].data() + bytes * inference;
    data.push_back(std::make_shared<const std::vector<std::byte>>(start, start + bytes));
  }
  return data;
}

std::optional<InputSet> read_inputs(const InputRequest& request, const ir::Graph& network, Issues& issues) {
  std::optional<InputSet> set;
  switch (request.inputs.kind) {
    case InputKind::kDataset:
      set = dataset_inputs(request, network, issues);
      break;
    case InputKind::kFiles:
      set = file_inputs(request, network, issues);
      break;
    case InputKind::kRandom:
      set = random_inputs(request, network);
      break;
  }
  if (set && set->inferences == 0) {
    issues.add(request.place(""), request.key, "there is no data for even one inference");
    return std::nullopt;
  }
  return set;
}

}  // namespace systole::app
