#include "controller/ssh/known_hosts_line.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "common/error.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr std::string_view kBlank = " \t";
constexpr std::string_view kHashed = "|1|";
constexpr std::size_t kSaltSize = 20;      // a SHA-1
constexpr std::size_t kMaxPattern = 1023;  // OpenSSH takes a list with a longer one for no match

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), [](char c) { return lower(c); });
  return made;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
}

// Up to the next blank, which stays.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find_first_of(kBlank));
  text.remove_prefix(word.size());
  return word;
}

bool matches_pattern(std::string_view text, std::string_view pattern) {
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;  // the last one, and what it has eaten up to
  std::size_t eaten = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      eaten = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++eaten;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::string hash_with(std::string_view salt, std::string_view name) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (HMAC(EVP_sha1(), salt.data(), static_cast<int>(salt.size()),
           reinterpret_cast<const unsigned char*>(name.data()), name.size(), digest.data(),
           &size) == nullptr) {
    throw Error(say<"host-key-hash-missing">());
  }
  return std::string(kHashed) + base64_of(salt) + "|" +
         base64_of({reinterpret_cast<const char*>(digest.data()), size});
}

// Nothing: it is no hash.
std::optional<bool> matches_hash(const std::string& name, std::string_view hosts) {
  if (!hosts.starts_with(kHashed)) { return std::nullopt; }
  const std::string_view rest = hosts.substr(kHashed.size());
  const std::string_view text = rest.substr(0, rest.find('|'));
  if (text.size() == rest.size()) { return std::nullopt; }
  const auto salt = octets_of(text);
  if (!salt || salt->size() != kSaltSize) { return std::nullopt; }
  return hash_with(*salt, name) == hosts;
}

// The markers at the beginning of a line, which may be one.
struct Markers {
  KnownHostsMarker marker = KnownHostsMarker::kNone;
  std::string fault;
};

Markers take_markers(std::string_view& line) {
  Markers found;
  unsigned count = 0;
  while (line.starts_with('@')) {
    const std::string_view word = take_word(line);
    skip_blanks(line);
    if (++count > 1) {
      found.fault = "more than one marker";
    } else if (word == "@revoked") {
      found.marker = KnownHostsMarker::kRevoked;
    } else if (word == "@cert-authority") {
      found.marker = KnownHostsMarker::kCertAuthority;
    } else {
      found.fault = "an unknown marker";
    }
  }
  // What stands there may have been meant to refuse a key.
  if (!found.fault.empty()) { found.marker = KnownHostsMarker::kRevoked; }
  return found;
}

}  // namespace

bool matches_host(std::string_view name, std::string_view patterns) {
  const std::string host = lower(name);
  bool matched = false;
  while (!patterns.empty()) {
    const bool negated = patterns.front() == '!';
    if (negated) { patterns.remove_prefix(1); }
    const std::string_view pattern = patterns.substr(0, patterns.find(','));
    if (pattern.size() >= kMaxPattern) { return false; }
    patterns.remove_prefix(std::min(pattern.size() + 1, patterns.size()));
    if (!matches_pattern(host, lower(pattern))) { continue; }
    if (negated) { return false; }
    matched = true;
  }
  return matched;
}

std::string hashed_host(const std::string& name) {
  std::array<char, kSaltSize> salt;
  randombytes_buf(salt.data(), salt.size());
  return hash_with({salt.data(), salt.size()}, name);
}

std::optional<KnownHostsLine> read_known_hosts_line(std::string_view line,
                                                    const std::string& name) {
  line = line.substr(0, line.find('\0'));  // where a C string ends
  skip_blanks(line);
  if (line.empty() || line.front() == '#' || line == "\r") { return std::nullopt; }
  Markers markers = take_markers(line);
  KnownHostsLine read{markers.marker, std::nullopt, std::move(markers.fault)};
  const std::string_view hosts = take_word(line);
  if (hosts.starts_with('|')) {
    const std::optional<bool> matches = matches_hash(name, hosts);
    if (!matches) {
      read.fault = "no hash of a host";
      return read;
    }
    if (!*matches) { return std::nullopt; }
  } else if (!matches_host(name, hosts)) {
    return std::nullopt;
  }
  if (!read.fault.empty()) { return read; }
  skip_blanks(line);
  const std::string_view kind = take_word(line);
  skip_blanks(line);
  read.key = parse_ssh_public_key(kind, take_word(line));
  if (!read.key) { read.fault = "no key that is understood"; }
  return read;
}

}  // namespace wgmesh
