// What is wrong with the user's input, collected so that everything is reported at once.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace systole {

/// A place in a file. line and column count from 1; 0 means "the file as a whole".
struct SourceLocation {
  std::string file;
  int line = 0;
  int column = 0;
};

/// One thing that is wrong. `key` is the dotted path of the configuration key, or the node's name; may be
/// empty.
struct Issue {
  SourceLocation where;
  std::string key;
  std::string message;  ///< what is wrong and how to mend it
};

/// `FILE:LINE:COL: key: message`, without the leading "error: ". Empty parts are left out.
std::string to_string(const Issue& issue);

/// A list of issues. A function that can find several problems takes an Issues& and returns a usable value or
/// nullopt.
class Issues {
public:
  void add(SourceLocation where, std::string key, std::string message) {
    list_.push_back({std::move(where), std::move(key), std::move(message)});
  }
  void add(std::string key, std::string message) { add({}, std::move(key), std::move(message)); }
  void add(Issue issue) { list_.push_back(std::move(issue)); }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] std::size_t size() const { return list_.size(); }
  [[nodiscard]] const std::vector<Issue>& list() const { return list_; }
  /// Gives every issue that has no file this one.
  void set_default_file(const std::string& file);

private:
  std::vector<Issue> list_;
};

/// The candidate nearest to `word` by edit distance, or "" if none is near enough to suggest ("did you
/// mean").
std::string closest_match(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace systole
