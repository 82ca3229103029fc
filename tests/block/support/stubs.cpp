#include "tests/block/support/stubs.h"

#include <cstring>
#include <utility>

#include "hw/base/assert.h"

namespace systole::test {

tl::Clock clock_1ghz() { return tl::Clock(Hertz(1'000'000'000)); }

sc_core::sc_time cycles(std::uint64_t n) { return clock_1ghz().time(Cycles(n)); }

std::uint64_t in_cycles(const sc_core::sc_time& time) {
  SYSTOLE_ASSERT(clock_1ghz().next_edge(time) == time, "not at a clock edge: " + time.to_string());
  return clock_1ghz().cycles(time).count();
}

StubInitiator::StubInitiator(const sc_core::sc_module_name& name, std::uint16_t id, std::vector<Step> steps)
    : sc_module(name), port("socket", id), schedule(std::move(steps)) {
  sc_core::sc_spawn([this] { run(); }, "run");
}

void StubInitiator::run() {
  if (body) {
    body();
    return;
  }
  for (std::size_t i = 0; i < schedule.size(); ++i) {
    const Step& step = schedule[i];
    const sc_core::sc_time start = cycles(step.at);
    if (start > sc_core::sc_time_stamp()) sc_core::wait(start - sc_core::sc_time_stamp());
    std::vector<std::byte>& bytes = data[i];
    bytes.resize(step.bytes);
    const tl::Outcome outcome =
        step.write ? port.write(step.address, bytes.data(), step.bytes, step.node, step.stream)
                   : port.read(step.address, bytes.data(), step.bytes, step.node, step.stream);
    results.push_back({outcome.error, in_cycles(outcome.end)});
  }
}

StubTarget::StubTarget(const sc_core::sc_module_name& name, std::uint64_t size, std::uint64_t latency)
    : sc_module(name), port("socket", *this), memory(size), latency_(latency) {}

tlm::tlm_response_status StubTarget::access(const tl::Access& access, sc_core::sc_time& delay) {
  records.push_back({in_cycles(sc_core::sc_time_stamp() + delay), access.write, access.data != nullptr,
                     access.address, access.bytes, access.meta.initiator});
  delay += cycles(latency_);
  if (!responses.empty()) {
    const tlm::tlm_response_status status = responses.front();
    responses.pop_front();
    return status;
  }
  if (access.data == nullptr) return tlm::TLM_OK_RESPONSE;
  return debug(access.write, access.address, access.data, access.bytes) == access.bytes
             ? tlm::TLM_OK_RESPONSE
             : tlm::TLM_ADDRESS_ERROR_RESPONSE;
}

unsigned StubTarget::debug(bool write, std::uint64_t address, std::byte* bytes, unsigned count) {
  if (address > memory.size() || count > memory.size() - address) return 0;
  if (write) {
    std::memcpy(memory.data() + address, bytes, count);
  } else {
    std::memcpy(bytes, memory.data() + address, count);
  }
  return count;
}

bool StubTarget::dmi(std::uint64_t /*address*/, tlm::tlm_dmi& grant) {
  if (!grant_dmi) return false;
  grant.set_start_address(0);
  grant.set_end_address(memory.size() - 1);
  grant.set_dmi_ptr(reinterpret_cast<unsigned char*>(memory.data()));
  grant.allow_read_write();
  return true;
}

}  // namespace systole::test
