#include "app/config/keys.h"

#include <array>

#include "models/topology/layers.h"

namespace systole::app {
namespace {

template <typename T>
constexpr std::uint8_t raw(T value) {
  return static_cast<std::uint8_t>(value);
}

constexpr std::array<ChoiceName, 3> kDataflows{{{"weight_stationary", raw(Dataflow::kWeightStationary)},
                                                {"output_stationary", raw(Dataflow::kOutputStationary)},
                                                {"input_stationary", raw(Dataflow::kInputStationary)}}};
constexpr std::array<ChoiceName, 2> kOrganisations{{{"systolic", raw(MatrixOrganisation::kSystolic)},
                                                    {"dot_product", raw(MatrixOrganisation::kDotProduct)}}};
constexpr std::array<ChoiceName, 3> kPresets{{{"none", raw(MatrixPreset::kNone)},
                                              {"scale-sim", raw(MatrixPreset::kScaleSim)},
                                              {"camuy", raw(MatrixPreset::kCamuy)}}};
constexpr std::array<ChoiceName, 10> kMatrixFormats{{{"int8", raw(NumberFormat::kInt8)},
                                                     {"fp32", raw(NumberFormat::kFloat32)},
                                                     {"float32", raw(NumberFormat::kFloat32)},
                                                     {"fp16", raw(NumberFormat::kFloat16)},
                                                     {"bf16", raw(NumberFormat::kBFloat16)},
                                                     {"int16", raw(NumberFormat::kInt16)},
                                                     {"int4", raw(NumberFormat::kInt4)},
                                                     {"int2", raw(NumberFormat::kInt2)},
                                                     {"ternary", raw(NumberFormat::kTernary)},
                                                     {"binary", raw(NumberFormat::kBinary)}}};
constexpr std::array<ChoiceName, 11> kWeightFormats{{{"int8", raw(NumberFormat::kInt8)},
                                                     {"fp32", raw(NumberFormat::kFloat32)},
                                                     {"float32", raw(NumberFormat::kFloat32)},
                                                     {"fp16", raw(NumberFormat::kFloat16)},
                                                     {"bf16", raw(NumberFormat::kBFloat16)},
                                                     {"int16", raw(NumberFormat::kInt16)},
                                                     {"int4", raw(NumberFormat::kInt4)},
                                                     {"int2", raw(NumberFormat::kInt2)},
                                                     {"ternary", raw(NumberFormat::kTernary)},
                                                     {"binary", raw(NumberFormat::kBinary)},
                                                     {"pow2", raw(NumberFormat::kPowerOfTwo)}}};
constexpr std::array<ChoiceName, 6> kActivationIntegers{{{"int8", raw(NumberFormat::kInt8)},
                                                         {"int16", raw(NumberFormat::kInt16)},
                                                         {"int4", raw(NumberFormat::kInt4)},
                                                         {"int2", raw(NumberFormat::kInt2)},
                                                         {"ternary", raw(NumberFormat::kTernary)},
                                                         {"binary", raw(NumberFormat::kBinary)}}};
constexpr std::array<ChoiceName, 7> kWeightIntegers{{{"int8", raw(NumberFormat::kInt8)},
                                                     {"int16", raw(NumberFormat::kInt16)},
                                                     {"int4", raw(NumberFormat::kInt4)},
                                                     {"int2", raw(NumberFormat::kInt2)},
                                                     {"ternary", raw(NumberFormat::kTernary)},
                                                     {"binary", raw(NumberFormat::kBinary)},
                                                     {"pow2", raw(NumberFormat::kPowerOfTwo)}}};
constexpr std::array<ChoiceName, 4> kArithmetics{{{"parallel", raw(MatrixArithmetic::kParallel)},
                                                  {"bit_serial", raw(MatrixArithmetic::kBitSerial)},
                                                  {"xnor_popcount", raw(MatrixArithmetic::kXnorPopcount)},
                                                  {"shift_add", raw(MatrixArithmetic::kShiftAdd)}}};
constexpr std::array<ChoiceName, 2> kOverflows{
    {{"wrap", raw(Overflow::kWrap)}, {"saturate", raw(Overflow::kSaturate)}}};
constexpr std::array<ChoiceName, 2> kFidelities{
    {{"transaction", raw(Fidelity::kTransaction)},
     {"analytical", raw(Fidelity::kAnalytical), "this version simulates transactions only"}}};
constexpr std::array<ChoiceName, 2> kChecks{
    {{"reference", raw(Check::kReference)}, {"none", raw(Check::kNone)}}};
constexpr std::array<ChoiceName, 3> kWeights{{{"auto", raw(Weights::kAuto)},
                                              {"resident", raw(Weights::kResident)},
                                              {"streamed", raw(Weights::kStreamed)}}};
constexpr std::array<ChoiceName, 3> kPrecisions{
    {{"auto", raw(Precision::kAuto)}, {"as_is", raw(Precision::kAsIs)}, {"int8", raw(Precision::kInt8)}}};
constexpr std::array<ChoiceName, 2> kDistributions{
    {{"uniform", raw(Distribution::kUniform)}, {"normal", raw(Distribution::kNormal)}}};

template <typename Enum>
Choice choice(Enum& value, std::span<const ChoiceName> names) {
  static_assert(sizeof(Enum) == 1);
  return {reinterpret_cast<std::uint8_t*>(&value), names};
}

constexpr std::uint64_t kKi = 1024;
constexpr std::uint64_t kMi = kKi * kKi;
constexpr Range kClock{1'000'000, 100'000'000'000};
constexpr Range kSmall{1, 64};
constexpr Range kArray{1, 4096};
constexpr Range kBandwidth{0, 1 << 20};
constexpr Range kCycles{0, 1'000'000};
constexpr Range kWidth{1, 4096, true};
constexpr Range kCount{0, 8};

// The two forms of a line of the table: a plain member of the scenario, and an enumeration.
#define FIELD(member) [](Scenario& s) -> Field { return &s.member; }
#define CHOICE(member, names) [](Scenario& s) -> Field { return choice(s.member, names); }

}  // namespace

const std::vector<Key>& scenario_keys() {
  // clang-format off
  static const std::vector<Key> keys{
      {"name", FIELD(name), "what reports call this scenario", {}, false, "the file's name"},
      {"soc.name", FIELD(soc.name), "what reports call this SoC"},
      {"soc.clock", FIELD(soc.clock), "clock of the SoC: the cycles of all results", kClock},
      {"soc.host.clock", FIELD(soc.host.clock), "clock of the RISC-V core", kClock},
      {"soc.host.cpi", [](Scenario& s) -> Field { return Milli{&s.soc.host.cpi_milli}; }, "cycles per instruction", {1, 1'000'000}},
      {"soc.host.quantum", FIELD(soc.host.quantum), "instructions that the core may run ahead of simulated time", {1, 1'000'000}},
      {"soc.sram.size", FIELD(soc.sram.size), "scratchpad, of all banks together", {kKi, 256 * kMi}},
      {"soc.sram.banks", FIELD(soc.sram.banks), "banks; neighbouring words lie in neighbouring banks", {1, 1024, true}},
      {"soc.sram.width", FIELD(soc.sram.width), "bytes that a bank moves per cycle and port", kWidth},
      {"soc.sram.ports", FIELD(soc.sram.ports), "accesses that a bank serves per cycle", kSmall},
      {"soc.sram.latency", FIELD(soc.sram.latency), "cycles from access to data", {1, 1000}},
      {"soc.dram.part", FIELD(dram_part.name), "a part of scenarios/dram, which gives bandwidth and latency", {}, false, "none"},
      {"soc.dram.size", FIELD(soc.dram.size), "external memory", {kMi, 2048 * kMi}},
      {"soc.dram.channels", FIELD(soc.dram.channels), "channels; a part's bandwidth is per channel", kSmall},
      {"soc.dram.bandwidth", FIELD(soc.dram.bandwidth), "of all channels together", {1'000, 100'000'000'000'000}, false, "of the part, else 12.8GB/s"},
      {"soc.dram.latency", FIELD(soc.dram.latency), "from a request to its first data", {1, 1'000'000'000}, false, "of the part, else 100ns"},
      {"soc.bus.width", FIELD(soc.bus.width), "bytes per cycle and link", kWidth},
      {"soc.bus.latency", FIELD(soc.bus.latency), "cycles per hop", {1, 1000}},
      {"soc.dma.engines", FIELD(soc.dma.engines), "DMA engines", {1, 8}},
      {"soc.dma.ping_pong", FIELD(soc.dma.ping_pong), "double buffers: transfers overlap with each other's set-up and with compute"},
      {"soc.dma.burst", FIELD(soc.dma.burst), "largest burst on the bus", {16, 4096, true}},
      {"soc.dma.outstanding", FIELD(soc.dma.outstanding), "bursts in flight per DMA engine", {1, 256}},
      {"soc.dma.setup_cycles", FIELD(soc.dma.setup_cycles), "decode and address set-up of one descriptor", kCycles},
      {"soc.controller.queue_depth", FIELD(soc.controller.queue_depth), "descriptors that wait per engine queue", {1, 1024}},
      {"soc.controller.semaphores", FIELD(soc.controller.semaphores), "semaphores of the graph controller", {1, 4096}},
      {"soc.controller.prefetch", FIELD(soc.controller.prefetch), "descriptors fetched ahead", {1, 1024}},
      {"soc.controller.dispatch_cycles", FIELD(soc.controller.dispatch_cycles), "to hand a descriptor to its queue", kCycles},
      {"soc.controller.completion_cycles", FIELD(soc.controller.completion_cycles), "to take a completion and count its semaphore", kCycles},
      {"soc.engines.matrix.count", FIELD(soc.matrix.count), "0: none; several share an operation by output rows or channels", kCount},
      {"soc.engines.matrix.dataflow", CHOICE(soc.matrix.dataflow, kDataflows), "what stands still in the array"},
      {"soc.engines.matrix.organisation", CHOICE(soc.matrix.organisation, kOrganisations), "dot_product: a unit that makes rows x cols results at a time, of `depth` products each"},
      {"soc.engines.matrix.preset", CHOICE(soc.matrix.preset, kPresets), "cycles as that tool counts them; the mapper hands over whole layers where the scratchpad has room"},
      {"soc.engines.matrix.rows", FIELD(soc.matrix.rows), "rows of the array: K; output stationary: M", kArray},
      {"soc.engines.matrix.cols", FIELD(soc.matrix.cols), "columns of the array: N; input stationary: M", kArray},
      {"soc.engines.matrix.depth", FIELD(soc.matrix.depth), "elements of a dot product; organisation: dot_product", kArray},
      {"soc.engines.matrix.format", CHOICE(soc.matrix.format, kMatrixFormats), "of the activations that a multiplier takes in one pass; int8 takes uint8 too"},
      {"soc.engines.matrix.weight_format", CHOICE(soc.matrix.weight_format, kWeightFormats), "of its weights", {}, false, "as format"},
      {"soc.engines.matrix.arithmetic", CHOICE(soc.matrix.arithmetic, kArithmetics), "of a processing element: products at once, bit by bit, of several binary values, by shifts"},
      {"soc.engines.matrix.popcount_bits", FIELD(soc.matrix.popcount_bits), "binary products in one cycle of a processing element; xnor_popcount", {1, 1024, true}},
      {"soc.engines.matrix.accumulator_bits", FIELD(soc.matrix.accumulator_bits), "of integer sums; of floats 32, or 16: every sum rounded to format", {8, 48}, false, "32; int16: 48"},
      {"soc.engines.matrix.overflow", CHOICE(soc.matrix.overflow, kOverflows), "what an integer accumulator does with a sum that it cannot hold"},
      {"soc.engines.matrix.sparsity", [](Scenario& s) -> Field { return NOfM{&s.soc.matrix.sparsity.n, &s.soc.matrix.sparsity.m}; }, "the array skips the zeros of weights of which at most n of m successive ones are not zero"},
      {"soc.engines.matrix.weight_double_buffer", FIELD(soc.matrix.weight_double_buffer), "the stationary operand of the next fold loads behind the current one (output stationary: results leave behind the next one)"},
      {"soc.engines.matrix.fold_overlap", FIELD(soc.matrix.fold_overlap), "a fold starts while the one before still drains"},
      {"soc.engines.matrix.stationary_bandwidth", FIELD(soc.matrix.stationary_bandwidth), "elements of the stationary operand a cycle; 0: a row of the array", kBandwidth},
      {"soc.engines.matrix.streaming_bandwidth", FIELD(soc.matrix.streaming_bandwidth), "elements of each streamed operand a cycle; 0: as many as the array takes", kBandwidth},
      {"soc.engines.matrix.fifo_depth", FIELD(soc.matrix.fifo_depth), "elements of the FIFO of each row (and column) of a streamed operand", {2, 1 << 20}},
      {"soc.engines.matrix.accumulator_ports", FIELD(soc.matrix.accumulator_ports), "accesses of a column's accumulators a cycle: write, read, read of results", {1, 8}},
      {"soc.engines.matrix.spill", FIELD(soc.matrix.spill), "scratchpad at its end for sums beyond the accumulators", {0, 64 * kMi}},
      {"soc.engines.matrix.accumulators", FIELD(soc.matrix.accumulators), "memory of the accumulators: 4 bytes a sum, 8 with accumulator_bits above 32", {kKi, 64 * kMi}},
      {"soc.engines.matrix.winograd", FIELD(soc.matrix.winograd), "3x3 convolutions by F(2x2, 3x3) where that is faster: transforms on the vector engine, int16 products"},
      {"soc.engines.matrix.setup_cycles", FIELD(soc.matrix.setup_cycles), "decode of one command", kCycles},
      {"soc.engines.vector.count", FIELD(soc.vector.count), "0: none; several share an operation by output rows or channels", kCount},
      {"soc.engines.vector.lanes", FIELD(soc.vector.lanes), "elements per cycle", kArray},
      {"soc.engines.vector.setup_cycles", FIELD(soc.vector.setup_cycles), "decode of one command", kCycles},
      {"soc.engines.sort.count", FIELD(soc.sort.count), "0: none; several share an operation by output rows or channels", kCount},
      {"soc.engines.sort.lanes", FIELD(soc.sort.lanes), "width of the comparator network", {2, 4096, true}},
      {"soc.engines.sort.setup_cycles", FIELD(soc.sort.setup_cycles), "decode of one command", kCycles},
      {"workload.network", FIELD(workload.network), "an ONNX file, or a SCALE-Sim topology (.csv)"},
      {"workload.graph", FIELD(workload.graph), "a descriptor graph (.sgb) for this SoC; needs check: none"},
      {"workload.weights.seed", FIELD(workload.weights.seed), "of the parameters that the network's file does not carry, which are made up"},
      {"workload.weights.density", FIELD(workload.weights.density), "share of those weights that are not zero, 0 to 1"},
      {"workload.prune.columns", FIELD(workload.prune.columns), "share of the rows of every layer's im2col weights that stay, those with the largest norms", {}, false, {}},
      {"workload.prune.structured", [](Scenario& s) -> Field { return NOfM{&s.workload.prune.structured_n, &s.workload.prune.structured_m}; }, "of every m successive weights of an output channel the n largest stay"},
      {"workload.dims", FIELD(workload.dims), "sizes of the network's dynamic dimensions by their names, as in {N: 1}; of any dimension of an input by its place, as in {'image[2]': 64}", {1, (1U << 31) - 1}},
      {"workload.precision", CHOICE(workload.precision, kPrecisions), "int8: a float network is quantised to integers; auto: if the array multiplies integers; as_is: never"},
      {"workload.quantise.per_channel", FIELD(workload.quantise.options.per_channel), "weights have a scale for every output channel, else one for all"},
      {"workload.quantise.weights", CHOICE(workload.quantise.options.weights, kWeightIntegers), "format of the weights", {}, false, "what the array multiplies"},
      {"workload.quantise.activations", CHOICE(workload.quantise.options.activations, kActivationIntegers), "format of the feature maps", {}, false, "what the array multiplies"},
      {"workload.quantise.power_of_two", FIELD(workload.quantise.options.power_of_two), "every scale is a power of two"},
      {"workload.quantise.calibration.dataset", FIELD(workload.quantise.calibration.dataset), "as inputs.dataset", {}, false, "the run's inputs"},
      {"workload.quantise.calibration.files", FIELD(workload.quantise.calibration.files), "as inputs.files"},
      {"workload.quantise.calibration.random.seed", FIELD(workload.quantise.calibration.random.seed), "as inputs.random.seed", {}, false, "that of `seed`"},
      {"workload.quantise.calibration.random.distribution", CHOICE(workload.quantise.calibration.random.distribution, kDistributions), "as inputs.random.distribution"},
      {"workload.quantise.calibration.count", FIELD(workload.quantise.calibration.count), "inputs that are run to see what ranges tensors have", {1, 1'000'000'000}, false, "all, 32 at most; 1 of random inputs"},
      {"inputs.dataset", FIELD(inputs.dataset), "a folder with dataset.yaml, or that file"},
      {"inputs.files", FIELD(inputs.files), "TensorProto files: for every inference one per network input"},
      {"inputs.random.seed", FIELD(inputs.random.seed), "of the generated inputs", {}, false, "that of `seed`"},
      {"inputs.random.distribution", CHOICE(inputs.random.distribution, kDistributions), "uniform: floats -1 to 1, integers -128 to 127 (uint8: 0 to 255); normal: the middle of that, deviation 1 for floats and a sixth of the range for integers"},
      {"inputs.count", FIELD(inputs.count), "inferences", {1, 1'000'000'000}, false, "all; 1 of random inputs"},
      {"firmware", [](Scenario& s) -> Field { return OptionalFile{&s.firmware}; }, "an RV32 ELF file, or default: the inference program of the build"},
      {"fidelity", CHOICE(fidelity, kFidelities), "how the hardware is simulated"},
      {"functional", FIELD(functional), "false: timing and energy only, no tensor data is moved"},
      {"mapping.weights", CHOICE(mapping.weights, kWeights), "where weights stand: resident in SRAM, streamed from DRAM for every inference, or auto: what fits is resident"},
      {"mapping.skip_zeros", FIELD(mapping.skip_zeros), "weights that are zero in patterns that the array can leave out are looked for; always so in networks that are pruned here"},
      {"check", CHOICE(check, kChecks), "reference: every output is compared with the reference executor, bit for bit"},
      {"seed", FIELD(seed), "of everything that is random"},
      {"limits.cycles", FIELD(limits.cycles), "cycles after which a run is stopped as failed; 0: never"},
  };
  // clang-format on
  return keys;
}

#undef FIELD
#undef CHOICE

const std::vector<GemmKey>& gemm_keys() {
  static const std::vector<GemmKey> keys{
      {"name", [](BareGemm& g) -> Field { return &g.name; },
       "of the layer: by default gemm and its number, from 0"},
      {"m",
       [](BareGemm& g) -> Field { return &g.m; },
       "rows of the activations",
       {1, topology::kMaxElements},
       true},
      {"k",
       [](BareGemm& g) -> Field { return &g.k; },
       "columns of the activations",
       {1, topology::kMaxElements},
       true},
      {"n",
       [](BareGemm& g) -> Field { return &g.n; },
       "columns of the weights",
       {1, topology::kMaxElements},
       true},
      {"weight_density", [](BareGemm& g) -> Field { return &g.weight_density; }, "share of non-zero weights"},
      {"activation_density", [](BareGemm& g) -> Field { return &g.activation_density; },
       "share of non-zero activations"},
  };
  return keys;
}

const std::vector<MapKey>& map_keys() {
  static const std::vector<MapKey> keys{
      {"extends", "file", "a scenario that this one changes; also in a SoC and in a technology"},
      {"soc", "file or map", "the hardware (required)"},
      {"soc.engines.matrix", "map", "the SoC has this engine where the key is there; {} for all defaults"},
      {"soc.engines.vector", "map", "as above"},
      {"soc.engines.sort", "map", "as above"},
      {"workload", "map", "what runs (required): exactly one of network, graph and gemm"},
      {"workload.gemm", "list of maps",
       "bare GEMMs, activations[m, k] x weights[k, n]: {m, k, n}, and if wanted name, weight_density, "
       "activation_density (0 to 1)"},
      {"workload.quantise.calibration", "map",
       "exactly one of dataset, files and random; the run's inputs where it is left out"},
      {"inputs", "map", "exactly one of dataset, files and random; random where it is left out"},
      {"technology", "file or map", "energy per action; without it nothing is costed"},
  };
  return keys;
}

const std::vector<LaterKey>& later_keys() {
  static const std::vector<LaterKey> keys{
      {"soc.engines.eie", "this version of Systole has no EIE engine; take the key out"},
      {"soc.engines.feie", "this version of Systole has no FEIE engine; take the key out"},
  };
  return keys;
}

const std::vector<Alternative>& alternatives() {
  static const std::vector<Alternative> table{
      {"workload.network", {"graph", "gemm"}},
      {"workload.graph", {"network", "gemm"}},
      {"workload.gemm", {"network", "graph"}},
      {"inputs.dataset", {"files", "random"}},
      {"inputs.files", {"dataset", "random"}},
      {"inputs.random", {"dataset", "files"}},
      {"soc.dram.part", {"bandwidth", "latency"}},
      {"workload.quantise.calibration.dataset", {"files", "random"}},
      {"workload.quantise.calibration.files", {"dataset", "random"}},
      {"workload.quantise.calibration.random", {"dataset", "files"}},
  };
  return table;
}

}  // namespace systole::app
