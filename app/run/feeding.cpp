#include "app/run/feeding.h"

#include "models/onnx/declared_inputs.h"
#include "models/onnx/tensor_file.h"

namespace systole::app {

std::optional<Feeding> feeding_of(const std::vector<FileRef>& files, std::span<const std::byte> model) {
  if (files.empty()) return std::nullopt;
  const std::vector<DeclaredInput> declared = declared_inputs(model);
  if (declared.empty() || files.size() % declared.size() != 0) return std::nullopt;
  Feeding feeding;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    Issues issues;  // reported when the file is read as an input
    auto tensor = read_tensor_pb(files[i].path.generic_string(), issues);
    if (!tensor || !declared[i].admits(*tensor)) return std::nullopt;
    feeding.names.push_back(declared[i].name);
    if (declared[i].use == InputUse::kData) continue;
    tensor->name = declared[i].name;
    feeding.constants[declared[i].name] = std::move(*tensor);
  }
  return feeding;
}

}  // namespace systole::app
