#include "app/utilization/usage_text.h"

#include <array>
#include <cstdio>

#include "app/terminal/text.h"

namespace systole::app {
namespace {

using analytic::Usage;

constexpr std::array<const char*, 5> kCauses{"edge", "fill_drain", "stationary_load", "operand_starvation",
                                             "accumulator_conflicts"};

std::array<std::uint64_t, 5> by_cause(const Losses& losses) {
  return {losses.edge, losses.fill_drain, losses.stationary, losses.starvation, losses.accumulator};
}

/// Six decimals: enough to tell any two arrays apart, the same on every machine.
std::string share_text(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6f", share);
  return text.data();
}

double share_of(const timing::ArrayShape& array, std::uint64_t pe_cycles, const Usage& usage) {
  return static_cast<double>(pe_cycles) /
         (static_cast<double>(timing::pes_of(array)) * static_cast<double>(usage.cycles));
}

/// A cell of a CSV file: quoted where it must be.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? "\"\"" : std::string(1, c));
  return quoted + "\"";
}

/// macs, cycles, utilization, the losses.
std::string figures(const timing::ArrayShape& array, const Usage& usage) {
  std::string text = std::to_string(usage.macs) + "," + std::to_string(usage.cycles) + "," +
                     share_text(analytic::utilization(array, usage));
  for (const std::uint64_t loss : by_cause(usage.losses))
    text += "," + share_text(share_of(array, loss, usage));
  return text;
}

std::string size_text(const timing::ArrayShape& array) {
  return std::to_string(array.rows) + "," + std::to_string(array.cols);
}

/// Cells of a table: what share of the processing elements' cycles went where.
std::vector<std::string> shares(const timing::ArrayShape& array, const Usage& usage) {
  std::vector<std::string> cells{percent(analytic::utilization(array, usage))};
  for (const std::uint64_t loss : by_cause(usage.losses)) {
    cells.push_back(loss == 0 ? "-" : percent(share_of(array, loss, usage)));
  }
  return cells;
}

std::string one_size(const UsageStudy& study, const UsageOfSize& size, bool layers, bool colour) {
  std::vector<Table::Column> columns{{"layer", Table::Align::kLeft}};
  if (layers) {
    for (const char* title : {"m", "n", "k", "groups"}) columns.push_back({title});
  }
  for (const char* title : {"cycles", "utilisation", "edge", "fill, drain", "load", "starved", "conflicts"}) {
    columns.push_back({title});
  }
  Table table(std::move(columns));
  const auto add = [&](std::vector<std::string> cells, const Usage& usage) {
    cells.push_back(grouped(usage.cycles));
    for (std::string& share : shares(size.array.shape, usage)) cells.push_back(std::move(share));
    table.add(std::move(cells));
  };
  for (std::size_t i = 0; layers && i < size.layers.size(); ++i) {
    const ir::MatrixProduct& product = study.products[i];
    std::string groups = std::to_string(product.groups);
    if (size.layers[i].joined > 1) groups += " by " + std::to_string(size.layers[i].joined);
    add({product.name, std::to_string(product.m), std::to_string(product.n), std::to_string(product.k),
         std::move(groups)},
        size.layers[i]);
  }
  add(layers ? std::vector<std::string>{"network", "", "", "", ""} : std::vector<std::string>{"network"},
      size.network);
  return table.text(colour);
}

/// Heights down, widths across. The sizes are a full grid.
std::string map_of_sizes(const UsageStudy& study, bool colour) {
  std::vector<Table::Column> columns{{"rows \\ columns"}};
  const std::uint32_t first_row = study.sizes.front().array.shape.rows;
  for (const UsageOfSize& size : study.sizes) {
    if (size.array.shape.rows != first_row) break;
    columns.push_back({std::to_string(size.array.shape.cols)});
  }
  const std::size_t width = columns.size() - 1;
  Table table(std::move(columns));
  for (std::size_t at = 0; at < study.sizes.size(); at += width) {
    std::vector<std::string> cells{std::to_string(study.sizes[at].array.shape.rows)};
    for (std::size_t i = at; i < at + width; ++i) {
      const UsageOfSize& size = study.sizes[i];
      cells.push_back(percent(analytic::utilization(size.array.shape, size.network)));
    }
    table.add(std::move(cells));
  }
  return table.text(colour);
}

std::string heading(const UsageStudy& study) {
  std::string text = study.network + ": " + grouped(study.sizes.front().network.macs) + " MACs in " +
                     std::to_string(study.products.size()) +
                     (study.products.size() == 1 ? " product" : " products") + "; " + study.array + "\n";
  const timing::ArrayShape& array = study.sizes.front().array.shape;
  if (study.sizes.size() > 1) return text;
  text += std::to_string(array.rows) + " x " + std::to_string(array.cols);
  if (study.clock.count() != 0) {
    const double peak = analytic::peak_operations(array, study.clock);
    const double used = peak * analytic::utilization(array, study.sizes.front().network);
    text += " at " + to_text(study.clock) + ": peak " + with_prefix(peak, "op/s") + ", of which " +
            with_prefix(used, "op/s");
  }
  return text + "\n";
}

}  // namespace

std::string usage_csv(const UsageStudy& study, bool layers) {
  std::string text = "network,rows,cols,";
  text += layers ? "layer,op,m,n,k,groups,joined," : "layer_mean,";
  text += "macs,cycles,utilization";
  for (const char* cause : kCauses) text.append(",").append(cause);
  text += "\n";
  for (const UsageOfSize& size : study.sizes) {
    const std::string begin = cell(study.network) + "," + size_text(size.array.shape) + ",";
    if (!layers) {
      text +=
          begin + share_text(size.network.layer_mean) + "," + figures(size.array.shape, size.network) + "\n";
      continue;
    }
    for (std::size_t i = 0; i < size.layers.size(); ++i) {
      const ir::MatrixProduct& product = study.products[i];
      text += begin + cell(product.name) + "," + product.op;
      for (const std::int64_t value : {product.m, product.n, product.k, product.groups}) {
        text += "," + std::to_string(value);
      }
      text += "," + std::to_string(size.layers[i].joined) + "," + figures(size.array.shape, size.layers[i]) +
              "\n";
    }
  }
  return text;
}

std::string usage_table(const UsageStudy& study, bool layers, bool colour) {
  std::string text = heading(study) + "\n";
  if (study.sizes.size() > 1 && !layers) return text + map_of_sizes(study, colour);
  for (std::size_t i = 0; i < study.sizes.size(); ++i) {
    const UsageOfSize& size = study.sizes[i];
    if (study.sizes.size() > 1) {
      text += (i == 0 ? "" : "\n") + std::to_string(size.array.shape.rows) + " x " +
              std::to_string(size.array.shape.cols) + "\n";
    }
    text += one_size(study, size, layers, colour);
  }
  return text;
}

}  // namespace systole::app
