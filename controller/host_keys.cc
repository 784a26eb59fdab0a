#include "controller/host_keys.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>

#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

constexpr std::string_view kRevokedMarker = "@revoked";

// In our order of preference. A key's kind and the algorithms that prove it.
struct Algorithms {
  ssh_keytypes_e kind;
  const char* names;
};
constexpr std::array kAlgorithms = {
    Algorithms{SSH_KEYTYPE_ED25519, "ssh-ed25519"},
    Algorithms{SSH_KEYTYPE_ECDSA_P256, "ecdsa-sha2-nistp256"},
    Algorithms{SSH_KEYTYPE_ECDSA_P384, "ecdsa-sha2-nistp384"},
    Algorithms{SSH_KEYTYPE_ECDSA_P521, "ecdsa-sha2-nistp521"},
    Algorithms{SSH_KEYTYPE_RSA, "rsa-sha2-512,rsa-sha2-256"},
};

// Nothing for a line of other hosts, a comment, a marker we do not act on, or an unknown key type.
SshKey key_of_line(const std::string& line, const std::string& name) {
  ssh_knownhosts_entry* raw = nullptr;
  if (ssh_known_hosts_parse_line(name.c_str(), line.c_str(), &raw) != SSH_OK) return nullptr;
  const SshKnownHostsEntry entry(raw);
  return SshKey(std::exchange(entry->publickey, nullptr));
}

void read_known_hosts(const std::string& file, const std::string& name,
                      std::vector<KnownKey>& into) {
  std::ifstream in(file);
  unsigned number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const bool revoked = line.starts_with(kRevokedMarker);
    if (revoked) line.erase(0, line.find_first_not_of(" \t", kRevokedMarker.size()));
    if (line.empty() || line.front() == '#' || line.front() == '@') continue;
    if (SshKey key = key_of_line(line, name)) {
      into.push_back({std::move(key), revoked, fmt::format("{}:{}", file, number)});
    }
  }
}

}  // namespace

KnownHosts::KnownHosts(const std::vector<std::string>& files, const std::string& name) {
  for (const std::string& file : files) read_known_hosts(file, name, keys_);
}

HostKeyVerdict KnownHosts::check(ssh_key shown) const {
  HostKeyVerdict verdict = HostKeyVerdict::kUnknown;
  for (const KnownKey& known : keys_) {
    const bool same = ssh_key_cmp(shown, known.key.get(), SSH_KEY_CMP_PUBLIC) == 0;
    if (known.revoked) {
      if (same) return HostKeyVerdict::kRevoked;  // whatever else is written
      continue;
    }
    if (same) {
      verdict = HostKeyVerdict::kKnown;
    } else if (verdict != HostKeyVerdict::kKnown) {
      const bool same_kind = ssh_key_type(shown) == ssh_key_type(known.key.get());
      if (same_kind) {
        verdict = HostKeyVerdict::kChanged;
      } else if (verdict == HostKeyVerdict::kUnknown) {
        verdict = HostKeyVerdict::kOtherKind;
      }
    }
  }
  return verdict;
}

std::string KnownHosts::preferred_algorithms() const {
  std::set<ssh_keytypes_e> known;
  for (const KnownKey& entry : keys_) {
    if (!entry.revoked) known.insert(ssh_key_type(entry.key.get()));
  }
  std::string first;
  std::string then;
  for (const Algorithms& algorithms : kAlgorithms) {
    std::string& list = known.contains(algorithms.kind) ? first : then;
    list += fmt::format("{}{}", list.empty() ? "" : ",", algorithms.names);
  }
  if (first.empty()) return then;
  return then.empty() ? first : first + "," + then;
}

std::string KnownHosts::where(ssh_key shown) const {
  std::string found;
  for (const KnownKey& known : keys_) {
    const bool same = ssh_key_cmp(shown, known.key.get(), SSH_KEY_CMP_PUBLIC) == 0;
    if (known.revoked && same) return known.where;
    if (!known.revoked && !same && found.empty()) found = known.where;
  }
  return found;
}

void add_known_host(const std::string& file, const std::string& name, ssh_key key) {
  char* raw = nullptr;
  if (ssh_pki_export_pubkey_base64(key, &raw) != SSH_OK) throw Error("cannot write the host key");
  const SshText base64(raw);
  const char* kind = ssh_key_type_to_char(ssh_key_type(key));
  const std::filesystem::path directory = std::filesystem::path(file).parent_path();
  if (!directory.empty()) ::mkdir(directory.c_str(), 0700);  // one that is there is as good
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!fd) throw SystemError("open " + file, errno);
  // A file that an editor left without a last newline would join our line to its last one.
  std::string line = fmt::format("{} {} {}\n", name, kind, base64.get());
  char last = '\n';
  const off_t size = ::lseek(fd.get(), 0, SEEK_END);
  if (size > 0 && ::pread(fd.get(), &last, 1, size - 1) == 1 && last != '\n') line.insert(0, "\n");
  // One write: other threads of ours append to the same file.
  if (::write(fd.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    throw SystemError("write " + file, errno);
  }
}

std::string fingerprint(ssh_key key) {
  unsigned char* hash = nullptr;
  std::size_t size = 0;
  if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != SSH_OK) return "?";
  const SshText text(ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size));
  ssh_clean_pubkey_hash(&hash);
  return fmt::format("{} {}", ssh_key_type_to_char(ssh_key_type(key)), text.get());
}

}  // namespace wgmesh
