#include "hw/soc/system.h"

#include <utility>

#include "hw/abi/memory_map.h"
#include "hw/base/assert.h"
#include "hw/blocks/engine/matrix/factory.h"
#include "hw/blocks/engine/sort/factory.h"
#include "hw/blocks/engine/vector/factory.h"
#include "hw/config/engine_counts.h"
#include "hw/timing/dram_simple.h"

namespace systole::soc {
namespace {

// Order of the bus's downstream ports.
enum Target : unsigned { kUart, kIntc, kTimer, kPower, kController, kSram, kHostRam, kDram };

std::vector<Region> regions_of(const SocConfig& config) {
  return {
      {"uart", SYS_UART_BASE, SYS_UART_SIZE},
      {"intc", SYS_INTC_BASE, SYS_INTC_SIZE},
      {"timer", SYS_TIMER_BASE, SYS_TIMER_SIZE},
      {"power", SYS_POWER_BASE, SYS_POWER_SIZE},
      {"controller", SYS_CONTROLLER_BASE, SYS_CONTROLLER_SIZE},
      {"sram", SYS_SRAM_BASE, config.sram.size.count(), true},
      {"host_ram", SYS_HOST_RAM_BASE, SYS_HOST_RAM_SIZE},
      {"dram", SYS_DRAM_BASE, config.dram.size.count()},
  };
}

// Initiator ids are upstream port numbers: the host, the controller, then the engines by queue.
constexpr std::uint16_t kHostId = 0;
constexpr std::uint16_t kControllerId = 1;
constexpr std::uint16_t kFirstEngineId = 2;

/// index: among the engines of its kind.
std::unique_ptr<engine::JobFactory> factory_of(EngineKind kind, unsigned index, const SocConfig& config) {
  switch (kind) {
    case EngineKind::kMatrix:
      return std::make_unique<engine::MatrixFactory>(
          config.matrix,
          SYS_SRAM_BASE + config.sram.size.count() - (index + 1) * config.matrix.spill.count());
    case EngineKind::kVector:
      return std::make_unique<engine::VectorFactory>(config.vector);
    case EngineKind::kSort:
      return std::make_unique<engine::SortFactory>(config.sort);
    case EngineKind::kDma:
      break;
  }
  return nullptr;
}

}  // namespace

System::System(const sc_core::sc_module_name& name, const Load& load, Ledger& ledger, SpanLog& spans)
    : sc_module(name),
      load_(load),
      clock_(load.request.config.clock),
      queues_(queues_of(engine_counts(load.request.config))),
      host_ram_("host_ram", Bytes(SYS_HOST_RAM_SIZE), clock_.period()),
      sram_("sram", clock_, load.request.config.sram, load.request.config.bus.width, ledger),
      dram_("dram", clock_, load.request.config.dram.size,
            std::make_unique<timing::SimpleDram>(load.request.config.dram.latency,
                                                 load.request.config.dram.bandwidth,
                                                 load.request.config.dram.channels),
            ledger),
      host_("host", load.request.config.host, kHostId, ledger),
      uart_("uart", clock_.period(), load.request.console),
      timer_("timer", clock_, clock_.period(), host_.timer_interrupt),
      power_("power", clock_.period()),
      intc_("intc", clock_.period(), host_.external_interrupt),
      controller_("controller", clock_, load.request.config.controller, queues_, kControllerId, ledger),
      bus_("bus", clock_, load.request.config.bus, regions_of(load.request.config),
           static_cast<unsigned>(kFirstEngineId + queues_.size())),
      check_protocol_(load.request.check_protocol) {
  host_.set_entry(load.firmware.entry);
  host_.port.socket.bind(bus_.upstream(next_upstream_++));
  connect(controller_.memory_socket());
  build_engines(load.request, ledger, spans);
  bind_devices();
}

void System::build_engines(const RunRequest& request, Ledger& ledger, SpanLog& spans) {
  const auto counts = engine_counts(request.config);
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    const Queue& queue = queues_[i];
    const std::string resource = name_of(queue, counts[static_cast<std::size_t>(queue.kind)]);
    const auto id = static_cast<std::uint16_t>(kFirstEngineId + i);
    if (queue.kind == EngineKind::kDma) {
      auto& dma = *dmas_.emplace_back(std::make_unique<Dma>(resource.c_str(), clock_, request.config.dma,
                                                            resource, id, request.functional, ledger, spans));
      connect(dma.memory.socket);
      connect_engine(i, dma.endpoint.command_socket(), dma.endpoint.completion_socket());
    } else {
      EngineParameters parameters;
      parameters.kind = queue.kind;
      parameters.resource = resource;
      parameters.initiator_id = id;
      parameters.functional = request.functional;
      auto& engine = *engines_.emplace_back(std::make_unique<EngineShell>(
          resource.c_str(), clock_, factory_of(queue.kind, queue.instance, request.config), ledger, spans,
          parameters));
      if (!check_protocol_) {
        const Router::Channels link = bus_.channels(next_upstream_);
        engine.use_lane(sram_.lane(link.read, link.write, link.latency, SYS_SRAM_BASE));
      }
      connect(engine.memory_socket());
      connect_engine(i, engine.command_socket(), engine.completion_socket());
    }
  }
}

void System::connect_engine(std::size_t queue, tl::TargetSocket& commands, tl::InitiatorSocket& completions) {
  controller_.command_socket(queue).bind(commands);
  completions.bind(controller_.completion_socket(queue));
}

void System::connect(tl::InitiatorSocket& initiator) {
  tl::TargetSocket& upstream = bus_.upstream(next_upstream_++);
  if (!check_protocol_) {
    initiator.bind(upstream);
    return;
  }
  const std::string checker_name = "checker" + std::to_string(checkers_.size());
  auto& checker = *checkers_.emplace_back(std::make_unique<tl::ProtocolChecker>(checker_name.c_str()));
  initiator.bind(checker.target_socket);
  checker.initiator_socket.bind(upstream);
}

void System::bind_devices() {
  bus_.downstream(kUart).bind(uart_.socket());
  bus_.downstream(kIntc).bind(intc_.socket());
  bus_.downstream(kTimer).bind(timer_.socket());
  bus_.downstream(kPower).bind(power_.socket());
  bus_.downstream(kController).bind(controller_.register_socket());
  bus_.downstream(kSram).bind(sram_.port.socket);
  bus_.downstream(kHostRam).bind(host_ram_.port.socket);
  bus_.downstream(kDram).bind(dram_.port.socket);
  intc_.connect(SYS_IRQ_CONTROLLER, controller_.irq());
}

void System::start_of_simulation() {
  for (const host::ElfSegment& segment : load_.firmware.segments) {
    write_memory(segment.address, segment.bytes);  // the rest of the segment is 0 already
  }
  const MemoryLayout& layout = load_.layout;
  write_memory(SYS_DRAM_BASE, std::as_bytes(std::span(&layout.run_block, 1)));
  write_memory(layout.graph, load_.request.graph_image);
  write_memory(layout.graph + load_.request.graph_image.size(), load_.request.static_data);
  for (std::size_t i = 0; i < load_.request.inputs.size(); ++i) {
    const TensorPlace& place = layout.inputs[i];
    for (std::uint64_t n = 0; n < load_.request.inferences && !load_.request.inputs[i].empty(); ++n) {
      write_memory(place.base + n * place.stride,
                   load_.request.inputs[i].subspan(n * place.bytes, place.bytes));
    }
  }
}

void System::write_memory(std::uint64_t address, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  SYSTOLE_ASSERT(host_.port.debug_write(address, bytes), "memory that was laid out cannot be written");
}

bool System::read_memory(std::uint64_t address, std::span<std::byte> bytes) {
  return bytes.empty() || host_.port.debug_read(address, bytes);
}

}  // namespace systole::soc
