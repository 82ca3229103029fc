// Both ends of a socket for tests of one block.
//
// SystemC's kernel cannot be restarted: each test case needs a process of its own. ctest does that; a test
// program that is run by hand needs --gtest_filter with one case.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <systemc>
#include <vector>

#include "hw/tlm/initiator_port.h"
#include "hw/tlm/protocol_checker.h"
#include "hw/tlm/target_port.h"
#include "hw/tlm/time.h"

namespace systole::test {

/// The clock of block tests: 1 GHz, so that a cycle is a nanosecond.
tl::Clock clock_1ghz();
/// n cycles of it.
sc_core::sc_time cycles(std::uint64_t n);
/// `time` as cycles of it; fails the test's process (InternalError) if it is not at an edge.
std::uint64_t in_cycles(const sc_core::sc_time& time);

/// One access of a schedule.
struct Step {
  std::uint64_t at = 0;  ///< cycle at which it starts
  bool write = false;
  std::uint64_t address = 0;
  std::uint32_t bytes = 4;
  Stream stream = Stream::kInput;
  NodeId node = kNoNode;
};

/// Starts the accesses of its schedule at their times, without waiting for one to end before the next. Data
/// is moved: reads into, writes out of `data[i]` (which is sized, and zero, if left empty).
class StubInitiator : public sc_core::sc_module {
public:
  StubInitiator(const sc_core::sc_module_name& name, std::uint16_t id, std::vector<Step> schedule = {});

  tl::InitiatorPort port;
  std::vector<Step> schedule;
  std::map<std::size_t, std::vector<std::byte>> data;  ///< by index in the schedule

  struct Result {
    std::uint32_t error = 0;
    std::uint64_t end = 0;  ///< cycle
  };
  std::vector<Result> results;
  /// If set, runs instead of the schedule; may wait.
  std::function<void()> body;

private:
  void run();
};

/// A target of `size` bytes that answers after `latency` cycles, and keeps a record of its accesses.
class StubTarget : public sc_core::sc_module, private tl::Target {
public:
  StubTarget(const sc_core::sc_module_name& name, std::uint64_t size, std::uint64_t latency);

  tl::TargetPort port;
  std::vector<std::byte> memory;
  /// Responses to give, in order, instead of what the address deserves; may be empty.
  std::deque<tlm::tlm_response_status> responses;
  bool grant_dmi = false;

  struct Record {
    std::uint64_t at = 0;  ///< cycle of arrival
    bool write = false;
    bool moves_data = false;
    std::uint64_t address = 0;
    std::uint32_t bytes = 0;
    std::uint16_t initiator = 0;
  };
  std::vector<Record> records;

private:
  tlm::tlm_response_status access(const tl::Access& access, sc_core::sc_time& delay) override;
  unsigned debug(bool write, std::uint64_t address, std::byte* bytes, unsigned count) override;
  bool dmi(std::uint64_t address, tlm::tlm_dmi& grant) override;

  std::uint64_t latency_;
};

}  // namespace systole::test
