#include "hw/tlm/register_file.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "hw/base/assert.h"
#include "tests/block/support/stubs.h"

namespace systole::test {
namespace {

using tl::Register;
using tl::RegisterAccess;

struct Device : sc_core::sc_module {
  explicit Device(const sc_core::sc_module_name& name) : sc_module(name) {}
  tl::RegisterFile file{"registers", cycles(2)};
  Register control{file, 0x00, RegisterAccess::kReadWrite, 5};
  Register status{file, 0x04, RegisterAccess::kReadOnly, 6};
  Register doorbell{file, 0x08, RegisterAccess::kWriteOnly, 0};
  Register pending{file, 0x10, RegisterAccess::kWriteOneToClear, 0};
};

struct Bench {
  StubInitiator initiator{"initiator", 1};
  tl::ProtocolChecker checker{"checker"};
  Device device{"device"};
  Bench() {
    initiator.port.socket.bind(checker.target_socket);
    checker.initiator_socket.bind(device.file.socket());
  }
  std::uint32_t write(std::uint64_t offset, std::uint32_t word) {
    std::array<std::byte, 4> bytes{};
    std::memcpy(bytes.data(), &word, 4);
    return initiator.port.write(offset, bytes.data(), 4, kNoNode, Stream::kMmio).error;
  }
  std::uint32_t read(std::uint64_t offset, std::uint32_t* error = nullptr) {
    std::array<std::byte, 4> bytes{};
    const tl::Outcome outcome = initiator.port.read(offset, bytes.data(), 4, kNoNode, Stream::kMmio);
    if (error != nullptr) *error = outcome.error;
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data(), 4);
    return word;
  }
  void run(std::function<void()> body) {
    initiator.body = std::move(body);
    sc_core::sc_start();
  }
};

TEST(RegisterFile, ReadWriteAndReset) {
  Bench bench;
  bench.run([&] {
    EXPECT_EQ(bench.read(0x00), 5U);
    EXPECT_EQ(bench.write(0x00, 0xdeadbeef), SGB_ERROR_NONE);
    EXPECT_EQ(bench.read(0x00), 0xdeadbeefU);
    bench.device.file.reset();
    EXPECT_EQ(bench.read(0x00), 5U);
  });
}

TEST(RegisterFile, AccessRightsAreKept) {
  Bench bench;
  bench.run([&] {
    EXPECT_EQ(bench.write(0x04, 1), SGB_ERROR_BUS_ACCESS);
    EXPECT_EQ(bench.read(0x04), 6U);
    std::uint32_t error = SGB_ERROR_NONE;
    bench.read(0x08, &error);
    EXPECT_EQ(error, SGB_ERROR_BUS_ACCESS);
    EXPECT_EQ(bench.write(0x08, 1), SGB_ERROR_NONE);
  });
}

TEST(RegisterFile, WriteOneClearsThatBitOnly) {
  Bench bench;
  bench.device.pending.set(0b1011);
  bench.run([&] {
    EXPECT_EQ(bench.write(0x10, 0b0110), SGB_ERROR_NONE);
    EXPECT_EQ(bench.read(0x10), 0b1001U);
  });
}

TEST(RegisterFile, WrongPlacesAndSizesHaveNoEffect) {
  Bench bench;
  int calls = 0;
  bench.device.control.on_write([&](std::uint32_t, sc_core::sc_time) { ++calls; });
  bench.run([&] {
    EXPECT_EQ(bench.write(0x0c, 1), SGB_ERROR_BUS_ADDRESS);  // a hole
    EXPECT_EQ(bench.write(0x14, 1), SGB_ERROR_BUS_ADDRESS);  // behind the last register
    EXPECT_EQ(bench.write(0x02, 1), SGB_ERROR_BUS_ADDRESS);  // unaligned
    std::array<std::byte, 8> bytes{};
    EXPECT_EQ(bench.initiator.port.write(0, bytes.data(), 1, kNoNode, Stream::kMmio).error,
              SGB_ERROR_BUS_ACCESS);
    EXPECT_EQ(bench.initiator.port.write(0, bytes.data(), 8, kNoNode, Stream::kMmio).error,
              SGB_ERROR_BUS_ACCESS);
    EXPECT_EQ(bench.read(0x00), 5U);
  });
  EXPECT_EQ(calls, 0);
}

TEST(RegisterFile, CallbacksSeeTheWordAndTheTime) {
  Bench bench;
  std::uint32_t written = 0;
  sc_core::sc_time effect;
  int reads = 0;
  bench.device.doorbell.on_write([&](std::uint32_t word, sc_core::sc_time delay) {
    written = word;
    effect = sc_core::sc_time_stamp() + delay;
  });
  bench.device.status.on_read([&] { ++reads; });
  bench.device.status.provide([] { return 77U; });
  bench.run([&] {
    sc_core::wait(cycles(10));
    bench.write(0x08, 42);
    EXPECT_EQ(bench.read(0x04), 77U);
  });
  EXPECT_EQ(written, 42U);
  EXPECT_EQ(effect, cycles(12));  // the access takes 2 cycles
  EXPECT_EQ(reads, 1);
}

TEST(RegisterFile, DebugHasNoSideEffects) {
  Bench bench;
  int calls = 0;
  bench.device.control.on_write([&](std::uint32_t, sc_core::sc_time) { ++calls; });
  bench.device.control.on_read([&] { ++calls; });
  sc_core::sc_start(cycles(1));
  std::array<std::byte, 8> bytes{};
  EXPECT_TRUE(bench.initiator.port.debug_read(0, bytes));  // control and status
  EXPECT_EQ(bytes[0], std::byte{5});
  EXPECT_EQ(bytes[4], std::byte{6});
  bytes[4] = std::byte{9};
  EXPECT_TRUE(bench.initiator.port.debug_write(0, bytes));
  EXPECT_EQ(bench.device.status.value(), 9U);
  EXPECT_FALSE(bench.initiator.port.debug_read(8, bytes));  // a hole follows the doorbell
  EXPECT_EQ(calls, 0);
}

TEST(RegisterFile, TwoRegistersAtOneOffsetAreABug) {
  Device device("device");
  EXPECT_THROW(Register(device.file, 0x04, RegisterAccess::kReadWrite, 0), InternalError);
}

}  // namespace
}  // namespace systole::test
