#include "app/terminal/console.h"

#include <gtest/gtest.h>

#include <sstream>

namespace systole::app {
namespace {

TEST(Console, ShowsTheFirstLinesAndCountsTheOthers) {
  std::ostringstream out;
  {
    ConsoleView view(out, true);
    view.print("boot\ninf");
    view.print("erence 0: class 3\n");
    for (int i = 1; i < 9; ++i) view.print("inference " + std::to_string(i) + ": x\n");
    EXPECT_EQ(view.inferences(), 9U);
  }
  EXPECT_EQ(out.str(),
            "  | boot\n  | inference 0: class 3\n  | inference 1: x\n  | inference 2: x\n  | inference 3: x\n"
            "  | inference 4: x\n  | inference 5: x\n  | inference 6: x\n  | ... and 2 more lines, in "
            "console.txt\n\n");
}

TEST(Console, AnUnfinishedLineIsShownAtTheEndAndQuietIsQuiet) {
  std::ostringstream out;
  ConsoleView(out, true).print("half");
  EXPECT_EQ(out.str(), "  | half\n\n");
  std::ostringstream quiet;
  ConsoleView(quiet, false).print("text\n");
  EXPECT_EQ(quiet.str(), "");
}

TEST(Console, LastLines) {
  EXPECT_EQ(last_lines("a\nb\nc\n", 2), "b\nc\n");
  EXPECT_EQ(last_lines("a\nb\nc", 2), "b\nc\n");
  EXPECT_EQ(last_lines("a\n", 5), "a\n");
  EXPECT_EQ(last_lines("", 5), "");
}

}  // namespace
}  // namespace systole::app
