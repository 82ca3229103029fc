// The bus: a full crossbar between initiators and the regions of the address map.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <systemc>
#include <tlm>

#include "hw/config/soc_config.h"
#include "hw/timing/banked_port.h"
#include "hw/timing/path.h"
#include "hw/tlm/time.h"
#include "hw/tlm/tx_meta.h"

namespace systole {

/// Where a target stands in the address map.
struct Region {
  std::string name;
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  /// The crossbar reaches every bank of the target on a link of its own (the scratchpad): the target's banks
  /// arbitrate, and no channel is shared in front of them.
  bool banked = false;
};

/// Every initiator and every target has a link of its own (a banked target one for each bank), with separate
/// channels for reads and writes, each `width` bytes per cycle. A request crosses in `latency` cycles and so
/// does its response:
///   write   data: initiator's write channel, target's write channel, + latency; the target; + latency
///   read    request: + latency; the target; data: target's read channel, initiator's read channel, + latency
/// Requests are arbitrated in the order in which they come; a channel serves its beats in that order, and
/// lets a short burst through in cycles that earlier ones leave free.
///
/// Targets get offsets from their region's base. An access that hits no region, or does not lie in one with
/// all its bytes, is answered with TLM_ADDRESS_ERROR_RESPONSE after 2 x latency; no target sees it. Debug and
/// direct access are forwarded in the same way.
class Router : public sc_core::sc_module {
public:
  /// regions: not empty, not overlapping. initiators: how many upstream sockets there are.
  Router(const sc_core::sc_module_name& name, const tl::Clock& clock, const BusConfig& config,
         std::vector<Region> regions, unsigned initiators);
  ~Router() override;

  /// Bind initiator number i to this.
  [[nodiscard]] tl::TargetSocket& upstream(unsigned initiator);
  /// Bind this to the target of regions[i].
  [[nodiscard]] tl::InitiatorSocket& downstream(unsigned region);

  /// The two channels of an initiator's link, for a direct way to a banked target.
  struct Channels {
    timing::BankedPort& read;
    timing::BankedPort& write;
    timing::Ticks latency;  ///< of one crossing
  };
  [[nodiscard]] Channels channels(unsigned initiator);

private:
  struct Upstream;
  struct Downstream;
  struct Link {
    timing::BankedPort read;
    timing::BankedPort write;
  };
  [[nodiscard]] Link make_link() const;

  /// The region that holds all of the access, or null.
  [[nodiscard]] Downstream* decode(std::uint64_t address, std::uint64_t bytes) const;
  void transport(Upstream& from, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(tlm::tlm_generic_payload& payload) const;
  bool direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& grant) const;
  void invalidate(const Downstream& from, std::uint64_t start, std::uint64_t end);

  tl::Clock clock_;
  std::uint32_t width_;
  timing::Ticks latency_;
  std::vector<std::unique_ptr<Upstream>> upstream_;
  std::vector<std::unique_ptr<Downstream>> downstream_;
};

}  // namespace systole
