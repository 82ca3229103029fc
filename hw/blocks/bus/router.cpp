#include "hw/blocks/bus/router.h"

#include <algorithm>
#include <utility>

#include "hw/base/assert.h"
#include "hw/tlm/path_time.h"

namespace systole {
namespace {

/// Sends a burst's beats through a channel.
timing::Path cross(timing::BankedPort& channel, const timing::Path& path, timing::Ticks latency,
                   std::uint64_t address, std::uint64_t bytes) {
  const timing::Beats beats = channel.reserve(path.head, address, bytes);
  return path.through(
      {.latency = latency, .service = beats.end - beats.first, .wait = beats.first - path.head});
}

timing::Path later(const timing::Path& path, timing::Ticks latency) {
  return {path.head + latency, path.tail + latency};
}

}  // namespace

/// The bus's end of an initiator's link.
struct Router::Upstream : tlm::tlm_fw_transport_if<> {
  Upstream(const std::string& name, Router& owner, Link own)
      : socket(name.c_str()), router(owner), link(std::move(own)) {
    socket.bind(static_cast<tlm::tlm_fw_transport_if<>&>(*this));
  }
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override {
    router.transport(*this, payload, delay);
  }
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& /*payload*/, tlm::tlm_phase& /*phase*/,
                                     sc_core::sc_time& /*delay*/) override {
    SYSTOLE_ASSERT(false, "non-blocking call on a blocking bus");
    return tlm::TLM_COMPLETED;
  }
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& grant) override {
    return router.direct(payload, grant);
  }
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) override { return router.debug(payload); }

  tl::TargetSocket socket;
  Router& router;
  Link link;
};

/// The bus's end of a target's link.
struct Router::Downstream : tlm::tlm_bw_transport_if<> {
  Downstream(Router& owner, Region its_region, Link own)
      : region(std::move(its_region)), socket(region.name.c_str()), router(owner), link(std::move(own)) {
    socket.bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
  }
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& /*payload*/, tlm::tlm_phase& /*phase*/,
                                     sc_core::sc_time& /*delay*/) override {
    SYSTOLE_ASSERT(false, "non-blocking call on a blocking bus");
    return tlm::TLM_COMPLETED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) override {
    router.invalidate(*this, start, end);
  }

  /// Sends a burst's beats over this link.
  timing::Path pass(timing::BankedPort& channel, const timing::Path& path, timing::Ticks latency,
                    std::uint64_t offset, std::uint64_t bytes) const {
    return region.banked ? later(path, latency) : cross(channel, path, latency, offset, bytes);
  }

  Region region;
  tl::InitiatorSocket socket;
  Router& router;
  Link link;
};

Router::Router(const sc_core::sc_module_name& name, const tl::Clock& clock, const BusConfig& config,
               std::vector<Region> regions, unsigned initiators)
    : sc_module(name),
      clock_(clock),
      width_(static_cast<std::uint32_t>(config.width.count())),
      latency_(config.latency) {
  for (unsigned i = 0; i < initiators; ++i) {
    upstream_.push_back(std::make_unique<Upstream>("upstream" + std::to_string(i), *this, make_link()));
  }
  for (Region& region : regions) {
    SYSTOLE_ASSERT(region.size > 0, region.name + ": a region of no bytes");
    for (const auto& other : downstream_) {
      const bool apart = region.base >= other->region.base
                             ? region.base - other->region.base >= other->region.size
                             : other->region.base - region.base >= region.size;
      SYSTOLE_ASSERT(apart, region.name + " overlaps " + other->region.name);
    }
    downstream_.push_back(std::make_unique<Downstream>(*this, std::move(region), make_link()));
  }
}

Router::~Router() = default;

Router::Link Router::make_link() const {
  const timing::BankedPort::Shape channel{.banks = 1, .ports = 1, .width = width_, .beats_per_cycle = 1};
  return {timing::BankedPort(channel), timing::BankedPort(channel)};
}

tl::TargetSocket& Router::upstream(unsigned initiator) { return upstream_.at(initiator)->socket; }
tl::InitiatorSocket& Router::downstream(unsigned region) { return downstream_.at(region)->socket; }

Router::Channels Router::channels(unsigned initiator) {
  Link& link = upstream_.at(initiator)->link;
  return {link.read, link.write, latency_};
}

Router::Downstream* Router::decode(std::uint64_t address, std::uint64_t bytes) const {
  for (const auto& candidate : downstream_) {
    const Region& region = candidate->region;
    const std::uint64_t offset = address - region.base;  // wraps, and is too large, below the base
    if (offset < region.size) return bytes <= region.size - offset ? candidate.get() : nullptr;
  }
  return nullptr;
}

void Router::transport(Upstream& from, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  tl::TxMeta foreign;
  tl::TxMeta* const own = tl::meta_of(payload);
  tl::TxMeta& meta = own != nullptr ? *own : foreign;
  if (own == nullptr) meta.head = meta.tail = delay;
  timing::Path path = tl::path_of(meta, clock_);

  const std::uint64_t address = payload.get_address();
  const std::uint64_t bytes = payload.get_data_length();
  Downstream* const to = bytes == 0 ? nullptr : decode(address, bytes);
  if (to == nullptr) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    tl::set_path(meta, later(path, 2 * latency_), clock_);
    delay = meta.tail;
    return;
  }
  const bool write = tl::is_write(payload);
  const std::uint64_t offset = address - to->region.base;
  if (write) {
    path = cross(from.link.write, path, 0, offset, bytes);
    path = to->pass(to->link.write, path, latency_, offset, bytes);
  } else {
    path = later(path, latency_);
  }
  tl::set_path(meta, path, clock_);
  delay = meta.head;

  payload.set_address(offset);
  to->socket->b_transport(payload, delay);
  payload.set_address(address);

  if (own == nullptr) meta.head = meta.tail = delay;
  path = tl::path_of(meta, clock_);
  if (write || payload.is_response_error()) {
    path = later(path, latency_);
  } else {
    path = to->pass(to->link.read, path, latency_, offset, bytes);
    path = cross(from.link.read, path, 0, offset, bytes);
  }
  tl::set_path(meta, path, clock_);
  delay = meta.tail;
}

unsigned Router::debug(tlm::tlm_generic_payload& payload) const {
  const std::uint64_t address = payload.get_address();
  Downstream* const to = decode(address, payload.get_data_length());
  if (to == nullptr) return 0;
  payload.set_address(address - to->region.base);
  const unsigned done = to->socket->transport_dbg(payload);
  payload.set_address(address);
  return done;
}

bool Router::direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& grant) const {
  const std::uint64_t address = payload.get_address();
  Downstream* const to = decode(address, 1);
  if (to == nullptr) return false;
  payload.set_address(address - to->region.base);
  const bool granted = to->socket->get_direct_mem_ptr(payload, grant);
  payload.set_address(address);
  if (!granted) return false;
  // A target may be larger than its window on the bus: what lies outside is not granted.
  const std::uint64_t last = std::min<std::uint64_t>(grant.get_end_address(), to->region.size - 1);
  grant.set_start_address(to->region.base + grant.get_start_address());
  grant.set_end_address(to->region.base + last);
  return true;
}

void Router::invalidate(const Downstream& from, std::uint64_t start, std::uint64_t end) {
  for (const auto& initiator : upstream_) {
    initiator->socket->invalidate_direct_mem_ptr(from.region.base + start, from.region.base + end);
  }
}

}  // namespace systole
