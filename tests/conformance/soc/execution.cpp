#include "tests/conformance/soc/execution.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <span>

#include "app/run/capability.h"
#include "hw/soc/soc.h"
#include "models/mapper/mapper.h"

namespace systole::conformance {
namespace {

std::vector<std::byte> read_firmware() {
  std::ifstream file(SYSTOLE_BINARY_DIR "/firmware/inference.elf", std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  const auto view = std::as_bytes(std::span(bytes));
  return {view.begin(), view.end()};
}

bool write_all(int channel, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(channel, bytes.data(), bytes.size());
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

std::vector<std::byte> read_all(int channel) {
  std::vector<std::byte> all;
  std::array<std::byte, 65536> part{};
  for (;;) {
    const ssize_t count = read(channel, part.data(), part.size());
    if (count <= 0) return all;
    all.insert(all.end(), part.begin(), part.begin() + count);
  }
}

/// The outputs one after another behind a byte 1, or a message behind a byte 0.
std::vector<std::byte> simulate(const soc::RunRequest& request) {
  Issues issues;
  const auto result = soc::run(request, issues);
  std::string why;
  for (const Issue& issue : issues.list()) why += to_string(issue) + "\n";
  if (result) {
    for (const std::string& error : result->conservation_errors) why += error + "\n";
    if (result->outcome != soc::Outcome::kExited || result->exit_code != 0) why += result->report;
  }
  std::vector<std::byte> bytes{std::byte{why.empty()}};
  if (!why.empty()) {
    const auto text = std::as_bytes(std::span(why));
    bytes.insert(bytes.end(), text.begin(), text.end());
    return bytes;
  }
  for (const auto& output : result->outputs) bytes.insert(bytes.end(), output.begin(), output.end());
  return bytes;
}

/// The same in a child process; empty if it died.
std::vector<std::byte> simulate_in_child(const soc::RunRequest& request) {
  std::array<int, 2> channel{};
  if (pipe(channel.data()) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    close(channel[0]);
    const bool sent = write_all(channel[1], simulate(request));
    _exit(sent ? 0 : 1);
  }
  close(channel[1]);
  std::vector<std::byte> bytes = read_all(channel[0]);
  close(channel[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) bytes.clear();
  return bytes;
}

}  // namespace

NumberFormat array_format_of(const ir::Graph& graph) {
  for (ir::NodeIndex i = 0; i < graph.node_count(); ++i) {
    const ir::OpKind op = graph.node(i).op;
    if (op == ir::OpKind::kConv || op == ir::OpKind::kGemm || op == ir::OpKind::kMatMul)
      return NumberFormat::kFloat32;
  }
  return NumberFormat::kInt8;
}

std::optional<std::vector<ir::Tensor>> execute_on_soc(const ir::Graph& graph,
                                                      const std::vector<ir::TensorData>& inputs,
                                                      std::string& why) {
  static const std::vector<std::byte> firmware = read_firmware();
  soc::RunRequest request;
  request.config.matrix.format = array_format_of(graph);
  Issues issues;
  const auto program = mapper::map_network(graph, app::capability_of(request.config), {}, issues);
  if (!program) {
    why = to_string(issues.list()[0]);
    return std::nullopt;
  }
  const std::vector<std::byte> image = encode(*program);
  request.graph_image = image;
  request.firmware_elf = firmware;
  for (const ir::TensorData& input : inputs) request.inputs.emplace_back(*input);
  request.check_protocol = true;
  const std::vector<std::byte> answer = simulate_in_child(request);
  if (answer.empty() || answer[0] == std::byte{0}) {
    why = "the run failed: ";
    for (const std::byte b : answer) why += static_cast<char>(b);
    return std::nullopt;
  }
  std::vector<ir::Tensor> outputs;
  auto next = answer.begin() + 1;
  for (const ir::TensorId id : graph.outputs()) {
    ir::Tensor tensor = graph.tensor(id).value;
    const auto size = static_cast<std::ptrdiff_t>(tensor.bytes());
    if (answer.end() - next < size) {
      why = "an output is short";
      return std::nullopt;
    }
    tensor.data = std::make_shared<const std::vector<std::byte>>(next, next + size);
    next += size;
    outputs.push_back(std::move(tensor));
  }
  return outputs;
}

}  // namespace systole::conformance
