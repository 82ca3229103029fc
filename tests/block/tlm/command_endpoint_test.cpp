#include <gtest/gtest.h>

#include <cstring>

#include "hw/base/assert.h"
#include "hw/blocks/command/endpoint.h"
#include "tests/block/support/stubs.h"

namespace systole::test {
namespace {

struct Engine : sc_core::sc_module {
  explicit Engine(const sc_core::sc_module_name& name) : sc_module(name) {}
  CommandEndpoint endpoint{"engine", 3};
};

struct Bench {
  StubInitiator controller{"controller", 1};
  tl::ProtocolChecker checker{"checker"};
  Engine engine{"engine"};
  StubTarget completions{"completions", sizeof(EngineCompletion), 0};
  Bench() {
    controller.port.socket.bind(checker.target_socket);
    checker.initiator_socket.bind(engine.endpoint.command_socket());
    engine.endpoint.completion_socket().bind(completions.port.socket);
  }
  std::uint32_t send(std::uint32_t index, std::uint64_t address = 0,
                     std::uint32_t bytes = sizeof(EngineCommand)) {
    EngineCommand command;
    command.index = index;
    std::vector<std::byte> raw(sizeof(command));
    std::memcpy(raw.data(), &command, sizeof(command));
    return controller.port.write(address, raw.data(), bytes, kNoNode, Stream::kMmio).error;
  }
};

TEST(CommandEndpoint, KeepsTwoCommandsInOrderAndRefusesAThird) {
  Bench bench;
  bench.controller.body = [&] {
    CommandEndpoint& endpoint = bench.engine.endpoint;
    EXPECT_EQ(bench.send(10), SGB_ERROR_NONE);
    EXPECT_EQ(bench.send(11), SGB_ERROR_NONE);
    EXPECT_EQ(bench.send(12), SGB_ERROR_BUS_ACCESS);
    EXPECT_EQ(endpoint.take().index, 10U);
    EXPECT_TRUE(endpoint.waiting());
    EXPECT_EQ(bench.send(12), SGB_ERROR_BUS_ACCESS);  // a command that runs keeps its slot
    endpoint.complete({.index = 10, .error = SGB_ERROR_NONE});
    EXPECT_EQ(bench.send(12), SGB_ERROR_NONE);
    EXPECT_EQ(endpoint.take().index, 11U);
    EXPECT_EQ(endpoint.take().index, 12U);
    EXPECT_FALSE(endpoint.waiting());
  };
  sc_core::sc_start();
  EngineCompletion seen;
  std::memcpy(&seen, bench.completions.memory.data(), sizeof(seen));
  EXPECT_EQ(seen.index, 10U);
}

TEST(CommandEndpoint, ArrivalWakesTheEngine) {
  Bench bench;
  sc_core::sc_time woken;
  sc_core::sc_spawn([&] {
    sc_core::wait(bench.engine.endpoint.arrived());
    woken = sc_core::sc_time_stamp();
  });
  bench.controller.body = [&] {
    sc_core::wait(cycles(9));
    bench.send(1);
  };
  sc_core::sc_start();
  EXPECT_EQ(woken, cycles(9));
}

TEST(CommandEndpoint, OtherWritesAreRefused) {
  Bench bench;
  bench.controller.body = [&] {
    EXPECT_EQ(bench.send(1, 4), SGB_ERROR_BUS_ADDRESS);
    EXPECT_EQ(bench.send(1, 0, 4), SGB_ERROR_BUS_ACCESS);
    EXPECT_FALSE(bench.engine.endpoint.waiting());
    EXPECT_THROW(bench.engine.endpoint.complete({}), InternalError);
  };
  sc_core::sc_start();
}

}  // namespace
}  // namespace systole::test
