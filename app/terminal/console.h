// The firmware's console on the terminal.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace systole::app {

/// Shows the first lines as they come and counts the others: a run of a thousand inferences prints a line for
/// each, and all of them are in console.txt.
class ConsoleView {
public:
  ConsoleView(std::ostream& out, bool shown) : out_(out), shown_(shown) {}
  ConsoleView(const ConsoleView&) = delete;
  ConsoleView& operator=(const ConsoleView&) = delete;
  /// Says how many lines were not shown.
  ~ConsoleView();
  void print(std::string_view text);
  /// Lines that begin with "inference ": the firmware prints one for each that has ended.
  [[nodiscard]] std::uint32_t inferences() const { return inferences_; }

private:
  void end_line(bool visible);

  std::ostream& out_;
  bool shown_;
  std::string line_;     ///< the start of the line that has not ended yet
  unsigned lines_ = 0;   ///< complete ones so far
  unsigned hidden_ = 0;  ///< of them, not shown
  std::uint32_t inferences_ = 0;
};

/// The last `count` lines of the text.
std::string last_lines(const std::string& text, unsigned count);

}  // namespace systole::app
