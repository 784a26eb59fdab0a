#include "agent/store/stored_mesh.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "agent/text/messages.h"
#include "common/hash.h"
#include "common/naming.h"
#include "common/secret_text.h"

namespace wgmesh {
namespace {

constexpr std::uint32_t kMaxStoredMtu = 65'535;
constexpr std::uint32_t kMinPortMtu = 68;  // what the kernel lets an Ethernet interface have

std::string checksum(std::string_view payload) {
  const Hash hash = hash_of({"wgmesh stored file", payload});
  std::string hex;
  for (std::size_t i = 0; i < 16; ++i) { hex += fmt::format("{:02x}", hash[i]); }
  return hex;
}

WipedText with_header(std::string_view payload) {
  std::string text;
  text.reserve(payload.size() + 64);
  text += fmt::format("wgmesh {} {}\n", kStoredFormat, checksum(payload));
  text += payload;
  return WipedText(std::move(text));
}

// The payload behind the header line.
std::string_view checked_payload(std::string_view content) {
  const auto newline = content.find('\n');
  const std::string_view header = content.substr(0, newline);
  constexpr std::string_view kName = "wgmesh ";
  if (newline == std::string_view::npos || !header.starts_with(kName)) {
    throw Damaged(say<"store-file-damaged">("has no header line"));
  }
  unsigned format = 0;
  const char* begin = header.data() + kName.size();
  const char* end = header.data() + header.size();
  const auto [after, fault] = std::from_chars(begin, end, format);
  if (fault != std::errc{} || after == end || *after != ' ') {
    throw Damaged(say<"store-file-damaged">("has a broken header line"));
  }
  if (format > kStoredFormat) { throw NewerFormat("has", format, kStoredFormat); }
  const std::string_view payload = content.substr(newline + 1);
  if (std::string_view(after + 1, static_cast<std::size_t>(end - after - 1)) != checksum(payload)) {
    throw Damaged(say<"store-checksum-wrong">());
  }
  return payload;
}

Secret parse_base64(std::string_view text) {
  auto secret = secret_from_base64(text);
  if (!secret) { throw Damaged(say<"store-file-damaged">("holds no key")); }
  return std::move(*secret);
}

// The next word up to `separator`, taken off the front.
std::string_view take(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) { throw Damaged(say<"store-file-damaged">("is cut off")); }
  const std::string_view word = text.substr(0, at);
  text.remove_prefix(at + 1);
  return word;
}

// One line a peer: "NODE BASE64".
WipedText put_preshared_keys(const std::map<std::string, Secret>& keys) {
  std::string text;
  std::size_t size = 0;
  for (const auto& [node, key] : keys) { size += node.size() + kBase64Key + 2; }
  text.reserve(size);
  for (const auto& [node, key] : keys) {
    text += node;
    text += ' ';
    append_secret(text, key);
    text += '\n';
  }
  const WipedText payload(std::move(text));
  return with_header(*payload);
}

std::map<std::string, Secret> parse_preshared_keys(std::string_view payload) {
  std::map<std::string, Secret> keys;
  while (!payload.empty()) {
    const std::string node(take(payload, ' '));
    if (!is_node_name(node)) {
      throw Damaged(say<"store-file-damaged">("holds a key without a name"));
    }
    keys.insert_or_assign(node, parse_base64(take(payload, '\n')));
  }
  return keys;
}

void check_mtu(std::uint32_t mtu, std::uint32_t least, const char* whose) {
  if (mtu >= least && mtu <= kMaxStoredMtu) { return; }
  throw Damaged(say<"store-file-damaged">(
      fmt::format("holds {} of {}, not {} to {}", whose, mtu, least, kMaxStoredMtu)));
}

// One line a port: "NAME MTU up|down MASTER", master may be empty; then " NAME MTU" for each link
// that stands on it.
std::string put_former_ports(const std::map<std::string, ForeignPort>& ports) {
  std::string text;
  for (const auto& [name, port] : ports) {
    text += fmt::format("{} {} {} {}", name, port.mtu, port.up ? "up" : "down", port.master);
    for (const auto& [above, mtu] : port.above) { text += fmt::format(" {} {}", above, mtu); }
    text += '\n';
  }
  return text;
}

std::uint32_t parse_mtu(std::string_view text) {
  std::uint32_t mtu = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), mtu).ec != std::errc{}) {
    throw Damaged(say<"store-file-damaged">("holds no MTU"));
  }
  return mtu;
}

std::map<std::string, ForeignPort> parse_former_ports(std::string_view payload) {
  std::map<std::string, ForeignPort> ports;
  while (!payload.empty()) {
    const std::string name(take(payload, ' '));
    if (name.empty() || name.size() > kMaxInterfaceName) {
      throw Damaged(say<"store-file-damaged">("holds no interface"));
    }
    ForeignPort port;
    port.mtu = parse_mtu(take(payload, ' '));
    check_mtu(port.mtu, kMinPortMtu, "a port's MTU");
    port.up = take(payload, ' ') == "up";
    std::string_view rest = take(payload, '\n');
    port.master = rest.substr(0, rest.find(' '));
    rest.remove_prefix(port.master.size());
    while (!rest.empty()) {
      rest.remove_prefix(1);
      const std::string above(take(rest, ' '));
      const std::string_view number = rest.substr(0, rest.find(' '));
      port.above.emplace_back(above, parse_mtu(number));
      check_mtu(port.above.back().second, kMinPortMtu, "the MTU of a link above a port");
      rest.remove_prefix(number.size());
    }
    ports.insert_or_assign(name, port);
  }
  return ports;
}

// One line a peer: "NODE ADDRESS:PORT".
std::string put_endpoints(const std::map<std::string, SocketAddress>& endpoints) {
  std::string text;
  for (const auto& [node, endpoint] : endpoints) { text += node + ' ' + to_text(endpoint) + '\n'; }
  return text;
}

std::map<std::string, SocketAddress> parse_endpoints(std::string_view payload) {
  std::map<std::string, SocketAddress> endpoints;
  while (!payload.empty()) {
    const std::string node(take(payload, ' '));
    const auto endpoint = parse_socket_address(take(payload, '\n'));
    if (!endpoint) { throw Damaged(say<"store-file-damaged">("holds no address")); }
    endpoints.insert_or_assign(node, *endpoint);
  }
  return endpoints;
}

// Of the plan's values those that are told or used before `desired_state` looks at all of them.
void check_values(const proto::Plan& plan) {
  if (!is_mesh_name(plan.mesh()) || !is_node_name(plan.node())) {
    throw Damaged(say<"store-file-damaged">("holds no plan"));
  }
  check_mtu(plan.segment_mtu(), kLeastIpv4Mtu, "a segment MTU");
  check_mtu(plan.device().mtu(), kLeastIpv4Mtu, "a WireGuard MTU");
  for (const proto::Peer& peer : plan.peers()) {
    if (!is_node_name(peer.node())) {
      throw Damaged(say<"store-file-damaged">("holds a peer without a name"));
    }
  }
}

proto::Plan parse_plan(std::string_view payload) {
  proto::Plan plan;
  if (!plan.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    throw Damaged(say<"store-file-damaged">("holds no plan"));
  }
  if (plan.format_version() > kPlanFormat) {
    throw NewerFormat("holds a plan of", plan.format_version(), kPlanFormat);
  }
  check_values(plan);
  return plan;
}

}  // namespace

NewerFormat::NewerFormat(const std::string& what, unsigned format, unsigned known)
    : Error(say<"store-format-newer">(what, format, WGMESH_VERSION, known)) {}

bool StoredMesh::empty() const {
  return !private_key && preshared_keys.empty() && !plan && former_ports.empty() &&
         endpoints.empty() && !taken_down;
}

std::map<std::string, WipedText> put_stored(const StoredMesh& stored) {
  std::map<std::string, WipedText> files;
  if (stored.private_key) {
    std::string text;
    text.reserve(kBase64Key + 1);
    append_secret(text, *stored.private_key);
    text += '\n';
    const WipedText payload(std::move(text));
    files.emplace("private_key", with_header(*payload));
  }
  if (!stored.preshared_keys.empty()) {
    files.emplace("preshared_keys", put_preshared_keys(stored.preshared_keys));
  }
  if (stored.plan) { files.emplace("plan", with_header(stored.plan->SerializeAsString())); }
  if (!stored.former_ports.empty()) {
    files.emplace("former_ports", with_header(put_former_ports(stored.former_ports)));
  }
  if (!stored.endpoints.empty()) {
    files.emplace("endpoints", with_header(put_endpoints(stored.endpoints)));
  }
  if (stored.taken_down) { files.emplace("down", with_header("stays down\n")); }
  return files;
}

void parse_stored(std::string_view name, std::string_view content, StoredMesh& stored) {
  std::string_view payload = checked_payload(content);
  if (name == "private_key") {
    stored.private_key = parse_base64(take(payload, '\n'));
  } else if (name == "preshared_keys") {
    stored.preshared_keys = parse_preshared_keys(payload);
  } else if (name == "plan") {
    stored.plan = parse_plan(payload);
  } else if (name == "former_ports") {
    stored.former_ports = parse_former_ports(payload);
  } else if (name == "endpoints") {
    stored.endpoints = parse_endpoints(payload);
  } else if (name == "down") {
    stored.taken_down = true;
  } else {
    throw Error(say<"internal">(fmt::format("no stored file is called {}", name)));
  }
}

bool same_plan(const proto::Plan& a, const proto::Plan& b) {
  // The lite runtime has no field-wise comparison. A plan has no maps, so equal plans of one
  // program are equal octets; after an upgrade the worst case is one more commit.
  proto::Plan x = a;
  proto::Plan y = b;
  x.clear_generation();
  y.clear_generation();
  return x.SerializeAsString() == y.SerializeAsString();
}

}  // namespace wgmesh
