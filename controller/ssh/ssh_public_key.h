// A public key in the form that it has on the wire, so that keys of files, of servers and of agents
// are compared without asking a library that knows fewer kinds than OpenSSH. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wgmesh {

struct SshPublicKey {
  std::string kind;          // "ssh-ed25519"; of a certificate: the kind of the key in it
  std::string wire;          // one form for one key: without a certificate, numbers cut to length
  bool certificate = false;  // it came wrapped in a certificate
  bool operator==(const SshPublicKey&) const = default;
};

// Nothing for octets that are no key of a kind that OpenSSH writes.
std::optional<SshPublicKey> parse_ssh_public_key(std::string_view wire);
// `name` is the word before the key in a file; nothing when both do not agree.
std::optional<SshPublicKey> parse_ssh_public_key(std::string_view name, std::string_view base64);

// The kind of key behind an algorithm: "ssh-rsa" for "rsa-sha2-512-cert-v01@openssh.com".
std::string kind_of_algorithm(std::string_view algorithm);
bool is_certificate(std::string_view algorithm);

std::string base64_of(std::string_view octets);
// As OpenSSH reads it: white space inside is passed over.
std::optional<std::string> octets_of(std::string_view base64);

}  // namespace wgmesh
