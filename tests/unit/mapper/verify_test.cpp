// verify() on good graphs that have been broken.
#include <gmock/gmock.h>

#include "models/mapper/verify/verify.h"
#include "tests/support/abstract_machine/machine.h"
#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

using test::Network;
using ::testing::HasSubstr;

/// A tiled convolution with streamed weights: loads, commands, stores on three queues.
struct Sample {
  mapper::Capability capability = test::capability(DType::kInt8, 2048);
  Program program;
  Sample() {
    Network net;
    ir::ConvAttributes a;
    a.window.kernel = {3, 3};
    a.window.pad_begin = a.window.pad_end = {1, 1};
    net.output(net.qconv(net.qconv(net.input(DType::kInt8, {1, 8, 16, 16}), 8, a), 8, a));
    program = test::map_or_fail(net.graph(), capability, {mapper::WeightPolicy::kStreamed});
  }
  /// The first complaint after `change`.
  template <typename Change>
  std::string broken(const Change& change) {
    Program copy = program;
    change(copy);
    Issues issues;
    EXPECT_FALSE(mapper::verify(copy, capability, issues));
    return issues.empty() ? "" : to_string(issues.list().front());
  }
};

sgb_descriptor& first_of(Program& p, std::uint16_t opcode) {
  for (sgb_descriptor& d : p.exec) {
    if (d.opcode == opcode) return d;
  }
  throw std::runtime_error("no such descriptor");
}

TEST(Verify, AcceptsWhatTheMapperMakes) {
  Sample sample;
  Issues issues;
  EXPECT_TRUE(mapper::verify(sample.program, sample.capability, issues));
  EXPECT_TRUE(issues.empty());
  EXPECT_GT(sample.program.exec.size(), 20U);
}

TEST(Verify, FindsEveryWaitThatIsMissing) {
  // Waits are pruned: each one that is left keeps some pair in order, so none can go.
  Sample sample;
  int removed = 0;
  for (std::size_t i = 0; i < sample.program.exec.size(); ++i) {
    for (unsigned w = 0; w < sample.program.exec[i].wait_count; ++w) {
      const std::string complaint = sample.broken([&](Program& p) {
        sgb_descriptor& d = p.exec[i];
        d.wait[w] = d.wait[d.wait_count - 1];
        d.wait[--d.wait_count] = {};
      });
      EXPECT_THAT(complaint, HasSubstr("nothing keeps the two in order")) << i << " " << w;
      ++removed;
    }
  }
  EXPECT_GT(removed, 10);
}

TEST(Verify, FindsAWaitThatIsTooEarly) {
  Sample sample;
  int changed = 0;
  for (std::size_t i = 0; i < sample.program.exec.size(); ++i) {
    for (unsigned w = 0; w < sample.program.exec[i].wait_count; ++w) {
      EXPECT_THAT(sample.broken([&](Program& p) { --p.exec[i].wait[w].value; }), HasSubstr("in order"));
      ++changed;
    }
  }
  EXPECT_GT(changed, 10);
}

TEST(Verify, FindsDeadlocks) {
  Sample sample;
  const std::string never = sample.broken([](Program& p) {
    p.exec[0].wait_count = 1;
    p.exec[0].wait[0] = {2, 0, 1};
  });
  EXPECT_THAT(never, HasSubstr("deadlock"));
  const std::string too_many = sample.broken([](Program& p) { p.exec.back().wait[0].value = 100000; });
  EXPECT_THAT(too_many, HasSubstr("deadlock"));
}

TEST(Verify, ADeadlockMayDependOnTheQueueDepth) {
  // Queue 3 waits for queue 2, whose command comes behind more of queue 3's than fit the queue.
  mapper::Capability c = test::capability();
  Program p;
  p.queue_count = 5;
  const auto nop = [](std::uint16_t queue) {
    sgb_descriptor d{};
    d.opcode = SGB_OP_NOP;
    d.queue = queue;
    d.node = SGB_NO_NODE;
    d.signal_semaphore = queue;
    return d;
  };
  p.init = {nop(0)};
  for (int i = 0; i < 4; ++i) p.exec.push_back(nop(3));
  p.exec[0].wait_count = 1;
  p.exec[0].wait[0] = {2, 0, 1};
  p.exec.push_back(nop(2));
  Issues issues;
  c.queue_depth = 4;
  EXPECT_TRUE(mapper::verify(p, c, issues));
  c.queue_depth = 3;
  EXPECT_FALSE(mapper::verify(p, c, issues));
  EXPECT_THAT(to_string(issues.list().front()), HasSubstr("deadlock"));
}

TEST(Verify, FindsWildAddresses) {
  Sample sample;
  EXPECT_THAT(sample.broken([](Program& p) { first_of(p, SGB_OP_MATRIX).u.matrix.a = 0x1000; }),
              HasSubstr("outside the SRAM"));
  EXPECT_THAT(sample.broken([&](Program& p) {
    first_of(p, SGB_OP_MATRIX).u.matrix.b =
        sample.capability.sram_base + sample.capability.sram_size.count() - 1;
  }),
              HasSubstr("outside the SRAM"));
  EXPECT_THAT(sample.broken([](Program& p) { p.relocations[0].addend += 1U << 20U; }),
              HasSubstr("outside symbol"));
  EXPECT_THAT(sample.broken([](Program& p) { p.relocations[0].field = 8; }), HasSubstr("holds no address"));
}

TEST(Verify, FindsBadFields) {
  Sample sample;
  EXPECT_THAT(sample.broken([](Program& p) { p.exec[0].queue = 5; }), HasSubstr("queue 5 of 5"));
  EXPECT_THAT(sample.broken([](Program& p) { p.exec[0].queue = 2; }),
              HasSubstr("queue of the matrix engine"));
  EXPECT_THAT(sample.broken([](Program& p) { p.exec[0].signal_semaphore = 64; }), HasSubstr("semaphore 64"));
  EXPECT_THAT(sample.broken([](Program& p) { p.queue_count = 4; }), HasSubstr("made for 4 queues"));
}

TEST(Verify, FindsPartialSumsOutOfNowhere) {
  Sample sample;
  EXPECT_THAT(
      sample.broken([](Program& p) { first_of(p, SGB_OP_MATRIX).u.matrix.flags |= SGB_MATRIX_CONTINUE; }),
      HasSubstr("partial sums"));
}

TEST(Verify, FindsStaticDataThatIsWrittenOver) {
  Network net;
  net.output(net.qconv(net.input(DType::kInt8, {1, 4, 4, 4}), 4, {}));
  const mapper::Capability c = test::capability();
  Program p = test::map_or_fail(net.graph(), c);
  ASSERT_EQ(p.init[0].opcode, SGB_OP_DMA);
  first_of(p, SGB_OP_MATRIX).u.matrix.out = p.init[0].u.dma.dst;
  Issues issues;
  EXPECT_FALSE(mapper::verify(p, c, issues));
  EXPECT_THAT(to_string(issues.list().back()), HasSubstr("loaded for every inference"));
}

TEST(Verify, AMissingWaitReallyGivesWrongResultsInSomeOrder) {
  // The check above is not stricter than need be: the abstract machine finds an order that fails.
  Sample sample;
  const std::vector<std::vector<std::byte>> input{std::vector<std::byte>(8 * 16 * 16, std::byte{17})};
  const auto run = [&](const Program& p, std::uint32_t seed) {
    test::Machine machine(p, sample.capability.sram_base, 2048, 8);
    machine.initialise(seed);
    return machine.infer(input, seed);
  };
  const auto right = run(sample.program, 0);
  Program bad = sample.program;
  first_of(bad, SGB_OP_MATRIX).wait_count = 0;
  bool wrong = false;
  for (std::uint32_t seed = 0; seed < 20 && !wrong; ++seed) {
    EXPECT_EQ(run(sample.program, seed), right);
    wrong = run(bad, seed) != right;
  }
  EXPECT_TRUE(wrong);
}

}  // namespace
}  // namespace systole
