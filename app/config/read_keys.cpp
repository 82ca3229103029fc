#include "app/config/read_keys.h"

#include "app/config/quantity.h"

namespace systole::app {
namespace {

// Stores the value if it parsed and lies in the range.
class ValueReader {
public:
  ValueReader(const Tree& tree, const std::string& key, const Field& field, const Range& range,
              ReadContext& context)
      : tree_(tree), key_(key), field_(field), range_(range), context_(context) {}

  void operator()(std::uint32_t* target) { integer(target, parse_integer(tree_.scalar)); }
  void operator()(std::uint64_t* target) { integer(target, parse_integer(tree_.scalar)); }
  void operator()(const Milli& target) { integer(target.value, parse_milli(tree_.scalar)); }
  void operator()(const NOfM& target) {
    const std::string& text = tree_.scalar;
    if (text == "none") {
      *target.n = *target.m = 0;
      return;
    }
    const auto colon = text.find(':');
    const auto n = parse_integer(text.substr(0, colon));
    const auto m = parse_integer(colon == std::string::npos ? "" : text.substr(colon + 1));
    if (!n.value || !m.value || *n.value == 0 || *n.value >= *m.value || *m.value > 16) {
      return wrong("\"" + text + "\" is not n:m with 1 <= n < m <= 16 (as in 2:4), or none");
    }
    *target.n = static_cast<std::uint8_t>(*n.value);
    *target.m = static_cast<std::uint8_t>(*m.value);
  }
  void operator()(bool* target) { plain(target, parse_bool(tree_.scalar)); }
  void operator()(std::string* target) {
    if (tree_.scalar.empty()) return wrong("is empty; write a name");
    *target = tree_.scalar;
  }
  void operator()(Bytes* target) { quantity(target, parse_bytes(tree_.scalar)); }
  void operator()(Hertz* target) { quantity(target, parse_hertz(tree_.scalar)); }
  void operator()(Picoseconds* target) { quantity(target, parse_time(tree_.scalar)); }
  void operator()(BytesPerSecond* target) {
    quantity(target, parse_bandwidth(tree_.scalar, context_.soc_clock));
  }

  // The only plain numbers are densities.
  void operator()(double* target) {
    const auto parsed = parse_real(tree_.scalar);
    if (!parsed.value) return wrong(parsed.error);
    if (*parsed.value < 0 || *parsed.value > 1)
      return wrong("\"" + tree_.scalar + "\" is out of range: 0 to 1");
    *target = *parsed.value;
  }

  void operator()(const Choice& choice) {
    std::vector<std::string> names;
    std::string list;
    for (const ChoiceName& name : choice.names) {
      if (name.name == tree_.scalar) {
        if (!name.refusal.empty())
          return wrong("\"" + tree_.scalar + "\" is not available: " + std::string(name.refusal));
        *choice.value = name.value;
        return;
      }
      if (!name.refusal.empty()) continue;
      names.emplace_back(name.name);
      list += (list.empty() ? "" : ", ") + std::string(name.name);
    }
    const std::string near = closest_match(tree_.scalar, names);
    wrong("\"" + tree_.scalar + "\" is not one of: " + list +
          (near.empty() ? "" : "; did you mean " + near + "?"));
  }

  void operator()(FileRef* target) {
    if (auto found = context_.search.find(tree_.scalar, tree_.where, key_, context_.issues))
      *target = std::move(*found);
  }
  void operator()(const OptionalFile& target) {
    if (tree_.scalar == "default") {
      target.value->reset();
    } else if (auto found = context_.search.find(tree_.scalar, tree_.where, key_, context_.issues)) {
      *target.value = std::move(*found);
    }
  }
  void operator()(std::vector<FileRef>* target) {
    target->clear();
    for (std::size_t i = 0; i < tree_.items.size(); ++i) {
      const Tree& item = tree_.items[i];
      const std::string key = key_ + "[" + std::to_string(i) + "]";
      if (item.kind != Tree::Kind::kScalar) {
        context_.issues.add(item.where, key,
                            "is " + std::string(describe(item.kind)) + "; a file is expected");
      } else if (auto found = context_.search.find(item.scalar, item.where, key, context_.issues)) {
        target->push_back(std::move(*found));
      }
    }
    if (tree_.items.empty()) wrong("is an empty list; name at least one file");
  }
  void operator()(Sizes* target) {
    target->clear();
    for (const TreeEntry& entry : tree_.entries) {
      const std::string key = key_ + "." + entry.key;
      std::uint64_t size = 0;
      read_value(entry.value, key, &size, range_, context_);
      target->emplace(entry.key, static_cast<std::int64_t>(size));
    }
  }

private:
  void wrong(const std::string& message) { context_.issues.add(tree_.where, key_, message); }

  bool in_range(std::uint64_t value) {
    const bool power = value != 0 && (value & (value - 1)) == 0;
    if (value >= range_.min && value <= range_.max && (!range_.power_of_two || power)) return true;
    wrong("\"" + tree_.scalar + "\" is out of range: " + text_of(range_, field_));
    return false;
  }

  template <typename T>
  void integer(T* target, const Parsed<std::uint64_t>& parsed) {
    if (!parsed.value) return wrong(parsed.error);
    if (!in_range(*parsed.value)) return;
    if (*parsed.value > std::numeric_limits<T>::max()) return wrong("\"" + tree_.scalar + "\" is too large");
    *target = static_cast<T>(*parsed.value);
  }

  template <typename T>
  void quantity(T* target, const Parsed<T>& parsed) {
    if (!parsed.value) return wrong(parsed.error);
    if (in_range(parsed.value->count())) *target = *parsed.value;
  }

  template <typename T>
  void plain(T* target, const Parsed<T>& parsed) {
    if (!parsed.value) return wrong(parsed.error);
    *target = *parsed.value;
  }

  const Tree& tree_;
  const std::string& key_;
  const Field& field_;
  const Range& range_;
  ReadContext& context_;
};

}  // namespace

void read_value(const Tree& tree, const std::string& key, const Field& field, const Range& range,
                ReadContext& context) {
  const bool list = std::holds_alternative<std::vector<FileRef>*>(field);
  const bool map = std::holds_alternative<Sizes*>(field);
  const Tree::Kind expected = list ? Tree::Kind::kList : map ? Tree::Kind::kMap : Tree::Kind::kScalar;
  if (tree.kind != expected) {
    context.issues.add(tree.where, key,
                       "is " + std::string(describe(tree.kind)) + "; expected " +
                           std::string(list || map ? "" : "one value: ") + std::string(type_of(field)));
    return;
  }
  std::visit(ValueReader(tree, key, field, range, context), field);
}

void report_unknown(const TreeEntry& entry, const std::string& path, const std::vector<std::string>& known,
                    Issues& issues) {
  const std::string near = closest_match(entry.key, known);
  std::string message = "unknown key";
  if (!near.empty()) {
    message += "; did you mean " + near + "?";
  } else {
    std::string list;
    for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
    message += "; the keys here are: " + list;
  }
  issues.add(entry.where, path, message);
}

bool expect_map(const Tree& tree, const std::string& key, Issues& issues) {
  if (tree.kind == Tree::Kind::kMap) return true;
  const bool nothing = tree.kind == Tree::Kind::kNull;
  issues.add(tree.where, key,
             nothing ? "has no value; write {} for all defaults, or take the key out"
                     : "is " + std::string(describe(tree.kind)) + "; a map of keys is expected");
  return false;
}

}  // namespace systole::app
