// From descriptors and relocations to tasks.
#include <map>

#include "models/mapper/tiling/estimate.h"

namespace systole::mapper {

Estimate estimate_graph(const Program& program, std::uint32_t graph, const Capability& capability) {
  const std::vector<sgb_descriptor>& descriptors = graph == SGB_GRAPH_INIT ? program.init : program.exec;
  constexpr std::uint32_t kSource = offsetof(sgb_descriptor, u) + offsetof(sgb_dma, src);
  std::vector<bool> src(descriptors.size()), dst(descriptors.size());
  for (const sgb_relocation& r : program.relocations) {
    if (r.graph == graph) (r.field == kSource ? src : dst)[r.descriptor] = true;
  }
  const std::vector<Queue> queues = queues_of(capability.engines);
  std::vector<std::vector<std::uint32_t>> of_queue(queues.size());  // by queue: its tasks in order
  std::map<std::vector<std::uint8_t>, CommandTime> known;           // commands of one shape come often
  std::vector<Task> tasks(descriptors.size());
  for (std::uint32_t i = 0; i < descriptors.size(); ++i) {
    const sgb_descriptor& d = descriptors[i];
    Task& task = tasks[i];
    task.queue = d.queue;
    task.is_nop = d.opcode == SGB_OP_NOP;
    for (unsigned w = 0; w < d.wait_count; ++w) {
      const std::vector<std::uint32_t>& list = of_queue[d.wait[w].semaphore];
      if (d.wait[w].value > 0 && d.wait[w].value <= list.size())
        task.after.push_back(list[d.wait[w].value - 1]);
    }
    of_queue[d.queue].push_back(i);
    if (d.opcode == SGB_OP_DMA) {
      task.transfer = transfer_time(d.u.dma, src[i], dst[i], capability);
    } else if (!task.is_nop) {
      // Addresses do not matter, but whether there is one does.
      sgb_descriptor key = d;
      if (d.opcode == SGB_OP_MATRIX) {
        sgb_matrix& m = key.u.matrix;
        m.a = m.b = m.out = 0;
        for (std::uint64_t* field : {&m.bias, &m.scale, &m.b_zero_table, &m.k_table})
          *field = *field != 0 ? 1 : 0;
      } else if (d.opcode == SGB_OP_VECTOR) {
        key.u.vector.a = key.u.vector.table = key.u.vector.out = 0;
        key.u.vector.b = d.u.vector.b != 0 ? 1 : 0;
      } else {
        key.u.sort.in = key.u.sort.out = key.u.sort.out2 = 0;
      }
      std::vector<std::uint8_t> bytes(key.u.bytes, key.u.bytes + sizeof key.u.bytes);
      bytes.push_back(static_cast<std::uint8_t>(d.opcode));
      const auto [at, fresh] = known.try_emplace(std::move(bytes));
      if (fresh) at->second = command_time(key, capability);
      task.command = at->second;
    }
  }
  return replay(tasks, capability);
}

}  // namespace systole::mapper
