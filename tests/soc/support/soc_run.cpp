#include "tests/soc/support/soc_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>

#include "app/run/capability.h"
#include "hw/observe/overlap.h"
#include "models/onnx/import.h"
#include "models/onnx/tensor_file.h"
#include "models/reference/run.h"

namespace systole::test {
namespace {

const std::string kScenarios = std::string(SYSTOLE_SOURCE_DIR) + "/scenarios/";

// A failed set-up ends the test case: nothing after it would mean anything.
void require(bool condition, const Issues& issues) {
  if (condition) return;
  std::string text = "set-up failed:";
  for (const Issue& issue : issues.list()) text += "\n  " + to_string(issue);
  throw std::runtime_error(text);
}

std::vector<std::byte> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
  return {data, data + bytes.size()};
}

ir::Tensor read_tensor(const std::string& name) {
  Issues issues;
  auto tensor = read_tensor_pb(kScenarios + "data/digits-test/" + name, issues);
  require(tensor.has_value(), issues);
  return *tensor;
}

// From the first to the last command that did something: the firmware's own time before and after is left
// out.
std::uint64_t window_of(const SpanLog& log) {
  std::uint64_t first = ~std::uint64_t{0};
  std::uint64_t last = 0;
  for (const Span& span : log.spans()) {
    if (span.compute_cycles == 0) continue;
    first = std::min(first, span.start);
    last = std::max(last, span.end);
  }
  return last - std::min(first, last);
}

}  // namespace

Mapped map_network_file(const std::string& name, const SocConfig& config, const mapper::MapOptions& options) {
  Issues issues;
  auto graph = import_onnx(kScenarios + "networks/" + name, issues);
  require(graph.has_value(), issues);
  mapper::MapReport report;
  auto program = mapper::map_network(*graph, app::capability_of(config), options, issues, &report);
  require(program.has_value(), issues);
  return {std::move(*graph), std::move(*program), std::move(report)};
}

std::vector<std::byte> digits_images(std::uint32_t count) {
  const ir::Tensor images = read_tensor("images.pb");
  const std::size_t one = images.bytes() / static_cast<std::size_t>(images.shape[0]);
  return {images.data->begin(), images.data->begin() + static_cast<std::ptrdiff_t>(one * count)};
}

std::vector<std::int64_t> digits_labels(std::uint32_t count) {
  const ir::Tensor labels = read_tensor("labels.pb");
  return {labels.as<std::int64_t>(), labels.as<std::int64_t>() + count};
}

soc::RunResult run_program(const Program& program, const SocConfig& config, std::span<const std::byte> input,
                           const RunOptions& options) {
  const std::vector<std::byte> image = encode(program);
  const std::vector<std::byte> firmware =
      read_file(std::string(SYSTOLE_BINARY_DIR) + "/firmware/inference.elf");
  soc::RunRequest request;
  request.config = config;
  request.graph_image = image;
  request.firmware_elf = firmware;
  request.inferences = options.inferences;
  request.inputs = {input};
  request.class_output = options.class_output;
  request.functional = options.functional;
  request.watchdog_cycles = options.watchdog_cycles;
  request.check_protocol = options.check_protocol;
  Issues issues;
  auto result = soc::run(request, issues);
  require(result.has_value(), issues);
  EXPECT_THAT(result->conservation_errors, ::testing::IsEmpty());
  return std::move(*result);
}

Figures run_in_child(const Program& program, const SocConfig& config, std::span<const std::byte> input,
                     const RunOptions& options) {
  std::array<int, 2> channel{};
  if (pipe(channel.data()) != 0) throw std::runtime_error("pipe");
  const pid_t child = fork();
  if (child == 0) {
    const soc::RunResult result = run_program(program, config, input, options);
    const Overlap overlap = overlap_of(result.spans);
    const Figures figures{result.outcome,
                          result.exit_code,
                          result.cycles,
                          result.instructions,
                          window_of(result.spans),
                          overlap.compute_busy,
                          overlap.dma_busy,
                          overlap.both_busy,
                          result.ledger.total("dram.read"),
                          result.ledger.total("sram.read")};
    const bool sent = write(channel[1], &figures, sizeof figures) == static_cast<ssize_t>(sizeof figures);
    _exit(sent && !::testing::Test::HasFailure() ? 0 : 1);
  }
  Figures figures;
  const ssize_t received = read(channel[0], &figures, sizeof figures);
  int status = 0;
  waitpid(child, &status, 0);
  close(channel[0]);
  close(channel[1]);
  if (status != 0 || received != static_cast<ssize_t>(sizeof figures))
    throw std::runtime_error("the run failed");
  return figures;
}

void expect_reference(const Mapped& mapped, const soc::RunResult& result, std::span<const std::byte> input,
                      std::uint32_t inferences) {
  const std::size_t one = input.size() / inferences;
  ASSERT_EQ(result.outputs.size(), mapped.graph.outputs().size());
  for (std::uint32_t n = 0; n < inferences; ++n) {
    const auto data = input.subspan(n * one, one);
    const auto tensor = std::make_shared<const std::vector<std::byte>>(data.begin(), data.end());
    const ReferenceResult reference = run_reference(mapped.graph, std::vector<ir::TensorData>{tensor});
    for (std::size_t i = 0; i < reference.outputs.size(); ++i) {
      const std::size_t bytes = reference.outputs[i].bytes();
      ASSERT_EQ(result.outputs[i].size(), bytes * inferences);
      ASSERT_EQ(0,
                std::memcmp(result.outputs[i].data() + n * bytes, reference.outputs[i].data->data(), bytes))
          << "output " << reference.outputs[i].name << " of inference " << n;
    }
  }
}

std::uint32_t output_index(const Program& program, const std::string& name) {
  for (const ProgramSymbol& symbol : program.symbols) {
    if (symbol.kind == SGB_SYMBOL_OUTPUT && symbol.name == name) return symbol.index;
  }
  throw std::runtime_error("no output is named " + name);
}

}  // namespace systole::test
