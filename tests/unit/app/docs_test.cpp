// docs/interface.md says what the program does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/config/keys.h"
#include "app/results/summary.h"
#include "app/utilization/usage_text.h"
#include "tests/golden/golden.h"
#include "tests/unit/app/record_fixture.h"

namespace systole::app {
namespace {

using testing::HasSubstr;

std::string file(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string page() { return file(SYSTOLE_SOURCE_DIR "/docs/interface.md"); }

// What stands between two marks; "" if one is missing.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto start = text.find(from);
  if (start == std::string::npos) return "";
  const auto end = text.find(to, start + from.size());
  return end == std::string::npos ? "" : text.substr(start + from.size(), end - start - from.size());
}

TEST(InterfacePage, HasTheTableOfKeys) {
  golden::expect_golden("cli/keys.md", keys_markdown());
  EXPECT_THAT(page(),
              HasSubstr("<!-- golden: cli/keys.md -->\n" + keys_markdown() + "<!-- end of golden -->"));
}

// Blocks of the documents that show an approved output: scripts/approve keeps them.
TEST(Documents, ShowWhatIsApproved) {
  const std::string begin = "<!-- golden: ";
  int blocks = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SYSTOLE_SOURCE_DIR "/docs")) {
    if (entry.path().extension() != ".md") continue;
    const std::string text = file(entry.path());
    for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
      const std::string name = between(text.substr(at), begin, " -->\n");
      const std::string approved = file(std::filesystem::path(SYSTOLE_SOURCE_DIR) / "tests/golden" / name);
      const bool raw = name.size() > 3 && name.substr(name.size() - 3) == ".md";
      EXPECT_FALSE(approved.empty()) << entry.path() << ": there is no tests/golden/" << name;
      EXPECT_EQ(between(text.substr(at), " -->\n", "<!-- end of golden -->"),
                raw ? approved : "```\n" + approved + "```\n")
          << entry.path() << " shows an old " << name << ": scripts/approve";
      ++blocks;
    }
  }
  EXPECT_GE(blocks, 2);
}

// The summary's keys as the page writes them: "block:  key, key".
std::string summary_block() {
  const auto summary = summary_of(example_record());
  std::string plain;
  std::ostringstream blocks;
  for (const auto& [name, value] : summary.items()) {
    if (!value.is_object()) {
      plain.append(plain.empty() ? "" : ", ").append(name);
      continue;
    }
    const bool per_engine = name == "engines";
    blocks << name << ':' << std::string(10 - name.size(), ' ') << (per_engine ? "{NAME: " : "");
    const char* comma = "";
    for (const auto& [key, unused] : (per_engine ? value.front() : value).items()) {
      blocks << comma << key;
      comma = ", ";
    }
    blocks << (per_engine ? "}\n" : "\n");
  }
  return plain + "\n" + blocks.str();
}

TEST(InterfacePage, HasTheKeysOfTheSummaryInTheirOrder) {
  EXPECT_EQ(between(page(), "Cycles are of `soc.clock`.\n\n```\n", "```"), summary_block());
}

TEST(InterfacePage, HasTheHeaderOfLayersCsv) {
  const std::string csv = to_csv({});
  EXPECT_THAT(page(), HasSubstr("```\n" + csv + "```"));
}

TEST(InterfacePage, HasTheHeadersOfUtilization) {
  EXPECT_THAT(page(), HasSubstr("```\n" + usage_csv({}, false) + usage_csv({}, true) + "```"));
}

TEST(InterfacePage, NamesTheKeysThatThisVersionRefuses) {
  for (const LaterKey& key : later_keys()) EXPECT_THAT(page(), HasSubstr("`" + std::string(key.path) + "`"));
}

}  // namespace
}  // namespace systole::app
