#include "models/analytic/utilization.h"

#include "hw/base/assert.h"

namespace systole::analytic {
namespace {

std::uint64_t positive(std::int64_t value) {
  SYSTOLE_ASSERT(value > 0, "an empty product");
  return static_cast<std::uint64_t>(value);
}

void add(Usage& sum, const Usage& usage, std::uint64_t times) {
  sum.cycles += usage.cycles * times;
  sum.macs += usage.macs * times;
  sum.useful += usage.useful * times;
  sum.losses.edge += usage.losses.edge * times;
  sum.losses.fill_drain += usage.losses.fill_drain * times;
  sum.losses.stationary += usage.losses.stationary * times;
  sum.losses.starvation += usage.losses.starvation * times;
  sum.losses.accumulator += usage.losses.accumulator * times;
}

/// The groups of a product, `joined` to a command.
ProductUsage grouped(const timing::ArrayShape& array, const ir::MatrixProduct& product,
                     std::uint64_t joined) {
  const std::uint64_t m = positive(product.m);
  const std::uint64_t n = positive(product.n) * joined;
  const std::uint64_t k = positive(product.k) * joined;
  // One command, on an array that is empty before and after.
  const timing::GemmTime time = timing::gemm_time(array, {m, n, k});
  const std::uint64_t gaps = time.useful - time.useful / joined;  // outside the diagonal
  Usage one{time.cycles, m * n * k / joined, time.useful - gaps, time.losses};
  one.losses.edge += gaps;
  ProductUsage usage;
  usage.joined = joined;
  add(usage, one, positive(product.groups) / joined);
  return usage;
}

}  // namespace

double utilization(const timing::ArrayShape& array, const Usage& usage) {
  return static_cast<double>(usage.useful) /
         (static_cast<double>(timing::pes_of(array)) * static_cast<double>(usage.cycles));
}

double peak_operations(const timing::ArrayShape& array, Hertz clock) {
  const double macs = static_cast<double>(timing::pes_of(array)) * array.k_per_row / array.passes;
  return 2 * macs * static_cast<double>(clock.count());
}

ProductUsage usage_of(const ArrayModel& array, const ir::MatrixProduct& product) {
  ProductUsage best = grouped(array.shape, product, 1);
  if (!array.join_groups || !product.joinable) return best;
  const std::uint64_t groups = positive(product.groups);
  for (std::uint64_t joined = 2; joined <= groups; ++joined) {
    if (groups % joined != 0) continue;
    ProductUsage usage = grouped(array.shape, product, joined);
    if (usage.cycles < best.cycles) best = usage;
  }
  return best;
}

NetworkUsage usage_of(const ArrayModel& array, std::span<const ir::MatrixProduct> products) {
  SYSTOLE_ASSERT(!products.empty(), "a network without products");
  NetworkUsage sum;
  for (const ir::MatrixProduct& product : products) {
    const ProductUsage usage = usage_of(array, product);
    add(sum, usage, 1);
    sum.layer_mean += utilization(array.shape, usage);
  }
  sum.layer_mean /= static_cast<double>(products.size());
  return sum;
}

}  // namespace systole::analytic
