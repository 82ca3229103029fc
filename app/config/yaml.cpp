// The one file that knows yaml-cpp. Its parser's events become a Tree directly: every limit is kept while the
// text is read, and no document can grow without bound.
#include <yaml-cpp/emitter.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "app/config/text_check.h"
#include "app/config/tree.h"

namespace systole::app {
namespace {

// Far above any configuration; below what aliases that contain one another can make of a few lines.
constexpr std::size_t kMaxValues = 20'000;
constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxText = 4U << 20;

// Ends the reading; what is wrong has been reported.
struct Refused : std::runtime_error {
  Refused() : std::runtime_error("refused") {}
};

std::size_t values_in(const Tree& tree) {
  std::size_t count = 1;
  for (const Tree& item : tree.items) count += values_in(item);
  for (const TreeEntry& entry : tree.entries) count += values_in(entry.value);
  return count;
}

std::size_t depth_of(const Tree& tree) {
  std::size_t deepest = 0;
  for (const Tree& item : tree.items) deepest = std::max(deepest, depth_of(item));
  for (const TreeEntry& entry : tree.entries) deepest = std::max(deepest, depth_of(entry.value));
  return deepest + 1;
}

class Builder : public YAML::EventHandler {
public:
  Builder(std::string file, Issues& issues) : file_(std::move(file)), issues_(issues) {}

  Tree take() {
    if (root_.kind == Tree::Kind::kNull) root_.kind = Tree::Kind::kMap;
    return std::move(root_);
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse(place(mark), "", "a second YAML document starts here; keep one");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Tree tree;
    tree.where = place(mark);
    value(std::move(tree), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                const std::string& text) override {
    Tree tree = scalar_tree(text);
    tree.where = place(mark);
    value(std::move(tree), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(place(mark), "", "this alias stands inside of what it names");
    if (frames_.size() + depth_of(found->second) > kMaxDepth) refuse_size();
    values_ += values_in(found->second);
    if (values_ > kMaxValues) refuse_size();
    attach(found->second);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Tree::Kind::kList, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Tree::Kind::kMap, mark, anchor);
  }
  void OnMapEnd() override { close(); }

private:
  // A list or map that is being read.
  struct Frame {
    Tree tree;
    YAML::anchor_t anchor = YAML::NullAnchor;
    bool has_key = false;
    TreeEntry entry;  // the entry whose value comes next
  };

  [[noreturn]] void refuse(SourceLocation where, std::string key, std::string message) {
    issues_.add(std::move(where), std::move(key), std::move(message));
    throw Refused();
  }
  [[noreturn]] void refuse_size() {
    refuse({file_, 0, 0}, "", "is too large or too deep for a configuration");
  }

  void open(Tree::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (frames_.size() >= kMaxDepth) refuse_size();
    Frame& frame = frames_.emplace_back();
    frame.tree.kind = kind;
    frame.tree.where = place(mark);
    frame.anchor = anchor;
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    value(std::move(frame.tree), frame.anchor);
  }

  void value(Tree tree, YAML::anchor_t anchor) {
    if (++values_ > kMaxValues) refuse_size();
    if (anchor != YAML::NullAnchor) anchors_[anchor] = tree;
    attach(std::move(tree));
  }

  void attach(Tree tree) {
    if (frames_.empty()) {
      root_ = std::move(tree);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.tree.kind == Tree::Kind::kList) {
      frame.tree.items.push_back(std::move(tree));
    } else if (frame.has_key) {
      frame.has_key = false;
      frame.entry.value = std::move(tree);
      frame.tree.entries.push_back(std::move(frame.entry));
    } else {
      if (tree.kind != Tree::Kind::kScalar) refuse(tree.where, "", "a key must be a single word");
      if (frame.tree.find(tree.scalar) != nullptr) {
        refuse(tree.where, tree.scalar, "this key stands twice in the same map; keep one");
      }
      frame.has_key = true;
      frame.entry = {tree.scalar, tree.where, {}};
    }
  }

  [[nodiscard]] SourceLocation place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 0, 0};
    return {file_, mark.line + 1, mark.column + 1};
  }

  std::string file_;
  Issues& issues_;
  Tree root_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Tree> anchors_;
  std::size_t values_ = 0;
  int documents_ = 0;
};

void write(YAML::Emitter& out, const Tree& tree) {
  switch (tree.kind) {
    case Tree::Kind::kNull:
      out << YAML::Null;
      break;
    case Tree::Kind::kScalar:
      out << tree.scalar;
      break;
    case Tree::Kind::kList:
      out << YAML::BeginSeq;
      for (const Tree& item : tree.items) write(out, item);
      out << YAML::EndSeq;
      break;
    case Tree::Kind::kMap:
      out << YAML::BeginMap;
      for (const TreeEntry& entry : tree.entries) {
        out << YAML::Key << entry.key << YAML::Value;
        write(out, entry.value);
      }
      out << YAML::EndMap;
      break;
  }
}

}  // namespace

std::optional<Tree> parse_yaml(const std::string& text, const std::string& file, Issues& issues) {
  if (text.size() > kMaxText) {
    issues.add({file, 0, 0}, "", "is too large for a configuration");
    return std::nullopt;
  }
  if (const auto bad = first_bad_character(text)) {
    issues.add({file, bad->line, bad->column}, "",
               "is not UTF-8 text: a control character or a broken sequence");
    return std::nullopt;
  }
  Builder builder(file, issues);
  try {
    std::istringstream in(text);
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const bool placed = !error.mark.is_null();
    issues.add({file, placed ? error.mark.line + 1 : 0, placed ? error.mark.column + 1 : 0}, "",
               "is not YAML: " + error.msg);
    return std::nullopt;
  } catch (const Refused&) {
    return std::nullopt;
  }
  Tree tree = builder.take();
  if (tree.where.file.empty()) tree.where.file = file;
  return tree;
}

std::string to_yaml(const Tree& tree) {
  YAML::Emitter out;
  write(out, tree);
  return std::string(out.c_str()) + "\n";
}

}  // namespace systole::app
