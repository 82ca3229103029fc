// Numbers and tables for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace systole::app {

/// 1234567 -> "1,234,567".
std::string grouped(std::uint64_t value);
/// Four significant digits with an SI prefix: 0.0000123 J -> "12.30 uJ".
std::string with_prefix(double value, const std::string& unit);
/// 0.1234 -> "12.3%".
std::string percent(double share);
/// 1536 -> "1.5 KiB".
std::string bytes_text(std::uint64_t bytes);

/// A table whose columns are as wide as their widest cell.
class Table {
public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kRight;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// As many cells as there are columns.
  void add(std::vector<std::string> cells);
  /// Lines without blanks at their ends. With `colour`, the titles are bold.
  [[nodiscard]] std::string text(bool colour) const;

private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Whether to use colours: `descriptor` is a terminal, and NO_COLOR is not set.
bool is_colour_terminal(int descriptor);

}  // namespace systole::app
