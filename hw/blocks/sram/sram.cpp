#include "hw/blocks/sram/sram.h"

#include <algorithm>

#include "hw/tlm/path_time.h"

namespace systole {
namespace {

timing::BankedPort::Shape shape_of(const SramConfig& config, Bytes bus_width) {
  const std::uint64_t beats = std::max<std::uint64_t>(bus_width.count() / config.width.count(), 1);
  return {.banks = config.banks,
          .ports = config.ports,
          .width = static_cast<std::uint32_t>(config.width.count()),
          .beats_per_cycle = static_cast<std::uint32_t>(beats)};
}

}  // namespace

Sram::Sram(const sc_core::sc_module_name& name, const tl::Clock& clock, const SramConfig& config,
           Bytes bus_width, Ledger& ledger)
    : sc_module(name),
      port("port", *this),
      clock_(clock),
      latency_(config.latency),
      banks_(shape_of(config, bus_width)),
      memory_(config.size),
      ledger_(ledger),
      read_(ledger.action("sram.read", "byte")),
      write_(ledger.action("sram.write", "byte")) {}

tlm::tlm_response_status Sram::access(const tl::Access& access, sc_core::sc_time& delay) {
  if (!memory_.holds(access.address, access.bytes)) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  timing::Path path = tl::path_of(access.meta, clock_);
  const timing::Beats beats = banks_.reserve(path.head, access.address, access.bytes);
  path = path.through(
      {.latency = latency_, .service = beats.end - beats.first, .wait = beats.first - path.head});
  tl::set_path(access.meta, path, clock_);
  delay = access.meta.tail;
  ledger_.add(access.write ? write_ : read_, access.meta.node, access.meta.stream, access.bytes);
  if (access.data != nullptr) memory_.copy(access.write, access.address, access.data, access.bytes);
  return tlm::TLM_OK_RESPONSE;
}

tl::SramLane Sram::lane(timing::BankedPort& read_channel, timing::BankedPort& write_channel,
                        timing::Ticks bus_latency, std::uint64_t base) {
  return {timing::SramLane(read_channel, write_channel, banks_, {.bus = bus_latency, .sram = latency_}),
          {.base = base, .memory = memory_, .ledger = ledger_, .read = read_, .write = write_}};
}

unsigned Sram::debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) {
  if (!memory_.holds(address, bytes)) return 0;
  memory_.copy(write, address, data, bytes);
  return bytes;
}

}  // namespace systole
