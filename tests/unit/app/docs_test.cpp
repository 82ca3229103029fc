// docs/interface.md says what the program does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/config/keys.h"
#include "app/results/summary.h"
#include "tests/unit/app/record_fixture.h"

namespace systole::app {
namespace {

using testing::HasSubstr;

std::string page() {
  std::ifstream in(SYSTOLE_SOURCE_DIR "/docs/interface.md");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// What stands between two marks; "" if one is missing.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto start = text.find(from);
  if (start == std::string::npos) return "";
  const auto end = text.find(to, start + from.size());
  return end == std::string::npos ? "" : text.substr(start + from.size(), end - start - from.size());
}

TEST(InterfacePage, HasTheTableOfKeys) {
  EXPECT_EQ(between(page(), "<!-- keys: systole explain --keys -->\n", "<!-- end of keys -->"),
            keys_markdown());
}

// The summary's keys as the page writes them: "block:  key, key".
std::string summary_block() {
  const auto summary = summary_of(example_record());
  std::string plain;
  std::string blocks;
  for (const auto& [name, value] : summary.items()) {
    if (!value.is_object()) {
      plain += (plain.empty() ? "" : ", ") + name;
      continue;
    }
    const auto& keys = name == "engines" ? value.front() : value;
    std::string list;
    for (const auto& [key, unused] : keys.items()) list += (list.empty() ? "" : ", ") + key;
    if (name == "engines") list = "{NAME: " + list + "}";
    blocks += name + ":" + std::string(10 - name.size(), ' ') + list + "\n";
  }
  return plain + "\n" + blocks;
}

TEST(InterfacePage, HasTheKeysOfTheSummaryInTheirOrder) {
  EXPECT_EQ(between(page(), "Cycles are of `soc.clock`.\n\n```\n", "```"), summary_block());
}

TEST(InterfacePage, HasTheHeaderOfLayersCsv) {
  const std::string csv = to_csv({});
  EXPECT_THAT(page(), HasSubstr("```\n" + csv + "```"));
}

TEST(InterfacePage, NamesTheKeysThatThisVersionRefuses) {
  for (const LaterKey& key : later_keys()) EXPECT_THAT(page(), HasSubstr("`" + std::string(key.path) + "`"));
}

}  // namespace
}  // namespace systole::app
