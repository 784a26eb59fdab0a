#include "controller/ssh/host_key_order.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "common/error.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

// Without an ssh program: OpenSSH's own order, as far as libssh has it.
constexpr const char* kUsualOrder =
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,"
    "rsa-sha2-256";

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::string_view name = list.substr(0, list.find(','));
    if (!name.empty()) { names.emplace_back(name); }
    list.remove_prefix(std::min(name.size() + 1, list.size()));
  }
  return names;
}

}  // namespace

std::vector<std::string> host_key_order(const SshConfig& config, const KnownHosts& known) {
  const std::string& list =
      config.host_key_algorithms.empty() ? kUsualOrder : config.host_key_algorithms;
  std::vector<std::string> names = split(list);
  if (names.empty() || config.host_keys_as_listed ||
      known.knows_kind(kind_of_algorithm(names.front()))) {
    return names;
  }
  const bool has_authority = !known.authority().empty();
  std::ranges::stable_sort(names, std::greater(), [&](const std::string& name) {
    return (has_authority && is_certificate(name)) || known.knows_kind(kind_of_algorithm(name));
  });
  return names;
}

std::string offered_host_keys(const SshConfig& config, const std::vector<std::string>& order) {
  std::vector<std::string> plain;
  for (const std::string& name : order) {
    if (!is_certificate(name) && !name.starts_with("sk-") && !name.starts_with("webauthn-")) {
      plain.push_back(name);
    }
  }
  if (plain.empty()) {
    throw Error(say<"host-key-none-common">(config.alias, fmt::format("{}", fmt::join(order, ",")),
                                            exec_cure(config)));
  }
  return fmt::format("{}", fmt::join(plain, ","));
}

std::optional<std::string> agreed_algorithm(const std::vector<std::string>& order,
                                            std::string_view server) {
  const std::vector<std::string> theirs = split(server);
  const auto found = std::ranges::find_if(order, [&](const std::string& name) {
    return std::ranges::find(theirs, name) != theirs.end();
  });
  return found == order.end() ? std::nullopt : std::optional(*found);
}

}  // namespace wgmesh
