#include "app/commands/console.h"

namespace systole::app {
namespace {

constexpr unsigned kShownLines = 8;
constexpr std::string_view kMargin = "  | ";

}  // namespace

void ConsoleView::print(std::string_view text) {
  for (const char c : text) {
    const bool visible = shown_ && lines_ < kShownLines;
    if (visible) {
      if (!line_open_ && c != '\n') out_ << kMargin;
      out_ << c;
    }
    line_open_ = c != '\n';
    if (c == '\n') {
      ++lines_;
      hidden_ += visible ? 0 : 1;
    }
  }
  if (shown_ && lines_ < kShownLines) out_ << std::flush;
}

ConsoleView::~ConsoleView() {
  if (!shown_) return;
  if (line_open_ && lines_ < kShownLines) out_ << "\n";
  if (hidden_ > 0) out_ << kMargin << "... and " << hidden_ << " more lines, in console.txt\n";
  if (lines_ > 0 || line_open_) out_ << "\n";
}

std::string last_lines(const std::string& text, unsigned count) {
  std::size_t at = text.size();
  unsigned found = 0;
  while (at > 0) {
    if (text[at - 1] == '\n' && at != text.size() && ++found == count) break;
    --at;
  }
  std::string tail = text.substr(at);
  if (!tail.empty() && tail.back() != '\n') tail += '\n';
  return tail;
}

}  // namespace systole::app
