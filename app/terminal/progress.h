// A progress bar for what takes longer than two seconds. Only on a terminal, never in a pipe.
#pragma once

#include <chrono>
#include <cstdint>

namespace systole::app {

class ProgressBar {
public:
  /// `shown`: false keeps it silent whatever happens.
  ProgressBar(std::uint32_t total, bool shown);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  /// Clears the line.
  ~ProgressBar();
  void update(std::uint32_t done);

private:
  using Clock = std::chrono::steady_clock;
  std::uint32_t total_;
  bool shown_;
  bool drawn_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace systole::app
