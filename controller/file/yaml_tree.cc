#include "controller/file/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "controller/text/messages.h"

namespace wgmesh {
namespace {

std::size_t octet_of(const YAML::Mark& mark) {
  return mark.pos > 0 ? static_cast<std::size_t>(mark.pos) : 0;
}

std::string_view line_of(std::string_view text, unsigned line) {
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) { return {}; }
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// The parser's own words do not name the commonest causes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kCauses = {{
    {"illegal map value",
     "a key wants a blank after its colon, and a value with \": \" in it wants quotes"},
    {"end of map not found", "all keys of a map are indented alike"},
    {"end of map flow not found", "a { is not closed, or something within it wants quotes"},
    {"end of sequence flow not found", "a [ is not closed, or something within it wants quotes"},
    {"unknown token", "a value that begins with % @ or ` wants quotes"},
}};

std::string likely_cause(std::string_view text, std::string_view words, bool is_json, Place place) {
  // Nothing else in JSON is beyond yaml-cpp.
  if (is_json) { return "; a key is not longer than 128 octets, and its colon stands on its line"; }
  const std::string_view line = line_of(text, place.line);
  const bool tab = line.substr(0, line.find_first_not_of(" \t")).find('\t') != line.npos;
  if (tab) { return "; YAML is indented with spaces, not with tabs"; }
  for (const auto& [said, cause] : kCauses) {
    if (words == said) { return fmt::format("; {}", cause); }
  }
  return {};
}

// [2001:db8::1]:51820, as WireGuard's own files have it. To YAML the bracket begins a list, and
// what follows the list is an error far from it. Nothing where the text has none.
struct BracketedAddress {
  std::size_t octet = 0;
  std::string_view text;
};

std::optional<BracketedAddress> find_bracketed_address(std::string_view text) {
  for (std::size_t open = text.find('['); open != text.npos; open = text.find('[', open + 1)) {
    // A value: after a key's colon or a list's dash.
    const std::size_t before = open == 0 ? text.npos : text.find_last_not_of(" \t", open - 1);
    if (before == text.npos || before + 1 == open ||
        std::string_view(":-,").find(text[before]) == text.npos) {
      continue;
    }
    const std::size_t close = text.find_first_not_of("0123456789abcdefABCDEF:.%", open + 1);
    if (close == text.npos || !text.substr(close).starts_with("]:")) { continue; }
    if (text.substr(open, close - open).find(':') == text.npos) { continue; }
    const std::size_t end = text.find_first_not_of("0123456789", close + 2);
    return BracketedAddress{open, text.substr(open, end == text.npos ? end : end - open)};
  }
  return std::nullopt;
}

// yaml-cpp lets the end of the text end a quoted scalar as well. `octet`: where its node begins,
// which may be with an anchor or a tag.
bool is_closed(std::string_view text, std::size_t octet) {
  text.remove_prefix(std::min(octet, text.size()));
  while (text.starts_with('&') || text.starts_with('!')) {
    text.remove_prefix(std::min(text.find_first_of(" \t\n"), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
  }
  if (!text.starts_with('"') && !text.starts_with('\'')) { return true; }
  const char quote = text.front();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || !text.substr(i + 1).starts_with(quote)) { return true; }
      ++i;
    }
  }
  return false;
}

std::size_t nesting_of(const YamlNode& node) {
  std::size_t deepest = 0;
  for (const YamlNode& item : node.items) { deepest = std::max(deepest, nesting_of(item)); }
  for (const YamlMember& member : node.members) {
    deepest = std::max(deepest, nesting_of(member.value));
  }
  return node.items.empty() && node.members.empty() ? 0 : 1 + deepest;
}

// yaml-cpp's events instead of its nodes: those merge duplicate keys, share aliases, and forget
// quotes.
class TreeBuilder : public YAML::EventHandler {
 public:
  // `place_of` turns a mark into a place of the text as the user wrote it.
  TreeBuilder(std::string_view text, std::function<Place(const YAML::Mark&)> place_of)
      : text_(text), place_of_(std::move(place_of)) {}

  YamlNode take() { return root_ ? std::move(*root_) : YamlNode{}; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) { throw SyntaxError(place_of_(mark), say<"file-second-document">()); }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    count(place_of_(mark), 1);
    put(make(YamlNode::Kind::kNull, mark), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Place place = place_of_(mark);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) { throw SyntaxError(place, say<"file-alias-in-anchor">()); }
    count(place, count_values(found->second));
    if (open_.size() + nesting_of(found->second) > kMaxYamlNesting) { too_deep(place); }
    put(found->second, 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    count(place_of_(mark), 1);
    const bool plain = check_tag(mark, tag, "str") && tag == "?";
    if (!plain && !is_closed(text_, octet_of(mark))) {
      throw SyntaxError(place_of_(mark), say<"file-quote-open">());
    }
    YamlNode node = make(plain ? YamlNode::Kind::kPlain : YamlNode::Kind::kQuoted, mark);
    node.text = value;
    put(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    check_tag(mark, tag, "seq");
    open(make(YamlNode::Kind::kList, mark), anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    check_tag(mark, tag, "map");
    open(make(YamlNode::Kind::kMap, mark), anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor;
    std::optional<YamlNode> key;          // of the member whose value comes next
    std::optional<YamlNode> merged = {};  // the value of <<
  };

  YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark) {
    YamlNode node;
    node.kind = kind;
    node.place = place_of_(mark);
    return node;
  }

  // "?" and "!" are what the parser puts where nothing is written: plain, and not plain.
  bool check_tag(const YAML::Mark& mark, const std::string& tag, std::string_view usual) {
    if (tag.empty() || tag == "?" || tag == "!") { return true; }
    if (tag == fmt::format("tag:yaml.org,2002:{}", usual)) { return true; }
    throw SyntaxError(place_of_(mark), say<"file-tag-refused">());
  }

  void count(Place place, std::size_t more) {
    nodes_ += more;
    if (nodes_ > kMaxYamlNodes) {
      throw SyntaxError(place, say<"file-too-many-values">(kMaxYamlNodes));
    }
  }

  [[noreturn]] void too_deep(Place place) const {
    throw SyntaxError(place, say<"file-nested-too-deep">(kMaxYamlNesting));
  }

  void open(YamlNode node, YAML::anchor_t anchor) {
    count(node.place, 1);
    if (open_.size() == kMaxYamlNesting) { too_deep(node.place); }
    open_.push_back({std::move(node), anchor, {}});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    if (done.merged) { merge(done.node, *done.merged); }
    put(std::move(done.node), done.anchor);
  }

  void put(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != 0) {
      // A copy is kept for its aliases; nested anchors would keep many copies, so those count too.
      count(node.place, count_values(node));
      anchors_[anchor] = node;
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kList) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      parent.key = check_key(std::move(node));
    } else if (parent.key->kind == YamlNode::Kind::kPlain && parent.key->text == "<<") {
      take_merged(parent, std::move(node));
    } else {
      // An empty value has no place of its own: the parser points at what follows.
      if (node.kind == YamlNode::Kind::kNull) { node.place = parent.key->place; }
      parent.node.members.push_back(
          {std::move(parent.key->text), parent.key->place, std::move(node)});
      parent.key.reset();
    }
  }

  static void take_merged(Open& parent, YamlNode node) {
    const auto is_map = [](const YamlNode& value) { return value.kind == YamlNode::Kind::kMap; };
    const bool is_list =
        node.kind == YamlNode::Kind::kList && std::ranges::all_of(node.items, is_map);
    if (!is_map(node) && !is_list) {
      throw SyntaxError(parent.key->place, say<"file-merge-not-map">());
    }
    if (parent.merged) { throw SyntaxError(parent.key->place, say<"file-merge-twice">()); }
    parent.merged = std::move(node);
    parent.key.reset();
  }

  // What the map says itself counts, then what comes first in the list.
  static void merge(YamlNode& map, const YamlNode& merged) {
    std::set<std::string> said;
    for (const YamlMember& member : map.members) { said.insert(member.key); }
    const auto take = [&](const YamlNode& other) {
      for (const YamlMember& member : other.members) {
        if (said.insert(member.key).second) { map.members.push_back(member); }
      }
    };
    if (merged.kind == YamlNode::Kind::kMap) { take(merged); }
    for (const YamlNode& other : merged.items) { take(other); }
  }

  static YamlNode check_key(YamlNode key) {
    if (key.kind != YamlNode::Kind::kPlain && key.kind != YamlNode::Kind::kQuoted) {
      throw SyntaxError(key.place, say<"file-key-no-word">(kMaxYamlKey));
    }
    if (key.text.size() > kMaxYamlKey) {
      throw SyntaxError(key.place, say<"file-key-too-long">(kMaxYamlKey));
    }
    return key;
  }

  std::string_view text_;
  std::function<Place(const YAML::Mark&)> place_of_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::optional<YamlNode> root_;
  std::size_t nodes_ = 0;
};

}  // namespace

std::size_t count_values(const YamlNode& node) {
  std::size_t count = 1;
  for (const YamlNode& item : node.items) { count += count_values(item); }
  for (const YamlMember& member : node.members) { count += 1 + count_values(member.value); }
  return count;
}

YamlNode read_yaml_tree(std::string_view text, Syntax syntax) {
  if (text.size() > kMaxYamlText) {
    throw SyntaxError({}, say<"file-too-long">(kMaxYamlText >> 20));
  }
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) { text.remove_prefix(kByteOrderMark.size()); }
  check_characters(text);
  const std::string original(text);
  if (syntax == Syntax::kJson) { check_json(original); }
  std::optional<YamlizedJson> json;
  if (syntax == Syntax::kJson || is_json(original)) { json.emplace(original); }

  PlaceFinder places(original);
  const auto place_of = [&](const YAML::Mark& mark) {
    const std::size_t octet = octet_of(mark);
    return places.at(json ? json->original_octet(octet) : octet);
  };
  const std::string& parsed = json ? json->text() : original;
  TreeBuilder builder(parsed, place_of);
  std::istringstream stream(parsed);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {}
  } catch (const YAML::ParserException& error) {
    if (const auto address = json ? std::nullopt : find_bracketed_address(original)) {
      throw SyntaxError(PlaceFinder(original).at(address->octet),
                        say<"file-bracket-wants-quotes">(address->text));
    }
    throw SyntaxError(
        place_of(error.mark),
        say<"file-not-yaml">(
            error.msg, likely_cause(original, error.msg, json.has_value(), place_of(error.mark))));
  }
  return builder.take();
}

}  // namespace wgmesh
