#include "agent/store/quick_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "agent/text/messages.h"
#include "common/error.h"
#include "common/limits.h"
#include "common/naming.h"
#include "common/secret_text.h"
#include "common/trimmed.h"

namespace wgmesh {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// Text that is a part of an interface's name, as far as names that are looked for go.
bool is_of_name(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || c == '-' || c == '.';
}

struct Setting {
  std::string_view key;
  std::string_view value;
};

// "KEY = VALUE"; without '=' the value is empty.
Setting setting_of(std::string_view line) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) { return {trimmed(line), {}}; }
  return {trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1))};
}

enum class Section { kNone, kInterface, kPeer };

Section section_of(std::string_view header) {
  if (is_same_word(header, "[Interface]")) { return Section::kInterface; }
  return is_same_word(header, "[Peer]") ? Section::kPeer : Section::kNone;
}

struct Line {
  std::size_t number = 0;
  Section section = Section::kNone;
  bool begins_section = false;
  bool is_empty = false;  // but for a comment
  Setting setting;
  std::string_view friendly_name;  // of a comment
};

// As wg-quick reads it: '#' begins a comment wherever it stands.
void each_line(std::string_view text, const std::function<void(const Line&)>& visit) {
  Line line;
  while (!text.empty()) {
    ++line.number;
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), whole.size() + 1));
    const auto hash = whole.find('#');
    const std::string_view content = trimmed(whole.substr(0, hash));
    line.begins_section = content.starts_with('[');
    line.is_empty = content.empty();
    if (line.begins_section) { line.section = section_of(content); }
    line.setting = line.begins_section ? Setting{} : setting_of(content);
    line.friendly_name = {};
    if (hash != std::string_view::npos) {
      const Setting comment = setting_of(whole.substr(hash + 1));
      if (comment.key == "friendly_name") { line.friendly_name = comment.value; }
    }
    visit(line);
  }
}

// br-MESH, or gt-MESH and a number.
bool is_interface_of(std::string_view word, std::string_view mesh) {
  if (word.size() > kMaxInterfaceName) { return false; }
  if (word == bridge_name(mesh)) { return true; }
  const std::string tunnel = fmt::format("gt-{}", mesh);
  if (!word.starts_with(tunnel) || word.size() == tunnel.size()) { return false; }
  return std::ranges::all_of(word.substr(tunnel.size()), is_digit);
}

void find_interfaces(std::string_view command, std::string_view mesh,
                     std::set<std::string>& found) {
  while (!command.empty()) {
    const auto* const begin = std::ranges::find_if(command, is_of_name);
    const auto* const end = std::find_if_not(begin, command.end(), is_of_name);
    const std::string_view word(begin, static_cast<std::size_t>(end - begin));
    if (is_interface_of(word, mesh)) { found.emplace(word); }
    command.remove_prefix(static_cast<std::size_t>(end - command.begin()));
  }
}

bool is_command(const Line& line) {
  return line.section == Section::kInterface && is_same_word(line.setting.key, "PostUp");
}

[[noreturn]] void refuse(std::size_t line, std::string_view what) {
  throw Error(say<"quick-file-invalid">(fmt::format("line {}: {}", line, what)));
}

Secret key_of(std::string_view base64, std::size_t line, std::string_view what) {
  auto secret = secret_from_base64(base64);
  if (!secret) { refuse(line, fmt::format("{} is no key", what)); }
  return *std::move(secret);
}

// People write keys by hand: the kernel clamps what it is given, and tells the clamped key.
Secret private_key_of(std::string_view base64, std::size_t line) {
  const Secret key = key_of(base64, line, "PrivateKey");
  if (key.is_zero()) { refuse(line, "PrivateKey is all zeros, which is no key"); }
  return key.clamped();
}

// One section of a peer, while it is read.
struct PeerSection {
  std::string name;
  std::optional<Secret> preshared_key;
};

class Reader {
 public:
  explicit Reader(std::string_view mesh) : mesh_(mesh) {}

  void read(const Line& line) {
    if (line.begins_section) { end_peer(line.number); }
    read_name(line);
    if (line.section == Section::kInterface) { read_interface(line); }
    if (line.section == Section::kPeer) { read_peer(line); }
  }

  QuickFile take(std::size_t last_line) {
    end_peer(last_line);
    return std::move(file_);
  }

 private:
  void read_interface(const Line& line) {
    const auto& [key, value] = line.setting;
    if (is_command(line)) { find_interfaces(value, mesh_, file_.interfaces); }
    if (!is_same_word(key, "PrivateKey")) { return; }
    if (file_.private_key) { refuse(line.number, "PrivateKey is there twice"); }
    file_.private_key = private_key_of(value, line.number);
  }

  // Some write the name of a peer above its section. So a comment behind the name that the section
  // has already is the name of the next one, if no setting follows it here.
  void read_name(const Line& line) {
    if (line.begins_section) { peer_.name = std::exchange(next_name_, {}); }
    const bool has_setting = !line.is_empty && !line.begins_section;
    if (has_setting && !next_name_.empty()) { peer_.name = std::exchange(next_name_, {}); }
    if (!is_node_name(line.friendly_name)) { return; }
    const bool is_next = line.is_empty && (line.section != Section::kPeer || !peer_.name.empty());
    (is_next ? next_name_ : peer_.name) = line.friendly_name;
  }

  void read_peer(const Line& line) {
    if (!is_same_word(line.setting.key, "PresharedKey")) { return; }
    if (peer_.preshared_key) { refuse(line.number, "PresharedKey is there twice"); }
    peer_.preshared_key = key_of(line.setting.value, line.number, "PresharedKey");
  }

  void end_peer(std::size_t line) {
    const PeerSection peer = std::exchange(peer_, {});
    // To the kernel 32 zeros are no preshared key.
    if (peer.name.empty() || !peer.preshared_key || peer.preshared_key->is_zero()) { return; }
    if (!file_.preshared_keys.emplace(peer.name, *peer.preshared_key).second) {
      refuse(line, fmt::format("a second peer is called {}", peer.name));
    }
    if (file_.preshared_keys.size() > kMaxPorts) { refuse(line, "more peers than a bridge takes"); }
  }

  std::string_view mesh_;
  QuickFile file_;
  PeerSection peer_;
  std::string next_name_;  // of the section that follows
};

}  // namespace

bool is_of_predecessor(std::string_view text, std::string_view mesh) {
  std::set<std::string> found;
  each_line(text, [&](const Line& line) {
    if (is_command(line)) { find_interfaces(line.setting.value, mesh, found); }
  });
  return found.contains(bridge_name(mesh));
}

QuickFile parse_quick_file(std::string_view text, std::string_view mesh) {
  Reader reader(mesh);
  std::size_t last = 0;
  each_line(text, [&](const Line& line) {
    reader.read(line);
    last = line.number;
  });
  return reader.take(last);
}

}  // namespace wgmesh
