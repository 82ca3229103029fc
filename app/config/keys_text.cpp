// The key table in words.
#include <sstream>

#include "app/config/keys.h"

namespace systole::app {
namespace {

template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

std::string milli_text(std::uint64_t value) {
  std::string text = std::to_string(value / 1000);
  if (value % 1000 == 0) return text;
  std::string decimals = std::to_string(1000 + value % 1000).substr(1);
  while (decimals.back() == '0') decimals.pop_back();
  return text + "." + decimals;
}

// A bound of a range in the unit of the field.
std::string bound_text(std::uint64_t bound, const Field& field) {
  if (std::holds_alternative<Bytes*>(field)) return to_text(Bytes(bound));
  if (std::holds_alternative<Hertz*>(field)) return to_text(Hertz(bound));
  if (std::holds_alternative<BytesPerSecond*>(field)) return to_text(BytesPerSecond(bound));
  if (std::holds_alternative<Picoseconds*>(field)) return to_text(Picoseconds(bound));
  if (std::holds_alternative<Milli>(field)) return milli_text(bound);
  return std::to_string(bound);
}

std::string choices_text(const Choice& choice) {
  std::string text;
  for (const ChoiceName& name : choice.names) {
    if (name.refusal.empty()) text += (text.empty() ? "" : ", ") + std::string(name.name);
  }
  return text;
}

struct Row {
  std::string path;
  std::string type;
  std::string default_text;
  std::string range;
  std::string doc;
};

Row row_of(const Key& key) {
  Scenario defaults;
  const Field field = key.field(defaults);
  Row row{std::string(key.path), std::string(type_of(field)), std::string(key.default_text),
          text_of(key.range, field), std::string(key.doc)};
  if (row.default_text.empty()) row.default_text = text_of(field);
  if (const auto* choice = std::get_if<Choice>(&field)) row.range = choices_text(*choice);
  if (std::holds_alternative<NOfM>(field)) row.range = "none, or 1 <= n < m <= 16";
  return row;
}

}  // namespace

std::string_view type_of(const Field& field) {
  return std::visit(Overloaded{
                        [](std::uint32_t*) { return std::string_view("integer"); },
                        [](std::uint64_t*) { return std::string_view("integer"); },
                        [](bool*) { return std::string_view("true or false"); },
                        [](double*) { return std::string_view("number"); },
                        [](std::string*) { return std::string_view("text"); },
                        [](const Milli&) { return std::string_view("number"); },
                        [](const NOfM&) { return std::string_view("n:m"); },
                        [](const Choice&) { return std::string_view("choice"); },
                        [](Bytes*) { return std::string_view("size"); },
                        [](Hertz*) { return std::string_view("frequency"); },
                        [](BytesPerSecond*) { return std::string_view("bandwidth"); },
                        [](Picoseconds*) { return std::string_view("time"); },
                        [](FileRef*) { return std::string_view("file"); },
                        [](const OptionalFile&) { return std::string_view("file"); },
                        [](std::vector<FileRef>*) { return std::string_view("list of files"); },
                        [](Sizes*) { return std::string_view("map of integers"); },
                    },
                    field);
}

std::string text_of(const Field& field) {
  return std::visit(
      Overloaded{
          [](std::uint32_t* value) { return std::to_string(*value); },
          [](std::uint64_t* value) { return std::to_string(*value); },
          [](bool* value) { return std::string(*value ? "true" : "false"); },
          [](double* value) {
            std::ostringstream text;
            text << *value;
            return text.str();
          },
          [](std::string* value) { return *value; },
          [](const Milli& value) { return milli_text(*value.value); },
          [](const Choice& choice) {
            for (const ChoiceName& name : choice.names) {
              if (name.value == *choice.value) return std::string(name.name);
            }
            return std::string("?");
          },
          [](const NOfM& value) {
            return *value.m == 0 ? std::string("none")
                                 : std::to_string(*value.n) + ":" + std::to_string(*value.m);
          },
          [](FileRef* value) { return value->shown; },
          [](const OptionalFile& file) {
            return file.value->has_value() ? (*file.value)->shown : std::string("default");
          },
          [](std::vector<FileRef>*) { return std::string(); }, [](Sizes*) { return std::string(); },
          [](auto* value) { return to_text(*value); },  // the quantities
      },
      field);
}

std::string text_of(const Range& range, const Field& field) {
  const bool has_max = range.max != Range{}.max;
  std::string text;
  if (has_max) {
    text = bound_text(range.min, field) + " to " + bound_text(range.max, field);
  } else if (range.min > 0) {
    text = "at least " + bound_text(range.min, field);
  }
  if (range.power_of_two) text += (text.empty() ? "" : ", ") + std::string("a power of two");
  return text;
}

std::string keys_markdown() {
  std::ostringstream out;
  out << "| key | type | default | values | meaning |\n|---|---|---|---|---|\n";
  for (const MapKey& key : map_keys()) {
    out << "| `" << key.path << "` | " << key.type << " | | | " << key.doc << " |\n";
  }
  for (const Key& key : scenario_keys()) {
    const Row row = row_of(key);
    out << "| `" << row.path << "` | " << row.type << " | " << row.default_text << " | " << row.range << " | "
        << row.doc << " |\n";
  }
  return out.str();
}

}  // namespace systole::app
