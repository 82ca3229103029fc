// A run of two layers with round numbers, as the simulator could have left it.
#pragma once

#include "app/results/record.h"

namespace systole::app {

// Clock 1 GHz, one 4 x 4 array, two inferences, 200 cycles. conv (node 0, matrix) has two commands per
// inference, pool (node 1, sort) one; relu (node 2) is fused into conv.
inline RunRecord example_record() {
  RunRecord record;
  record.scenario.name = "example";
  record.scenario.soc.name = "tiny";
  record.scenario.soc.clock = Hertz(1'000'000'000);
  record.scenario.soc.matrix.rows = 4;
  record.scenario.soc.matrix.cols = 4;
  record.scenario.soc.matrix.count = 1;
  record.scenario.workload.network.shown = "networks/example.onnx";
  record.scenario.inputs.kind = InputKind::kDataset;
  record.scenario.technology.name = "exact";
  record.config_hash = "0123456789abcdef";
  record.inferences = 2;
  record.nodes = {{"conv", "QLinearConv", 400, SGB_NO_NODE},
                  {"pool, \"max\"", "MaxPool", 0, SGB_NO_NODE},
                  {"relu", "Relu", 0, 0}};
  record.compulsory_dram_bytes = 64;
  soc::RunResult& result = record.result;
  result.cycles = 200;
  result.instructions = 50;
  result.ledger = Ledger(3);
  Ledger& ledger = result.ledger;
  ledger.add(ledger.action("dram.read", "byte"), 0, Stream::kWeights, 48);
  ledger.add(ledger.action("dram.write", "byte"), 1, Stream::kOutput, 16);
  ledger.add(ledger.action("sram.read", "byte"), 0, Stream::kInput, 100);
  ledger.add(ledger.action("sram.write", "byte"), 1, Stream::kOutput, 20);
  ledger.add(ledger.action("matrix.mac.int8", "mac"), 0, Stream::kInput, 800);
  ledger.add(ledger.action("host.instruction", "instruction"), kNoNode, Stream::kCode, 50);
  SpanLog& spans = result.spans;
  const auto dma = spans.resource("dma");
  const auto matrix = spans.resource("matrix");
  const auto sort = spans.resource("sort");
  // resource, node, descriptor, start, end, compute, macs. Per inference: the second conv command waits 10
  // cycles for its operands (10 + 5 of its own and 5 of the first command's are stall), the pool computes 8
  // of its 10.
  for (const std::uint64_t base : {0U, 100U}) {
    spans.add({dma, 0, 0, base + 0, base + 20, 0, 0});
    spans.add({matrix, 0, 1, base + 10, base + 35, 20, 200});
    spans.add({matrix, 0, 2, base + 45, base + 70, 20, 200});
    spans.add({sort, 1, 3, base + 70, base + 80, 8, 0});
  }
  record.account =
      energy::Account{3.0, {{"dram", 2.0}, {"sram", 1.0}}, {2.5, 0.5, 0.0}, 0.0, {"host.instruction"}};
  record.layers = layer_rows({record.nodes, ledger, spans, &*record.account, record.inferences, 16});
  record.accuracy = Accuracy{1, 2};
  record.quantisation = QuantisationRecord{2, 1, 3, 32, Accuracy{2, 2}, 40.25};
  record.host = {0.5, 1024};
  return record;
}

}  // namespace systole::app
