// The inference firmware on the simulated core, with a stub for the graph controller: what it links, prints,
// and how it ends.
#include <gmock/gmock.h>

#include <bit>
#include <cstring>

#include "models/program/program.h"
#include "tests/block/host/bench.h"

namespace systole::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint32_t kImage = 0x8000, kWorkspace = 0xa000, kInput = 0xb000, kOutput = 0xc000,
                        kCopy = 0xd000;
constexpr std::uint32_t kStride = 0x40;  // from one inference's input or output to the next one's
constexpr std::uint32_t kGraphCycles = 50'000;

sgb_descriptor copy(std::uint32_t node, std::uint32_t bytes) {
  sgb_descriptor d{};
  d.opcode = SGB_OP_DMA;
  d.node = node;
  d.signal_semaphore = SGB_NO_SEMAPHORE;
  d.u.dma.rank = 1;
  d.u.dma.element_bytes = 1;
  d.u.dma.dim[0] = {bytes, 0, bytes, 1, 1};
  return d;
}

constexpr std::uint32_t kSrc = 64 + offsetof(sgb_dma, src), kDst = 64 + offsetof(sgb_dma, dst);

/// init: 4 bytes of static data to the workspace. exec: input to output, workspace to the second output.
Program tiny(DType type, std::uint32_t elements) {
  Program p;
  const auto bytes = static_cast<std::uint32_t>(elements * size_of(type));
  p.init = {copy(SGB_NO_NODE, 4)};
  p.exec = {copy(0, bytes), copy(1, 4)};
  p.symbols = {{SGB_SYMBOL_DATA, 0, 8, "tiny", DType::kUInt8, {8}},
               {SGB_SYMBOL_WORKSPACE, 0, 16, "", DType::kUInt8, {16}},
               {SGB_SYMBOL_INPUT, 0, bytes, "x", type, {1, elements}},
               {SGB_SYMBOL_OUTPUT, 0, bytes, "y", type, {1, elements}},
               {SGB_SYMBOL_OUTPUT, 1, 4, "z", DType::kUInt8, {4}}};
  p.nodes = {{"copy it", "Identity", 0, SGB_NO_NODE}, {"conv_2", "Conv", 0, SGB_NO_NODE}};
  p.relocations = {{SGB_GRAPH_INIT, 0, kSrc, 0, 4}, {SGB_GRAPH_INIT, 0, kDst, 1, 8},
                   {SGB_GRAPH_EXEC, 0, kSrc, 2, 0}, {SGB_GRAPH_EXEC, 0, kDst, 3, 0},
                   {SGB_GRAPH_EXEC, 1, kSrc, 1, 8}, {SGB_GRAPH_EXEC, 1, kDst, 4, 0}};
  for (int i = 1; i <= 8; ++i) p.data.push_back(static_cast<std::byte>(i));
  p.workspace_bytes = 16;
  p.queue_count = 4;
  return p;
}

class InferenceBench : public HostBench {
public:
  explicit InferenceBench(std::uint32_t inferences, DType type = DType::kInt8, std::uint32_t elements = 4)
      : HostBench(host_config()), program(tiny(type, elements)) {
    load("inference");
    run.magic = SGB_RUN_MAGIC;
    run.version = SGB_VERSION;
    run.graph = SYS_DRAM_BASE + kImage;
    run.workspace = SYS_DRAM_BASE + kWorkspace;
    run.inferences = inferences;
    run.input_count = 1;
    run.output_count = 2;
    run.class_output = 0;
    run.input[0] = {SYS_DRAM_BASE + kInput, kStride};
    run.output[0] = {SYS_DRAM_BASE + kOutput, kStride};
    run.output[1] = {SYS_DRAM_BASE + kCopy, kStride};
    controller.execute = [this](std::uint32_t base, std::uint32_t count) { return execute(base, count); };
  }
  /// Puts everything into DRAM and runs; the exit code.
  std::uint32_t go() {
    const std::vector<std::byte> image = encode(program);
    sgb_header header;
    std::memcpy(&header, image.data(), sizeof(header));
    SYSTOLE_ASSERT(header.linked_image == SYS_DRAM_BASE + kImage, "the image is where files are linked for");
    if (linked_workspace) run.workspace = header.linked_workspace;
    std::memcpy(dram.memory.data(), &run, sizeof(run));
    std::memcpy(&dram.memory[kImage], image.data(), image.size());
    if (spoil_static_rows) {
      const std::uint32_t rows = header.relocations.count - header.io_relocations;
      std::memset(
          &dram.memory[kImage + header.relocations.offset + header.io_relocations * sizeof(sgb_relocation)],
          0xff, rows * sizeof(sgb_relocation));
    }
    sc_core::sc_start();
    SYSTOLE_ASSERT(power.exit_code(), core.state());
    return *power.exit_code();
  }
  void set_input(std::uint32_t inference, const void* data, std::size_t bytes) {
    std::memcpy(&dram.memory[kInput + inference * kStride], data, bytes);
  }
  /// Does the copies that the descriptors ask for.
  std::uint64_t execute(std::uint32_t base, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      sgb_descriptor d;
      std::memcpy(&d, &dram.memory.at(base - SYS_DRAM_BASE + i * sizeof(d)), sizeof(d));
      copies.push_back(std::to_string(d.u.dma.src - SYS_DRAM_BASE) + " to " +
                       std::to_string(d.u.dma.dst - SYS_DRAM_BASE));
      std::memcpy(&dram.memory.at(d.u.dma.dst - SYS_DRAM_BASE), &dram.memory.at(d.u.dma.src - SYS_DRAM_BASE),
                  d.u.dma.dim[0].extent);
    }
    return kGraphCycles;
  }

  Program program;
  bool linked_workspace = false;   ///< where the file is linked for, else at kWorkspace
  bool spoil_static_rows = false;  ///< relocations other than those of inputs and outputs
  sgb_run_block run{};
  std::vector<std::string> copies;
};

TEST(InferenceFirmware, WhereTheFileIsLinkedForOnlyInputsAndOutputsAreLeft) {
  InferenceBench bench(1);
  bench.linked_workspace = true;
  bench.spoil_static_rows = true;
  EXPECT_EQ(bench.go(), 0U);
  const std::uint64_t workspace = bench.run.workspace - SYS_DRAM_BASE + 8;
  ASSERT_EQ(bench.copies.size(), 3U);
  EXPECT_THAT(bench.copies[0], ::testing::EndsWith(" to " + std::to_string(workspace)));
  EXPECT_EQ(bench.copies[1], "45056 to 49152");
  EXPECT_EQ(bench.copies[2], std::to_string(workspace) + " to 53248");
  EXPECT_EQ(std::to_integer<int>(bench.dram.memory[workspace]), 5);  // the fifth byte of the data
}

TEST(InferenceFirmware, ElsewhereAllRowsAreLinked) {
  InferenceBench bench(1);
  bench.spoil_static_rows = true;
  EXPECT_EQ(bench.go(), 2U);
  EXPECT_THAT(bench.uart.text(), HasSubstr("a table of the graph image or the run block is wrong"));
}

TEST(InferenceFirmware, LinksRunsAndPrintsEveryInference) {
  InferenceBench bench(3);
  const std::int8_t inputs[3][4] = {{1, -2, 9, 3}, {-5, -1, -9, -3}, {7, 7, 7, 8}};
  for (std::uint32_t i = 0; i < 3; ++i) bench.set_input(i, inputs[i], 4);
  EXPECT_EQ(bench.go(), 0U);
  std::string text = bench.uart.text();
  // What the compiler decides is only held within bounds, below.
  const std::size_t behind = text.find(" elapsed");
  ASSERT_NE(behind, std::string::npos);
  const std::size_t number = text.rfind(' ', behind - 1) + 1;
  const std::uint64_t elapsed = std::stoull(text.substr(number));
  text.replace(number, behind - number, "N");
  EXPECT_EQ(text,
            "systole firmware: tiny\n"
            "2 nodes, 1 + 2 descriptors (init + exec), 3 inferences\n"
            "inference 0: class 2, 50000 cycles\n"
            "inference 1: class 1, 50000 cycles\n"
            "inference 2: class 3, 50000 cycles\n"
            "total: 3 inferences, 150000 cycles in the graph, N elapsed, 50000 to initialise\n");
  // The data section follows the tables; 4 bytes into it. Outputs and inputs move on by their stride.
  EXPECT_EQ(std::to_integer<int>(bench.dram.memory[kWorkspace + 8]), 5);
  ASSERT_EQ(bench.copies.size(), 7U);
  const std::vector<std::string> exec(bench.copies.begin() + 1, bench.copies.end());
  EXPECT_THAT(exec, ElementsAre("45056 to 49152", "40968 to 53248", "45120 to 49216", "40968 to 53312",
                                "45184 to 49280", "40968 to 53376"));
  // What the firmware adds to the graphs: three patches, the doorbell and the interrupt, not the printing.
  // That is at least the 3 x 10 register and memory accesses of 3 cycles, and less than 1000 cycles an
  // inference.
  EXPECT_GT(elapsed, 150'000U + 90);
  EXPECT_LT(elapsed, 150'000U + 3 * 1000);
}

TEST(InferenceFirmware, ANetworkMayHaveNoName) {
  InferenceBench bench(1);
  bench.program.symbols[0].name.clear();
  EXPECT_EQ(bench.go(), 0U);
  EXPECT_THAT(bench.uart.text(), testing::StartsWith("systole firmware\n2 nodes,"));
}

TEST(InferenceFirmware, ReadsAnOutputThatIsOverwrittenBeforeTheNextStarts) {
  InferenceBench bench(3);
  bench.run.output[0].stride = 0;
  const std::int8_t inputs[3][4] = {{1, -2, 9, 3}, {-5, -1, -9, -3}, {7, 7, 7, 8}};
  for (std::uint32_t i = 0; i < 3; ++i) bench.set_input(i, inputs[i], 4);
  EXPECT_EQ(bench.go(), 0U);
  EXPECT_THAT(bench.uart.text(), HasSubstr("inference 0: class 2,"));
  EXPECT_THAT(bench.uart.text(), HasSubstr("inference 1: class 1,"));
  EXPECT_THAT(bench.uart.text(), HasSubstr("inference 2: class 3,"));
}

struct ClassCase {
  const char* name;
  DType type;
  std::vector<std::uint32_t> words;  // the output, little-endian
  std::uint32_t elements;
  const char* expected;  // as it is printed
};
std::ostream& operator<<(std::ostream& stream, const ClassCase& test) { return stream << test.name; }

std::uint32_t f(float value) { return std::bit_cast<std::uint32_t>(value); }

class InferenceClass : public ::testing::TestWithParam<ClassCase> {};

TEST_P(InferenceClass, IsTheLargestElement) {
  const ClassCase& test = GetParam();
  InferenceBench bench(1, test.type, test.elements);
  bench.set_input(0, test.words.data(), test.words.size() * 4);
  EXPECT_EQ(bench.go(), 0U);
  EXPECT_THAT(bench.uart.text(), HasSubstr(std::string("inference 0: class ") + test.expected + ","));
}

INSTANTIATE_TEST_SUITE_P(
    All, InferenceClass,
    ::testing::Values(ClassCase{"Int64Scalar", DType::kInt64, {7, 0}, 1, "0007"},
                      ClassCase{"Int64Vector", DType::kInt64, {5, 0, 0, 1, 9, 0xffffffff}, 3, "1"},
                      ClassCase{"UInt8", DType::kUInt8, {0x01ff8001}, 4, "2"},
                      ClassCase{"FirstOfEquals", DType::kInt8, {0x7f017f01}, 4, "1"},
                      ClassCase{"Int32", DType::kInt32, {0x80000000, 3, 0xffffffff}, 3, "1"},
                      ClassCase{"Float", DType::kFloat32, {f(-1e30F), f(1e-30F), f(0.5F), f(0.25F)}, 4, "2"},
                      ClassCase{"FloatNegative", DType::kFloat32, {f(-3), f(-1), f(-2)}, 3, "1"},
                      ClassCase{"FloatZeros", DType::kFloat32, {f(-0.0F), f(0.0F)}, 2, "0"},
                      ClassCase{"FloatNan", DType::kFloat32, {0x7fc00000, f(-1), f(-2)}, 3, "1"}),
    [](const auto& test) { return test.param.name; });

TEST(InferenceFirmware, NamesTheDescriptorAndTheNodeThatFailed) {
  InferenceBench bench(3);
  bench.controller.execute = [&](std::uint32_t, std::uint32_t count) {
    if (count == 2) bench.controller.error = {SGB_ERROR_BUS_ADDRESS, 1, 1, 0xdead0000};
    return 100;
  };
  EXPECT_EQ(bench.go(), 1U);
  EXPECT_THAT(bench.uart.text(),
              HasSubstr("error: descriptor 1 of the exec graph: bus address error (code 1)\n"
                        "error: in node 1 'conv_2' (Conv)\n"
                        "error: at address 0xdead0000\n"));
}

TEST(InferenceFirmware, AnErrorWithoutANodeIsPrintedToo) {
  InferenceBench bench(1);
  bench.controller.error = {SGB_ERROR_BAD_FIELD, SGB_NO_NODE, 0, 0};
  EXPECT_EQ(bench.go(), 1U);
  EXPECT_THAT(bench.uart.text(),
              testing::EndsWith("error: descriptor 0 of the init graph: bad field (code 5)\n"));
}

struct LoadCase {
  const char* name;
  std::function<void(InferenceBench&)> damage;
  const char* message;
};
std::ostream& operator<<(std::ostream& stream, const LoadCase& test) { return stream << test.name; }

class InferenceLoad : public ::testing::TestWithParam<LoadCase> {};

TEST_P(InferenceLoad, RefusesWhatCannotRun) {
  InferenceBench bench(1);
  GetParam().damage(bench);
  EXPECT_EQ(bench.go(), 2U);
  EXPECT_EQ(bench.uart.text(), std::string("error: cannot load the network: ") + GetParam().message + "\n");
  EXPECT_EQ(bench.controller.graphs, 0U);
}

constexpr const char* kTable = "a table of the graph image or the run block is wrong";
constexpr const char* kReach = "an address is beyond the host's 4 GiB";

INSTANTIATE_TEST_SUITE_P(
    All, InferenceLoad,
    ::testing::Values(
        LoadCase{"NoRunBlock", [](auto& b) { b.run.magic = 0; },
                 "there is no run block at the start of DRAM"},
        LoadCase{"RunVersion", [](auto& b) { b.run.version = 99; },
                 "the run block has a version that this firmware does not know"},
        LoadCase{"NoGraph", [](auto& b) { b.run.graph += 8; },
                 "the run block does not lead to a graph image"},
        LoadCase{"GraphOutOfReach", [](auto& b) { b.run.graph += 1ULL << 32U; }, kReach},
        LoadCase{"StrideOutOfReach", [](auto& b) { b.run.input[0].stride = 1ULL << 31U; }, kReach},
        LoadCase{"TooManyInputs", [](auto& b) { b.run.input_count = SGB_RUN_MAX_IO + 1; }, kTable},
        LoadCase{"ClassOutput", [](auto& b) { b.run.class_output = 2; }, kTable},
        LoadCase{"Queues", [](auto& b) { b.program.queue_count = 5; },
                 "the graph was made for a SoC with other engines"},
        LoadCase{"MissingOutput", [](auto& b) { b.run.output_count = 1; }, kTable},
        LoadCase{"RelocationField", [](auto& b) { b.program.relocations[0].field = 252; }, kTable},
        LoadCase{"RelocationDescriptor", [](auto& b) { b.program.relocations[0].descriptor = 1; }, kTable},
        LoadCase{"RelocationSymbol", [](auto& b) { b.program.relocations[0].symbol = 5; }, kTable}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace systole::test
