#include "tests/support/abstract_machine/machine.h"

#include <algorithm>
#include <deque>

namespace systole::test {

Machine::Machine(const Program& program, std::uint64_t sram_base, std::uint64_t sram_bytes,
                 std::uint32_t queue_depth)
    : program_(program), depth_(queue_depth), accumulators_(program.queue_count) {
  memory_.add_region(sram_base, sram_bytes);
  std::uint64_t next = 0x8000'0000;
  for (const ProgramSymbol& symbol : program_.symbols) {
    bases_.push_back(next);
    memory_.add_region(next, symbol.bytes);
    if (symbol.kind == SGB_SYMBOL_DATA && symbol.bytes > 0) {
      std::memcpy(memory_.at(next, symbol.bytes), program_.data.data(), symbol.bytes);
    }
    next += (symbol.bytes + 4096) / 4096 * 4096 + 4096;  // with a gap: no access may run into the next
  }
  link(program_.init, SGB_GRAPH_INIT);
  link(program_.exec, SGB_GRAPH_EXEC);
}

void Machine::link(std::vector<sgb_descriptor>& graph, std::uint32_t number) {
  for (const sgb_relocation& r : program_.relocations) {
    if (r.graph != number) continue;
    const std::uint64_t value = symbol_base(r.symbol) + r.addend;
    std::memcpy(reinterpret_cast<std::byte*>(&graph[r.descriptor]) + r.field, &value, sizeof value);
  }
}

void Machine::initialise(std::optional<std::uint32_t> seed) { run(program_.init, seed); }

std::vector<std::vector<std::byte>> Machine::infer(const std::vector<std::vector<std::byte>>& inputs,
                                                   std::optional<std::uint32_t> seed) {
  for (std::size_t s = 0; s < program_.symbols.size(); ++s) {
    const ProgramSymbol& symbol = program_.symbols[s];
    if (symbol.kind != SGB_SYMBOL_INPUT) continue;
    const auto& input = inputs.at(symbol.index);
    if (input.size() != symbol.bytes) throw std::runtime_error("abstract machine: input of wrong size");
    std::memcpy(memory_.at(bases_[s], input.size()), input.data(), input.size());
  }
  run(program_.exec, seed);
  std::vector<std::vector<std::byte>> outputs;
  for (std::size_t s = 0; s < program_.symbols.size(); ++s) {
    const ProgramSymbol& symbol = program_.symbols[s];
    if (symbol.kind != SGB_SYMBOL_OUTPUT) continue;
    const auto* first = reinterpret_cast<const std::byte*>(memory_.at(bases_[s], symbol.bytes));
    outputs.emplace_back(first, first + symbol.bytes);
  }
  return outputs;
}

PendingWrites Machine::start(const sgb_descriptor& descriptor) {
  PendingWrites writes;
  switch (descriptor.opcode) {
    case SGB_OP_NOP:
      break;
    case SGB_OP_DMA:
      run_dma(descriptor.u.dma, memory_, writes);
      break;
    case SGB_OP_MATRIX:
      run_matrix(descriptor.u.matrix, accumulators_.at(descriptor.queue), memory_, writes);
      break;
    case SGB_OP_VECTOR:
      run_vector(descriptor.u.vector, memory_, writes);
      break;
    case SGB_OP_SORT:
      run_sort(descriptor.u.sort, memory_, writes);
      break;
    default:
      throw std::runtime_error("abstract machine: unknown operation");
  }
  return writes;
}

void Machine::run(const std::vector<sgb_descriptor>& graph, std::optional<std::uint32_t> seed) {
  if (!seed) {
    for (const sgb_descriptor& descriptor : graph) start(descriptor).apply(memory_);
    return;
  }
  // Commands read when they start and write when they finish; in between, other queues go on. Every choice
  // (which queue starts, which one finishes) is random.
  std::mt19937 random(*seed);
  std::vector<std::deque<std::size_t>> waiting(program_.queue_count);
  std::vector<std::optional<Running>> running(program_.queue_count);
  std::vector<std::uint32_t> semaphores(65536, 0);
  std::size_t next = 0;
  std::size_t done = 0;
  while (done < graph.size()) {
    while (next < graph.size() && waiting.at(graph[next].queue).size() < depth_) {
      waiting[graph[next].queue].push_back(next);
      ++next;
    }
    std::vector<std::pair<bool, std::size_t>> choices;  // (finish, queue)
    for (std::size_t q = 0; q < waiting.size(); ++q) {
      if (running[q]) {
        choices.emplace_back(true, q);
      } else if (!waiting[q].empty()) {
        const sgb_descriptor& head = graph[waiting[q].front()];
        const bool ready = std::all_of(head.wait, head.wait + head.wait_count,
                                       [&](const sgb_wait& w) { return semaphores[w.semaphore] >= w.value; });
        if (ready) choices.emplace_back(false, q);
      }
    }
    if (choices.empty()) throw std::runtime_error("abstract machine: deadlock");
    const auto [finish, q] = choices[random() % choices.size()];
    if (finish) {
      running[q]->writes.apply(memory_);
      const std::uint16_t semaphore = graph[running[q]->index].signal_semaphore;
      if (semaphore != SGB_NO_SEMAPHORE) ++semaphores[semaphore];
      running[q].reset();
      ++done;
    } else {
      const std::size_t index = waiting[q].front();
      waiting[q].pop_front();
      running[q] = Running{index, start(graph[index])};
    }
  }
}

}  // namespace systole::test
