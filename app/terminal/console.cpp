#include "app/terminal/console.h"

namespace systole::app {
namespace {

constexpr unsigned kShownLines = 8;
constexpr std::string_view kMargin = "  | ";
constexpr std::string_view kInference = "inference ";

}  // namespace

void ConsoleView::print(std::string_view text) {
  const bool visible = shown_ && lines_ < kShownLines;
  for (const char c : text) {
    if (c == '\n') {
      end_line(shown_ && lines_ < kShownLines);
    } else {
      line_ += c;
    }
  }
  if (visible) out_ << std::flush;
}

void ConsoleView::end_line(bool visible) {
  if (visible) out_ << kMargin << line_ << "\n";
  hidden_ += visible ? 0 : 1;
  inferences_ += line_.compare(0, kInference.size(), kInference) == 0 ? 1 : 0;
  ++lines_;
  line_.clear();
}

ConsoleView::~ConsoleView() {
  if (!shown_) return;
  if (!line_.empty()) end_line(lines_ < kShownLines);
  if (hidden_ > 0) out_ << kMargin << "... and " << hidden_ << " more lines, in console.txt\n";
  if (lines_ > 0) out_ << "\n";
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
