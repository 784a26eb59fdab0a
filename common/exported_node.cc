#include "common/exported_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "common/export_text.h"
#include "common/messages.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

// Letters, digits and those of `more`: nothing that a shell, an INI file or a pattern knows.
bool has_only(std::string_view text, std::string_view more) {
  return std::ranges::all_of(text, [&](char c) {
    return kLetters.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
  });
}

// Of interfaces. A shell takes a tilde at the start of a word for a home.
bool is_safe_name(std::string_view name) {
  return has_only(name, "_.:@~-") && !name.starts_with('~');
}

[[noreturn]] void refuse_text(std::string_view key, std::string_view text) {
  throw Error(say_common<"export-text-unsafe">(key, text));
}

}  // namespace

std::string export_header(std::string_view mesh, std::string_view node) {
  return fmt::format("# wgmesh export 1: mesh {}, node {}", mesh, node);
}

std::vector<ExportedFile> export_files(const ExportedNode& node, ExportFormat format) {
  return format == ExportFormat::kWgQuick ? wg_quick_files(node) : networkd_files(node);
}

void put_peer(ExportText& text, const ExportedPeer& peer, std::string_view section,
              std::string_view equals) {
  text.line("");
  text.line("{}", section);
  text.line("# {}", peer.node);
  text.line("PublicKey{}{}", equals, to_base64(peer.public_key));
  text.secret(fmt::format("PresharedKey{}", equals), peer.preshared_key);
  text.line("AllowedIPs{}{}", equals, to_text(Prefix{peer.inner, peer.inner.bits()}));
  if (peer.endpoint) { text.line("Endpoint{}{}", equals, to_text(*peer.endpoint)); }
  if (peer.persistent_keepalive != 0) {
    text.line("PersistentKeepalive{}{}", equals, peer.persistent_keepalive);
  }
}

WipedText secret_text_of(const ExportedNode& node, PutExport put) {
  ExportedNode hidden = node;
  hidden.private_key.reset();
  for (ExportedPeer& peer : hidden.peers) { peer.preshared_key.reset(); }
  ExportText measured(0);
  put(measured, hidden);
  ExportText text(measured.size() + (node.peers.size() + 1) * kBase64Key);
  put(text, node);
  return WipedText(std::move(text).take());
}

bool is_export_name(std::string_view name, std::string_view mesh, ExportFormat format) {
  if (format == ExportFormat::kWgQuick) { return name == wireguard_name(mesh) + ".conf"; }
  return name.starts_with("10-") &&
         (name.ends_with(".netdev") || name.ends_with(".network") || name.ends_with(".link"));
}

std::string exported_interface(std::string_view key, const std::string& name) {
  if (!is_interface_name(name) || !is_safe_name(name)) { refuse_text(key, name); }
  return name;
}

Prefix exported_prefix(std::string_view key, const std::string& text) {
  const auto prefix = parse_prefix(text);
  if (!prefix) { refuse_text(key, text); }
  return *prefix;
}

IpAddress exported_address(std::string_view key, const std::string& text) {
  const auto address = parse_ip(text);
  if (!address) { refuse_text(key, text); }
  return *address;
}

std::optional<HostPort> exported_endpoint(const std::string& text) {
  if (text.empty()) { return std::nullopt; }
  auto endpoint = parse_host_port(text);
  if (!endpoint || endpoint->host.empty() || !has_only(endpoint->host, "_.:%-")) {
    refuse_text("endpoint", text);
  }
  return endpoint;
}

MacAddress exported_mac(std::string_view key, const std::string& octets) {
  MacAddress mac;
  if (octets.size() != mac.octets.size()) {
    refuse_text(key, fmt::format("{} octets", octets.size()));
  }
  std::ranges::copy(octets, mac.octets.begin());
  return mac;
}

PublicKey exported_key(const std::string& octets) {
  const auto key = public_key_from(octets);
  if (!key) { refuse_text("public_key", fmt::format("{} octets", octets.size())); }
  return *key;
}

std::string exported_node_name(const std::string& name) {
  if (!is_node_name(name)) { refuse_text("node", name); }
  return name;
}

std::string exported_mesh_name(const std::string& name) {
  if (!is_mesh_name(name)) { refuse_text("name", name); }
  return name;
}

std::string exported_altname(const std::string& name) {
  if (!is_safe_name(name)) { refuse_text("tunnel.altname", name); }
  return name;
}

}  // namespace wgmesh
