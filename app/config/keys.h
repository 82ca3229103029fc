// The table of all configuration keys: the one place that says what a scenario may contain. Reading, "did you
// mean", defaults, ranges, `systole explain` and the table in docs/interface.md all come from it.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config/scenario.h"

namespace systole::app {

/// One value of an enumeration. `refusal`: why this version does not take it; empty = it does.
struct ChoiceName {
  std::string_view name;
  std::uint8_t value;
  std::string_view refusal = {};
};
struct Choice {
  std::uint8_t* value;
  std::span<const ChoiceName> names;
};
/// A number in thousandths: cycles per instruction.
struct Milli {
  std::uint32_t* value;
};
/// n of m, written "n:m": 1 <= n < m <= 16; m = 0 is "none".
struct NOfM {
  std::uint8_t* n;
  std::uint8_t* m;
};
/// A path that is left out when it says "default".
struct OptionalFile {
  std::optional<FileRef>* value;
};

/// Where a key's value lives; the alternative is the key's type.
using Field = std::variant<std::uint32_t*, std::uint64_t*, bool*, double*, std::string*, Milli, NOfM, Choice,
                           Bytes*, Hertz*, BytesPerSecond*, Picoseconds*, FileRef*, OptionalFile,
                           std::vector<FileRef>*, Sizes*>;

struct Range {
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
  bool power_of_two = false;
};

template <typename T>
struct KeyOf {
  std::string_view path;  ///< dotted
  Field (*field)(T&);
  std::string_view doc;  ///< one line
  Range range = {};
  bool required = false;
  std::string_view default_text = {};  ///< where the default is not a plain value of the field
};
using Key = KeyOf<Scenario>;
using GemmKey = KeyOf<BareGemm>;

/// In the order in which a resolved scenario is written.
const std::vector<Key>& scenario_keys();
/// Keys of one entry of workload.gemm.
const std::vector<GemmKey>& gemm_keys();

/// Maps that are written with a key of their own but hold no plain values, or that may also be a file.
struct MapKey {
  std::string_view path;
  std::string_view type;
  std::string_view doc;
};
const std::vector<MapKey>& map_keys();

/// A key of the interface that this version of Systole does not have, and what to say about it.
struct LaterKey {
  std::string_view path;
  std::string_view message;
};
const std::vector<LaterKey>& later_keys();

/// A key that, set in a scenario, puts aside what the scenario below it (extends) said in `dropped`.
struct Alternative {
  std::string_view path;
  std::vector<std::string_view> dropped;
};
const std::vector<Alternative>& alternatives();

/// "integer", "size", ...: what a field of this type takes.
std::string_view type_of(const Field& field);
/// The field's value as a scenario writes it.
std::string text_of(const Field& field);
/// "1 to 1024, a power of two"; "" for none.
std::string text_of(const Range& range, const Field& field);

/// The table as Markdown, for the documentation and `systole explain --keys`.
std::string keys_markdown();

}  // namespace systole::app
