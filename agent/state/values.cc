#include "agent/state/values.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <set>

#include "common/overloaded.h"

namespace wgmesh {
namespace {

using Text = std::optional<std::string>;

constexpr const char* kAnother = "(hidden, another)";
constexpr const char* kNewKey = "(new key)";

std::string text_of(bool value) { return value ? "on" : "off"; }
std::string text_of(std::uint16_t value) { return std::to_string(value); }
std::string text_of(std::uint32_t value) { return std::to_string(value); }
std::string text_of(const std::string& value) { return value; }
std::string text_of(const IpAddress& value) { return to_text(value); }
std::string text_of(const MacAddress& value) { return to_text(value); }
std::string text_of(const std::set<Prefix>& value) {
  std::vector<std::string> texts;
  for (const Prefix& prefix : value) { texts.push_back(to_text(prefix)); }
  return fmt::format("{}", fmt::join(texts, ", "));
}

// The kernel's hundredths of a second, as mesh.yaml has them: seconds.
std::string seconds_text(std::uint32_t hundredths) {
  return fmt::format("{:g}", hundredths / 100.0);
}

// What a line of /etc/hosts says, whoever has written the line: its words, and what is no text as '?'.
std::string line_words(const std::string& line) {
  constexpr std::size_t kMost = 200;
  std::string words;
  for (const char c : line) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\r';
    if (words.size() == kMost) { return words; }
    if (!is_blank) {
      words += c > ' ' && c < '\x7f' ? c : '?';
    } else if (!words.empty() && words.back() != ' ') {
      words += ' ';
    }
  }
  if (words.ends_with(' ')) { words.pop_back(); }
  return words;
}

Text none_if_empty(std::string text) { return text.empty() ? std::nullopt : Text(std::move(text)); }

// The values of one operation, beside those of `State`. Where there is nothing yet, `observed` is null.
class Values {
 public:
  Values(const State& observed, const KeyText& key_text)
      : observed_(observed), key_text_(key_text) {}

  void put(std::string key, Text before, Text after) {
    if (before != after) {
      values_.push_back({std::move(key), std::move(before), std::move(after)});
    }
  }

  // What is wanted, where the operation sets it.
  template <class Value, class Before>
  void put(std::string key, const std::optional<Value>& wanted, const Before* before) {
    if (!wanted) { return; }
    Text old;
    if (before != nullptr) { old = none_if_empty(text_of(*before)); }
    put(std::move(key), std::move(old), none_if_empty(text_of(*wanted)));
  }

  void operator()(const CreateWireguard& create) {
    put("kind", {}, "wireguard");
    put("mtu", {}, text_of(create.mtu));
  }
  void operator()(const CreateBridge&) { put("kind", {}, "bridge"); }
  void operator()(const CreateTunnel& create) {
    put("kind", {}, std::string(kind_name(create.kind)));
    put("mtu", {}, text_of(create.mtu));
    put("local", {}, text_of(create.local));
    put("remote", {}, text_of(create.remote));
  }
  void operator()(const SetTunnel& set) {
    const Tunnel* now = tunnel(set.name);
    put("local", std::optional(set.local), now != nullptr ? &now->local : nullptr);
    put("remote", std::optional(set.remote), now != nullptr ? &now->remote : nullptr);
    put("path_mtu_discovery", std::optional(set.path_mtu_discovery),
        now != nullptr ? &now->path_mtu_discovery : nullptr);
    put("ignore_df", std::optional(set.ignore_df), now != nullptr ? &now->ignore_df : nullptr);
  }
  void operator()(const SetInterface& set) {
    const Interface* now = interface(set.name);
    const Tunnel* port = tunnel(set.name);
    const auto foreign = observed_.foreign_ports.find(set.name);
    const ForeignPort* other =
        foreign == observed_.foreign_ports.end() ? nullptr : &foreign->second;
    put("group", set.group, now != nullptr ? &now->group : nullptr);
    put("alias", set.alias, now != nullptr ? &now->alias : nullptr);
    put("mtu", set.mtu, now != nullptr ? &now->mtu : other != nullptr ? &other->mtu : nullptr);
    put("master", set.master,
        now != nullptr     ? &now->master
        : other != nullptr ? &other->master
                           : nullptr);
    put("mac", set.mac, mac(set.name));
    put("generates_link_local", set.generates_link_local,
        port != nullptr ? &port->generates_link_local : nullptr);
    put("isolated", set.isolated, port != nullptr ? &port->isolated : nullptr);
    put("path_cost", set.path_cost, port != nullptr ? &port->path_cost : nullptr);
    put("up", set.up, now != nullptr ? &now->up : other != nullptr ? &other->up : nullptr);
  }
  void operator()(const AddAltname& add) { put("altname", {}, add.altname); }
  void operator()(const RemoveAltname& remove) { put("altname", remove.altname, {}); }
  void operator()(const SetBridge& set) {
    const Bridge* now = observed_.bridge ? &*observed_.bridge : nullptr;
    put("stp", set.stp, now != nullptr ? &now->stp : nullptr);
    put("prio", set.priority, now != nullptr ? &now->priority : nullptr);
    put_time("forward_delay", set.forward_delay, &Bridge::forward_delay);
    put_time("hello_time", set.hello_time, &Bridge::hello_time);
    put_time("max_age", set.max_age, &Bridge::max_age);
    put_time("ageing", set.ageing, &Bridge::ageing);
  }
  void operator()(const SetRouterAdvertisements& set) {
    put("accepts_router_advertisements", std::optional(set.accept),
        observed_.bridge ? &observed_.bridge->accepts_router_advertisements : nullptr);
  }
  void operator()(const AddAddress& add) {
    if (!has_address(add.name, add.address)) { put("addr", {}, to_text(add.address)); }
  }
  void operator()(const RemoveAddress& remove) { put("addr", to_text(remove.address), {}); }
  void operator()(const SetWireguard& set) {
    if (const auto other = observed_.predecessors.find(set.name);
        other != observed_.predecessors.end()) {
      put("listen_port", set.listen_port, &other->second.listen_port);
      if (set.private_key) { put_secret("private_key", other->second.private_key.has_value(), {}); }
      return;
    }
    const Wireguard* now = observed_.wireguard ? &*observed_.wireguard : nullptr;
    put("listen_port", set.listen_port, now != nullptr ? &now->listen_port : nullptr);
    put("fwmark", set.fwmark, now != nullptr ? &now->fwmark : nullptr);
    if (set.private_key) {
      const PublicKey key = public_key_of(*set.private_key);
      const bool is_unmade = key_text_(key) != to_base64(key);
      put_secret("private_key", now != nullptr && now->private_key, is_unmade ? kNewKey : kHidden);
    }
    if (set.peers.size() == 1) { put_peer(set.peers.front()); }
  }
  void operator()(const NoScatterGather&) {
    put("scatter_gather", std::optional(false), static_cast<const bool*>(nullptr));
  }
  void operator()(const SetHosts& set) { put_hosts(set.block.lines); }
  void operator()(const RemoveHosts&) { put_hosts({}); }
  void operator()(const DeleteInterface& remove) { put("kind", kind(remove.name), {}); }
  void operator()(const DeleteGroup&) {}

  std::vector<ChangedValue> take() && { return std::move(values_); }

 private:
  const Tunnel* tunnel(const std::string& name) const {
    const auto found = observed_.tunnels.find(name);
    return found == observed_.tunnels.end() ? nullptr : &found->second;
  }
  const Interface* interface(const std::string& name) const {
    if (const Tunnel* found = tunnel(name)) { return &found->interface; }
    if (observed_.wireguard && observed_.wireguard->interface.name == name) {
      return &observed_.wireguard->interface;
    }
    if (observed_.bridge && observed_.bridge->interface.name == name) {
      return &observed_.bridge->interface;
    }
    return nullptr;
  }
  const MacAddress* mac(const std::string& name) const {
    if (const Tunnel* found = tunnel(name)) { return &found->mac; }
    return observed_.bridge && observed_.bridge->interface.name == name ? &observed_.bridge->mac
                                                                        : nullptr;
  }
  Text kind(const std::string& name) const {
    if (const Tunnel* found = tunnel(name)) { return std::string(kind_name(found->kind)); }
    if (observed_.wireguard && observed_.wireguard->interface.name == name) { return "wireguard"; }
    if (observed_.predecessors.contains(name)) { return "wireguard"; }
    return "bridge";
  }
  bool has_address(const std::string& name, const Prefix& address) const {
    if (observed_.bridge && observed_.bridge->interface.name == name) {
      return observed_.bridge->addresses.contains(address);
    }
    return observed_.wireguard && observed_.wireguard->interface.name == name &&
           observed_.wireguard->addresses.contains(address);
  }
  void put_time(std::string key, const std::optional<std::uint32_t>& wanted,
                std::uint32_t Bridge::*time) {
    if (!wanted) { return; }
    Text before;
    if (observed_.bridge && (*observed_.bridge).*time != kTimeUnknown) {
      before = seconds_text((*observed_.bridge).*time);
    }
    put(std::move(key), std::move(before), seconds_text(*wanted));
  }

  // Each line that goes or comes.
  void put_hosts(const std::vector<std::string>& wanted) {
    std::set<std::string> after;
    std::set<std::string> before;
    for (const std::string& line : wanted) { after.insert(line_words(line)); }
    if (observed_.hosts) {
      for (const std::string& line : observed_.hosts->lines) { before.insert(line_words(line)); }
    }
    for (const std::string& line : before) {
      if (!after.contains(line)) { put("hosts", line, {}); }
    }
    for (const std::string& line : after) {
      if (!before.contains(line)) { put("hosts", {}, line); }
    }
  }

  // One that takes the place of another differs from it, though neither is shown.
  void put_secret(std::string key, bool has_one, Text after) {
    if (has_one && after == kHidden) { after = kAnother; }
    put(std::move(key), has_one ? Text(kHidden) : Text(), std::move(after));
  }

  void put_peer(const PeerUpdate& update) {
    const WireguardPeer* now = nullptr;
    if (observed_.wireguard) {
      const auto found = observed_.wireguard->peers.find(update.public_key);
      if (found != observed_.wireguard->peers.end()) { now = &found->second; }
    }
    if (update.remove) { return put("public_key", key_text_(update.public_key), {}); }
    if (!update.update_only) { put("public_key", {}, key_text_(update.public_key)); }
    if (update.preshared_key) {
      put_secret("preshared_key", now != nullptr && now->preshared_key,
                 update.preshared_key->has_value() ? Text(kHidden) : Text());
    }
    if (update.endpoint) {
      put("endpoint", now != nullptr && now->endpoint ? Text(to_text(*now->endpoint)) : Text(),
          to_text(*update.endpoint));
    }
    put("persistent_keepalive", update.persistent_keepalive,
        now != nullptr ? &now->persistent_keepalive : nullptr);
    put("allowed_ips", update.allowed_ips, now != nullptr ? &now->allowed_ips : nullptr);
  }

  const State& observed_;
  const KeyText& key_text_;
  std::vector<ChangedValue> values_;
};

}  // namespace

std::vector<ChangedValue> values_of(const Operation& operation, const State& observed,
                                    const KeyText& key_text) {
  Values values(observed, key_text);
  std::visit(values, operation);
  return std::move(values).take();
}

}  // namespace wgmesh
