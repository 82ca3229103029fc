#include "models/topology/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace systole::topology {
namespace {

constexpr std::size_t kLongestName = 200;

constexpr std::array<std::string_view, 9> kConvColumns{"Layer name",    "IFMAP Height", "IFMAP Width",
                                                       "Filter Height", "Filter Width", "Channels",
                                                       "Num Filter",    "Strides",      "Strides"};
constexpr std::array<std::string_view, 4> kGemmColumns{"Layer", "M", "N", "K"};
constexpr std::string_view kForms =
    "expected \"Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
    "Strides\" or \"Layer, M, N, K\"";

struct Field {
  std::string_view text;  ///< without the space around it
  int column = 1;         ///< of its first character, in bytes
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

Field trimmed(std::string_view line, std::size_t begin, std::size_t end) {
  while (begin < end && is_space(line[begin])) ++begin;
  while (end > begin && is_space(line[end - 1])) --end;
  return {line.substr(begin, end - begin), static_cast<int>(begin) + 1};
}

/// The fields of a line; empty ones at its end are dropped: lines often end in a comma.
std::vector<Field> fields_of(std::string_view line) {
  std::vector<Field> fields;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    fields.push_back(trimmed(line, begin, end));
    if (end == line.size()) break;
    begin = end + 1;
  }
  while (!fields.empty() && fields.back().text.empty()) fields.pop_back();
  return fields;
}

/// Lower case, letters and digits only: "IFMAP Height" and "ifmap_height" are the same column.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

class Reader {
public:
  Reader(const std::string& file, Issues& issues) : file_(file), issues_(issues) {}

  void line(std::string_view text, int number) {
    line_ = number;
    const std::vector<Field> fields = fields_of(text);
    if (fields.empty()) return;
    if (columns_.empty()) {
      header(fields);
    } else {
      row(fields);
    }
  }

  /// Whether to read on: a file whose first line is no header has nothing else to say.
  [[nodiscard]] bool lost() const { return lost_; }
  [[nodiscard]] bool has_header() const { return !columns_.empty(); }
  std::vector<Layer> take() { return std::move(layers_); }

private:
  void issue(int column, std::string_view key, std::string message) {
    issues_.add({file_, line_, column}, std::string(key), std::move(message));
  }

  void header(const std::vector<Field>& fields) {
    const bool gemm = fields.size() > 1 && plain(fields[1].text) == "m";
    const std::span<const std::string_view> columns = gemm ? std::span<const std::string_view>(kGemmColumns)
                                                           : std::span<const std::string_view>(kConvColumns);
    if (fields.size() > 1 && is_number(fields[1].text)) {
      issue(1, "", "the first line is a layer, not the names of the columns; " + std::string(kForms));
      lost_ = true;
      return;
    }
    // A single column of strides serves rows with one stride and with two.
    const std::size_t least = gemm ? kGemmColumns.size() : kConvColumns.size() - 1;
    for (std::size_t i = 0; i < std::max(fields.size(), least); ++i) {
      if (i >= fields.size()) {
        issue(fields.back().column, "",
              "there is no column " + std::string(columns[i]) + "; " + std::string(kForms));
      } else if (i >= columns.size() || !names(fields[i].text, i, columns)) {
        issue(fields[i].column, "",
              "unknown column \"" + shown(fields[i].text) + "\"; " + std::string(kForms));
      } else {
        continue;
      }
      lost_ = true;
      return;
    }
    columns_ = columns;
  }

  /// The first column may have any name that begins with "Layer", strides one that begins with "Stride".
  static bool names(std::string_view text, std::size_t i, std::span<const std::string_view> columns) {
    const std::string given = plain(text);
    if (i == 0) return given.compare(0, 5, "layer") == 0;
    if (i >= 7) return given.compare(0, 6, "stride") == 0;
    const std::string wanted = plain(columns[i]);
    return given == wanted || given == wanted + "s";
  }

  void row(const std::vector<Field>& fields) {
    const bool gemm = columns_.size() == kGemmColumns.size();
    const std::size_t least = gemm ? kGemmColumns.size() : kConvColumns.size() - 1;
    if (layers_.size() >= kMaxLayers) {
      if (!lost_) issue(1, "", "more than " + std::to_string(kMaxLayers) + " layers; split the file");
      lost_ = true;
      return;
    }
    bool good = true;
    if (fields.size() < least) {
      issue(fields.back().column, columns_[fields.size()],
            "the row ends after " + std::to_string(fields.size()) + " of " + std::to_string(least) +
                " columns; add what is missing");
      good = false;
    } else if (fields.size() > columns_.size()) {
      issue(fields[columns_.size()].column, "",
            "the row has more columns than the first line names; take \"" +
                shown(fields[columns_.size()].text) + "\" out");
      good = false;
    }
    std::array<std::int64_t, kConvColumns.size()> values{};
    for (std::size_t i = 1; i < std::min(fields.size(), columns_.size()); ++i) {
      good = size_of_field(fields[i], columns_[i], values[i]) && good;
    }
    good = check_name(fields.front()) && good;
    if (!good) return;
    if (fields.size() < columns_.size()) values[8] = values[7];
    add(gemm, fields.front(), values);
  }

  void add(bool gemm, const Field& name, const std::array<std::int64_t, kConvColumns.size()>& v) {
    Layer layer;
    if (gemm) {
      layer = GemmLayer{std::string(name.text), v[1], v[2], v[3]};
    } else {
      layer = ConvLayer{std::string(name.text), v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8]};
    }
    if (const std::string problem = problem_of(layer); !problem.empty()) {
      issue(name.column, name.text, problem);
    } else {
      layers_.push_back(std::move(layer));
    }
  }

  bool check_name(const Field& field) {
    const bool printable =
        std::all_of(field.text.begin(), field.text.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (field.text.empty()) {
      issue(field.column, columns_.front(), "the layer has no name; write one before the first comma");
    } else if (!printable || field.text.size() > kLongestName) {
      issue(field.column, columns_.front(),
            "a name has at most " + std::to_string(kLongestName) + " printable ASCII characters");
    } else {
      return true;
    }
    return false;
  }

  bool size_of_field(const Field& field, std::string_view key, std::int64_t& value) {
    const char* end = field.text.data() + field.text.size();
    const auto [last, error] = std::from_chars(field.text.data(), end, value);
    if (field.text.empty()) {
      issue(field.column, key, "nothing stands here; expected an integer of at least 1");
    } else if (last != end || error == std::errc::invalid_argument) {
      issue(field.column, key, "\"" + shown(field.text) + "\" is no integer; expected one of at least 1");
    } else if (error == std::errc::result_out_of_range || value > kMaxElements) {
      issue(field.column, key, shown(field.text) + " is too large; at most " + std::to_string(kMaxElements));
    } else if (value < 1) {
      issue(field.column, key, shown(field.text) + " is too small; expected an integer of at least 1");
    } else {
      return true;
    }
    return false;
  }

  /// Foreign text for a message: printable and short.
  static std::string shown(std::string_view text) {
    std::string out(text.substr(0, 40));
    for (char& c : out) c = c >= ' ' && c <= '~' ? c : '?';
    return out + (text.size() > 40 ? "..." : "");
  }

  const std::string& file_;
  Issues& issues_;
  int line_ = 0;
  bool lost_ = false;
  std::span<const std::string_view> columns_;
  std::vector<Layer> layers_;
};

}  // namespace

std::optional<std::vector<Layer>> read_csv(std::string_view text, const std::string& file, Issues& issues) {
  const std::size_t before = issues.size();
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);  // a byte order mark
  Reader reader(file, issues);
  int number = 0;
  while (!text.empty() && !reader.lost()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    reader.line(text.substr(0, end), ++number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::vector<Layer> layers = reader.take();
  if (issues.size() != before) return std::nullopt;
  if (layers.empty()) {
    issues.add({file, 0, 0}, "",
               reader.has_header()
                   ? "the topology has no layers; add a row for each"
                   : "the topology is empty; " + std::string(kForms) + ", and below it a row for each layer");
    return std::nullopt;
  }
  return layers;
}

}  // namespace systole::topology
