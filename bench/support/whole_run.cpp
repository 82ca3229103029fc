#include "bench/support/whole_run.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/run/capability.h"
#include "hw/soc/soc.h"
#include "models/mapper/mapper.h"

namespace systole::bench {
namespace {

using WallClock = std::chrono::steady_clock;

double seconds_since(WallClock::time_point start) {
  return std::chrono::duration<double>(WallClock::now() - start).count();
}

/// Of this process, in user and system mode.
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string read_firmware() {
  std::ifstream file(SYSTOLE_FIRMWARE, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

[[noreturn]] void refuse(const Issues& issues) { throw std::runtime_error(to_string(issues.list().front())); }

RunCost map_and_run(const ir::Graph& network, const SocConfig& soc, const RunOptions& options) {
  RunCost cost;
  Issues issues;
  auto start = WallClock::now();
  double cpu = cpu_seconds();
  auto program = mapper::map_network(network, app::capability_of(soc), {.data = options.functional}, issues);
  if (!program) refuse(issues);
  cost.descriptors = static_cast<double>(program->exec.size());
  const std::vector<std::byte> image = encode(*program);
  program->data = {};
  cost.map_seconds = seconds_since(start);
  cost.map_cpu = cpu_seconds() - cpu;

  const std::string firmware = read_firmware();
  std::vector<std::vector<std::byte>> inputs;
  for (const ir::TensorId id : network.inputs()) {
    inputs.emplace_back(network.tensor(id).value.bytes() * options.inferences);
  }
  soc::RunRequest request;
  request.config = soc;
  request.graph_image = image;
  request.firmware_elf = std::as_bytes(std::span(firmware));
  request.inferences = options.inferences;
  request.inputs.assign(inputs.begin(), inputs.end());
  request.functional = options.functional;
  request.check_protocol = options.transactions;
  start = WallClock::now();
  cpu = cpu_seconds();
  const auto result = soc::run(request, issues);
  cost.simulate_seconds = seconds_since(start);
  cost.simulate_cpu = cpu_seconds() - cpu;
  if (!result) refuse(issues);
  if (result->outcome != soc::Outcome::kExited || result->exit_code != 0)
    throw std::runtime_error(result->report);
  cost.cycles = static_cast<double>(result->cycles);

  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  cost.peak_bytes = static_cast<double>(usage.ru_maxrss) * 1024;  // Linux counts KiB
  return cost;
}

/// Closes a pipe's ends whatever happens.
struct Pipe {
  Pipe() {
    if (pipe(ends) != 0) throw std::runtime_error("no pipe to the child");
  }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int ends[2] = {-1, -1};
};

}  // namespace

RunCost run_in_child(const ir::Graph& network, const SocConfig& soc, const RunOptions& options) {
  const Pipe channel;
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    try {
      const RunCost cost = map_and_run(network, soc, options);
      _exit(write(channel.ends[1], &cost, sizeof cost) == static_cast<ssize_t>(sizeof cost) ? 0 : 1);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      _exit(1);
    }
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error("the run in the child process failed");
  }
  RunCost cost;
  if (read(channel.ends[0], &cost, sizeof cost) != static_cast<ssize_t>(sizeof cost)) {
    throw std::runtime_error("the child said nothing");
  }
  return cost;
}

}  // namespace systole::bench
