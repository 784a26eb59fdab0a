#include "controller/ssh/ssh_public_key.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace wgmesh {
namespace {

constexpr std::string_view kCertificateEnd = "-cert-v01@openssh.com";
constexpr std::size_t kMaxKey = 64u << 10;

// What follows the kind in a key's wire form. Numbers may be written with zeros in front of them.
struct Shape {
  std::string_view kind;
  unsigned fields;
  bool numbers = false;
};
constexpr std::array kShapes = {
    Shape{"ssh-ed25519", 1},
    Shape{"ssh-rsa", 2, true},
    Shape{"ssh-dss", 4, true},
    Shape{"ecdsa-sha2-nistp256", 2},
    Shape{"ecdsa-sha2-nistp384", 2},
    Shape{"ecdsa-sha2-nistp521", 2},
    Shape{"sk-ssh-ed25519@openssh.com", 2},
    Shape{"sk-ecdsa-sha2-nistp256@openssh.com", 3},
};

const Shape* shape_of(std::string_view kind) {
  const auto* found = std::ranges::find(kShapes, kind, &Shape::kind);
  return found == kShapes.end() ? nullptr : found;
}

std::optional<std::string_view> take_field(std::string_view& in) {
  if (in.size() < 4) { return std::nullopt; }
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) { size = size << 8 | static_cast<unsigned char>(in[i]); }
  in.remove_prefix(4);
  if (size > in.size()) { return std::nullopt; }
  const std::string_view field = in.substr(0, size);
  in.remove_prefix(size);
  return field;
}

void put_field(std::string& out, std::string_view field) {
  for (const int shift : {24, 16, 8, 0}) {
    out += static_cast<char>((field.size() >> shift) & 0xff);
  }
  out += field;
}

// Without zeros in front, but for the one that a number needs whose first bit is set. A negative
// number is in no key.
std::optional<std::string> canonical_number(std::string_view octets) {
  const auto is_high = [](std::string_view text) {
    return !text.empty() && static_cast<signed char>(text.front()) < 0;
  };
  if (is_high(octets)) { return std::nullopt; }
  octets.remove_prefix(std::min(octets.find_first_not_of('\0'), octets.size()));
  return (is_high(octets) ? std::string(1, '\0') : std::string()).append(octets);
}

}  // namespace

bool is_certificate(std::string_view algorithm) { return algorithm.ends_with(kCertificateEnd); }

std::string kind_of_algorithm(std::string_view algorithm) {
  std::string kind(algorithm);
  if (is_certificate(kind)) {
    kind.resize(kind.size() - kCertificateEnd.size());
    if (kind.starts_with("sk-")) { kind += "@openssh.com"; }
  }
  return kind == "rsa-sha2-256" || kind == "rsa-sha2-512" ? "ssh-rsa" : kind;
}

std::optional<SshPublicKey> parse_ssh_public_key(std::string_view wire) {
  const auto name = take_field(wire);
  if (!name) { return std::nullopt; }
  SshPublicKey key;
  key.certificate = is_certificate(*name);
  key.kind = key.certificate ? kind_of_algorithm(*name) : std::string(*name);
  const Shape* shape = shape_of(key.kind);
  if (shape == nullptr) { return std::nullopt; }
  if (key.certificate && !take_field(wire)) {
    return std::nullopt;  // its nonce
  }
  put_field(key.wire, key.kind);
  for (unsigned i = 0; i < shape->fields; ++i) {
    const auto field = take_field(wire);
    if (!field) { return std::nullopt; }
    if (shape->numbers) {
      const auto number = canonical_number(*field);
      if (!number) { return std::nullopt; }
      put_field(key.wire, *number);
      continue;
    }
    put_field(key.wire, *field);
  }
  if (!key.certificate && !wire.empty()) { return std::nullopt; }
  return key;
}

std::optional<SshPublicKey> parse_ssh_public_key(std::string_view name, std::string_view base64) {
  const auto wire = octets_of(base64);
  if (!wire) { return std::nullopt; }
  auto key = parse_ssh_public_key(*wire);
  if (!key || key->certificate != is_certificate(name) || key->kind != kind_of_algorithm(name)) {
    return std::nullopt;
  }
  return key;
}

std::optional<std::string> octets_of(std::string_view base64) {
  if (base64.size() > kMaxKey) { return std::nullopt; }
  std::string octets(base64.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(octets.data()), octets.size(),
                        base64.data(), base64.size(), "\r\v\f", &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  octets.resize(size);
  return octets;
}

std::string base64_of(std::string_view octets) {
  std::string text(sodium_base64_encoded_len(octets.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(octets.data()),
                    octets.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminating NUL
  return text;
}

}  // namespace wgmesh
