#include "controller/file/destination.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/error.h"
#include "common/net.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::uint16_t parse_port(std::string_view text) {
  unsigned port = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, port);
  if (text.empty() || text.front() == '0' || result.ec != std::errc() || result.ptr != end ||
      port > 65535) {
    throw Error(say<"file-host-malformed">("a port number 1..65535 after the colon", text));
  }
  return static_cast<std::uint16_t>(port);
}

// An IPv6 address, with or without a zone ("fe80::1%eth0").
bool is_ipv6(std::string_view text) {
  const std::size_t zone = text.find('%');
  if (zone != text.npos && zone + 1 == text.size()) { return false; }
  const auto address = parse_ip(text.substr(0, zone));
  return address && address->family == Family::kIpv6;
}

HostAndPort split_bracketed(std::string_view text) {
  const std::size_t close = text.find(']');
  if (close == text.npos) { throw Error(say<"file-host-bracket-open">()); }
  const std::string_view host = text.substr(1, close - 1);
  if (!is_ipv6(host)) {
    throw Error(say<"file-host-malformed">("an IPv6 address between the brackets", host));
  }
  const std::string_view rest = text.substr(close + 1);
  if (rest.empty()) { return {std::string(host), {}}; }
  if (rest.front() != ':') {
    throw Error(say<"file-host-malformed">(":port after the bracket", rest));
  }
  return {std::string(host), parse_port(rest.substr(1))};
}

// Both end up as arguments of `ssh`; a leading dash would be an option there (CVE-2017-1000117's
// kind).
void check_ssh_word(std::string_view what, std::string_view text, std::string_view refused) {
  if (text.empty()) { throw Error(say<"file-ssh-word-empty">(what)); }
  if (text.front() == '-') { throw Error(say<"file-ssh-word-dash">(what)); }
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    const bool is_blank = octet <= ' ' || octet == 0x7f;
    if (is_blank || refused.find(c) != refused.npos) {
      throw Error(say<"file-ssh-word-character">(what, is_blank ? "blank" : std::string(1, c)));
    }
  }
}

constexpr std::string_view kNotInHost = "\\'\"`$;&|<>(){}[]!*?#@";
constexpr std::string_view kNotInUser = "'\"`$;&|<>(){}[]!*?#:";
constexpr std::string_view kSshScheme = "ssh://";

// %40 is an @ (RFC 3986); ssh decodes the user only.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned code = 0;
    const char* end = text.data() + std::min(i + 3, text.size());
    const auto result = std::from_chars(text.data() + i + 1, end, code, 16);
    if (result.ec != std::errc() || result.ptr != text.data() + i + 3 || code == 0) {
      throw Error(say<"file-host-percent-malformed">(text));
    }
    out += static_cast<char>(code);
    i += 2;
  }
  return out;
}

// What follows ssh://, as ssh(1) takes it: [user@]host[:port], with or without a slash at the end.
SshTarget parse_ssh_uri(std::string_view text) {
  if (text.ends_with('/')) { text.remove_suffix(1); }
  if (text.find('/') != text.npos) { throw Error(say<"file-host-with-path">()); }
  const std::size_t at = text.rfind('@');
  SshTarget target = parse_ssh_target(at == text.npos ? text : text.substr(at + 1));
  if (at == text.npos) { return target; }
  target.user = percent_decoded(text.substr(0, at));
  check_ssh_word("user", target.user, kNotInUser);
  return target;
}

}  // namespace

HostAndPort split_host_port(std::string_view text) {
  if (text.empty()) { throw Error(say<"file-host-missing">(", found nothing")); }
  if (text.front() == '[') { return split_bracketed(text); }
  const std::size_t colons = static_cast<std::size_t>(std::ranges::count(text, ':'));
  if (colons == 0) { return {std::string(text), {}}; }
  if (colons > 1) {
    if (is_ipv6(text)) { return {std::string(text), {}}; }
    throw Error(say<"file-host-many-colons">(text));
  }
  const std::size_t colon = text.find(':');
  if (colon == 0) { throw Error(say<"file-host-missing">(" before the colon")); }
  return {std::string(text.substr(0, colon)), parse_port(text.substr(colon + 1))};
}

SshTarget parse_ssh_target(std::string_view text) {
  if (text.starts_with(kSshScheme)) { return parse_ssh_uri(text.substr(kSshScheme.size())); }
  SshTarget target;
  // The last one, as ssh does: a user may have an @ in its name (user@domain@host).
  const std::size_t at = text.rfind('@');
  if (at != text.npos) {
    check_ssh_word("user", text.substr(0, at), kNotInUser);
    target.user = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  const HostAndPort split = split_host_port(text);
  check_ssh_word("host", split.host, kNotInHost);
  target.host = split.host;
  target.port = split.port;
  return target;
}

void check_endpoint_host(std::string_view host) {
  if (host.find(':') != host.npos || parse_ip(host)) {
    if (host.find('%') != host.npos) {
      throw Error(say<"file-endpoint-link-local">("an address with a zone"));
    }
    const auto address = parse_ip(host);
    if (!address) { throw Error(say<"file-endpoint-no-address">(host, "IPv6")); }
    const auto in = [&](const char* prefix) { return contains(*parse_prefix(prefix), *address); };
    if (in("0.0.0.0/8") || in("::/128")) { throw Error(say<"file-endpoint-unspecified">()); }
    if (is_loopback(*address)) {
      throw Error(
          say<"file-endpoint-loopback">(fmt::format("the loopback address {}", host), "one"));
    }
    if (in("224.0.0.0/3") || in("ff00::/8")) { throw Error(say<"file-endpoint-multicast">()); }
    if (in("fe80::/10")) { throw Error(say<"file-endpoint-link-local">("a link-local address")); }
    return;
  }
  if (host == "localhost" || host == "localhost." || host.ends_with(".localhost")) {
    throw Error(say<"file-endpoint-loopback">(host, "an address"));
  }
  if (host.empty() || host.size() > 253) { throw Error(say<"file-endpoint-name-length">()); }
  std::size_t label = 0;
  bool numeric = true;  // the last label, as yet
  for (const char c : host) {
    if (c == '.') {
      if (label == 0) { throw Error(say<"file-endpoint-name-part-empty">(host)); }
      label = 0;
      numeric = true;
      continue;
    }
    if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_') {
      throw Error(say<"file-host-malformed">("a host name or an address", host));
    }
    if (label == 0 && c == '-') {
      throw Error(say<"file-endpoint-name-part-unfit">(host, "begins with a dash"));
    }
    numeric = numeric && is_digit(c);
    if (++label > 63) {
      throw Error(say<"file-endpoint-name-part-unfit">(host, "is longer than 63 characters"));
    }
  }
  // No top-level domain is a number: this is a broken IPv4 address, and a resolver might guess at
  // it.
  if (numeric && host.back() != '.') { throw Error(say<"file-endpoint-no-address">(host, "IPv4")); }
}

void check_proxy_jump(std::string_view text) {
  if (text == "none") { return; }
  for (;;) {
    const std::size_t comma = text.find(',');
    parse_ssh_target(text.substr(0, comma));
    if (comma == text.npos) { return; }
    text.remove_prefix(comma + 1);
  }
}

}  // namespace wgmesh
