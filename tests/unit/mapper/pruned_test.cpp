// Weights that are left out: tables of k, N:M groups and both, cut and whole, run by the definition of
// sgb_matrix.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/compress/prune.h"
#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

using test::Network;

ir::ConvAttributes window(std::int64_t kernel, std::int64_t stride = 1) {
  ir::ConvAttributes a;
  a.window.kernel = {kernel, kernel};
  a.window.stride = {stride, stride};
  a.window.pad_begin = a.window.pad_end = {kernel / 2, kernel / 2};
  return a;
}

/// Two convolutions and a residual path of 16 and 24 channels.
ir::Graph network(DType type) {
  Network net;
  const ir::TensorId x = net.input(type, {1, 16, 9, 8});
  const auto conv = [&](ir::TensorId from, std::int64_t channels, const ir::ConvAttributes& attributes) {
    return type == DType::kInt8 ? net.qconv(from, channels, attributes)
                                : net.conv(from, channels, attributes);
  };
  net.output(conv(net.relu(conv(x, 24, window(3, 2))), 16, window(1)));
  return net.graph();
}

struct Forms {
  int tables = 0;
  int groups = 0;
};
Forms forms_of(const Program& program) {
  Forms forms;
  for (const sgb_descriptor& d : program.exec) {
    if (d.opcode != SGB_OP_MATRIX) continue;
    forms.tables += d.u.matrix.k_table != 0 ? 1 : 0;
    forms.groups += d.u.matrix.sparse_m != 0 ? 1 : 0;
  }
  return forms;
}

TEST(PrunedWeights, GiveTheReferencesResults) {
  const compress::PruneOptions prunings[] = {{.columns = 0.4},
                                             {.structured_n = 2, .structured_m = 4},
                                             {.columns = 0.4, .structured_n = 2, .structured_m = 4}};
  for (const DType type : {DType::kInt8, DType::kFloat32}) {
    for (const compress::PruneOptions& pruning : prunings) {
      ir::Graph graph = network(type);
      ASSERT_EQ(compress::prune(graph, pruning).size(), 2U);
      for (const std::uint64_t kib : {16U, 6U}) {
        SCOPED_TRACE(std::string(name_of(type)) + " columns " + std::to_string(pruning.columns) + ", m " +
                     std::to_string(pruning.structured_m) + ", KiB " + std::to_string(kib));
        mapper::Capability c = test::capability(type, kib * 1024);
        c.sparse_n = 2;
        c.sparse_m = 4;
        for (const auto weights : {mapper::WeightPolicy::kAuto, mapper::WeightPolicy::kStreamed}) {
          mapper::MapOptions options{weights};
          options.skip_zeros = true;
          test::expect_right(graph, c, options, 1);
          const Forms forms = forms_of(test::map_or_fail(graph, c, options));
          EXPECT_EQ(forms.tables > 0, pruning.columns < 1);
        }
      }
    }
  }
}

TEST(PrunedWeights, AreLookedForOnRequestOnly) {
  ir::Graph graph = network(DType::kFloat32);
  compress::prune(graph, {.columns = 0.4});
  const Forms forms = forms_of(test::map_or_fail(graph, test::capability(DType::kFloat32)));
  EXPECT_EQ(forms.tables, 0);
}

// K = 144 and 24 for the two layers: ceil(0.4 K) = 58 and 10 rows, 24 and 16 columns of floats.
TEST(PrunedWeights, TakeTheBytesThatTheyHave) {
  ir::Graph graph = network(DType::kFloat32);
  const mapper::Capability c = test::capability(DType::kFloat32, 64 * 1024);
  mapper::MapReport dense;
  test::map_or_fail(graph, c, {}, &dense);
  compress::prune(graph, {.columns = 0.4});
  mapper::MapReport pruned;
  test::map_or_fail(graph, c, {.skip_zeros = true}, &pruned);
  EXPECT_EQ(dense.compulsory_dram_bytes - pruned.compulsory_dram_bytes,
            4U * ((144 - 58) * 24 + (24 - 10) * 16) - 4U * (58 + 10));
}

}  // namespace
}  // namespace systole
