#include "bench/support/gemms.h"

#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <chrono>
#include <limits>

extern "C" {
int omp_get_max_threads();
void omp_set_num_threads(int count);
}

namespace systole::bench {
namespace {

GemmShape gemm_of(const ir::Graph& network, const ir::Node& node) {
  const auto shape = [&](ir::TensorId id) { return network.tensor(id).value.shape; };
  const ir::Shape out = shape(node.outputs[0]);
  const ir::Shape weights = shape(node.inputs[3]);
  if (node.op == ir::OpKind::kQGemm) return {out[0], out[1], shape(node.inputs[0])[1], 1};
  if (node.op == ir::OpKind::kQLinearMatMul) return {out[0], out[1], weights[0], 1};
  const std::int64_t groups = std::get<ir::ConvAttributes>(node.attributes).groups;
  return {out[0] * out[2] * out[3], out[1] / groups, weights[1] * weights[2] * weights[3], groups};
}

}  // namespace

std::vector<GemmShape> gemms_of(const ir::Graph& network) {
  std::vector<GemmShape> gemms;
  for (ir::NodeIndex i = 0; i < network.node_count(); ++i) {
    const ir::Node& node = network.node(i);
    const bool product = node.op == ir::OpKind::kQLinearConv || node.op == ir::OpKind::kQLinearMatMul ||
                         node.op == ir::OpKind::kQGemm;
    if (product) gemms.push_back(gemm_of(network, node));
  }
  return gemms;
}

double onednn_seconds(const std::vector<GemmShape>& gemms, int threads, int rounds) {
  std::int64_t a_bytes = 0;
  std::int64_t b_bytes = 0;
  std::int64_t c_elements = 0;
  for (const GemmShape& g : gemms) {
    a_bytes = std::max(a_bytes, g.m * g.k);
    b_bytes = std::max(b_bytes, g.k * g.n);
    c_elements = std::max(c_elements, g.m * g.n);
  }
  const std::vector<std::uint8_t> a(static_cast<std::size_t>(a_bytes), 3);
  const std::vector<std::int8_t> b(static_cast<std::size_t>(b_bytes), 5);
  std::vector<std::int32_t> c(static_cast<std::size_t>(c_elements));
  const std::int32_t offset = 0;

  const int before = omp_get_max_threads();
  omp_set_num_threads(threads);
  double best = std::numeric_limits<double>::max();
  for (int round = 0; round <= rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (const GemmShape& g : gemms) {
      for (std::int64_t group = 0; group < g.count; ++group) {
        dnnl_gemm_u8s8s32('N', 'N', 'F', g.m, g.n, g.k, 1.0F, a.data(), g.k, 0, b.data(), g.n, 0, 0.0F,
                          c.data(), g.n, &offset);
      }
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (round > 0) best = std::min(best, seconds);  // the first round compiled the kernels
  }
  omp_set_num_threads(before);
  return best;
}

}  // namespace systole::bench
