#include "app/terminal/progress.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>

namespace systole::app {
namespace {

constexpr auto kPatience = std::chrono::seconds(2);
constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr std::uint32_t kWidth = 40;

}  // namespace

ProgressBar::ProgressBar(std::uint32_t total, bool shown)
    : total_(std::max(total, 1U)),
      shown_(shown && isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      last_(start_) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::cerr << "\r\033[K" << std::flush;
}

void ProgressBar::update(std::uint32_t done) {
  if (!shown_) return;
  const auto now = Clock::now();
  if (now - start_ < kPatience || now - last_ < kInterval) return;
  last_ = now;
  drawn_ = true;
  const std::uint32_t filled =
      static_cast<std::uint32_t>(std::uint64_t{kWidth} * std::min(done, total_) / total_);
  std::cerr << "\r[" << std::string(filled, '#') << std::string(kWidth - filled, ' ') << "] " << done
            << " of " << total_ << " inferences" << std::flush;
}

}  // namespace systole::app
