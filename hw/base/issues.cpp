#include "hw/base/issues.h"

#include <algorithm>
#include <numeric>

namespace systole {
namespace {

// Levenshtein distance, one row at a time.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row.back();
}

}  // namespace

std::string to_string(const Issue& issue) {
  std::string text = issue.where.file;
  if (issue.where.line > 0) {
    text += (text.empty() ? "" : ":") + std::to_string(issue.where.line);
    if (issue.where.column > 0) text += ":" + std::to_string(issue.where.column);
  }
  if (!issue.key.empty()) text += (text.empty() ? "" : ": ") + issue.key;
  return text + (text.empty() ? "" : ": ") + issue.message;
}

void Issues::set_default_file(const std::string& file) {
  for (Issue& issue : list_) {
    if (issue.where.file.empty()) issue.where.file = file;
  }
}

std::string closest_match(const std::string& word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace systole
