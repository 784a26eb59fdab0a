#include "controller/ssh/ssh_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>

#include "controller/reach/captured_child.h"
#include "controller/reach/local_account.h"
#include "controller/ssh/exec_cure.h"
#include "controller/ssh/path_list.h"
#include "controller/text/lower_case.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

// What changes who, where or how and has no counterpart in libssh. Any value but ssh's default is
// an error. All other unknown options only concern what we never do (forwarding, terminals,
// sharing).
constexpr std::array kCannotHonour = {
    "bindinterface",       "certificatefile", "knownhostscommand", "pkcs11provider",
    "proxyusefdpass",      "remotecommand",   "revokedhostkeys",   "requiredrsasize",
    "securitykeyprovider", "sessiontype",     "stdinnull",         "forkafterauthentication",
};

std::string value_of(const SshOptionLines& options, const std::string& name,
                     const std::string& otherwise = {}) {
  const auto found = options.find(name);
  return found == options.end() || found->second.empty() ? otherwise : found->second.front();
}

bool is_yes(const SshOptionLines& options, const std::string& name, bool otherwise) {
  const std::string value = value_of(options, name, otherwise ? "yes" : "no");
  return value == "yes" || value == "true";
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) { return std::nullopt; }
  return value;
}

std::string token(char letter, const SshConfig& config) {
  switch (letter) {
    case '%':
      return "%";
    case 'd':
      return local_account().home;
    case 'h':
      return config.host_name;
    case 'i':
      return std::to_string(getuid());
    case 'k':
      return config.host_key_alias.empty() ? config.alias : config.host_key_alias;
    case 'L':
      return local_host().substr(0, local_host().find('.'));
    case 'l':
      return local_host();
    case 'n':
      return config.alias;
    case 'p':
      return std::to_string(config.port);
    case 'r':
      return config.user;
    case 'u':
      return local_account().user;
    default:
      throw Error(say<"ssh-option-token-unknown">(letter));
  }
}

// Percent tokens; for paths also a leading ~ and ${ENVIRONMENT}.
std::string expand(const std::string& option, const std::string& text, const SshConfig& config,
                   bool path) try {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 1 < text.size()) {
      made += token(text[++i], config);
    } else if (path && text[i] == '$' && text.compare(i, 2, "${") == 0 &&
               text.find('}', i) != std::string::npos) {
      const std::size_t end = text.find('}', i);
      const char* value = getenv(text.substr(i + 2, end - i - 2).c_str());
      if (value == nullptr) {
        throw Error(say<"ssh-option-variable-unset">(text.substr(i, end - i + 1)));
      }
      made += value;
      i = end;
    } else {
      made += text[i];
    }
  }
  if (path && (made == "~" || made.starts_with("~/"))) { made.replace(0, 1, local_account().home); }
  return made;
} catch (Error& error) {
  error.add_context(fmt::format("ssh option {} {}", option, text));
  throw;
}

void refuse_what_cannot_be_honoured(const SshConfig& config, const SshOptionLines& options,
                                    const SshOptionLines& defaults) {
  std::vector<std::string> refused;
  for (const char* name : kCannotHonour) {
    const auto found = options.find(name);
    if (found == options.end()) { continue; }
    const auto usual = defaults.find(name);
    if (usual != defaults.end() && usual->second == found->second) { continue; }
    if (found->second.front() == "none" || found->second.front() == "no") { continue; }
    refused.push_back(fmt::format("{} {}", name, found->second.front()));
  }
  if (refused.empty()) { return; }
  throw Error(say<"ssh-config-unsupported">(
      config.alias, fmt::format("{}", fmt::join(refused, ", ")), exec_cure(config)));
}

// The list when the user has set one, else empty: libssh's own order is better than a filtered copy
// of OpenSSH's.
std::string chosen_list(const SshOptionLines& options, const SshOptionLines& defaults,
                        const std::string& name) {
  const std::string value = value_of(options, name);
  return value == value_of(defaults, name) ? std::string() : value;
}

// A file, or something that cannot be looked at and may be one.
bool is_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) { return errno != ENOENT && errno != ENOTDIR; }
  return !S_ISDIR(status.st_mode);
}

// Newer versions of ssh print paths with their tokens expanded, older ones as they were written.
std::string expand_printed(const std::string& option, const std::string& path,
                           const SshConfig& config) {
  return path.starts_with('/') && is_file(path) ? path : expand(option, path, config, true);
}

std::vector<std::string> paths(const SshOptionLines& options, const std::string& name,
                               const SshConfig& config) {
  std::vector<std::string> made;
  const PathExists exists = [&](const std::string& path) {
    return path != "none" && is_file(expand_printed(name, path, config));
  };
  std::vector<std::string> found;
  try {
    found = split_path_list(value_of(options, name), exists);
  } catch (Error& error) {
    error.add_context("ssh option " + name);
    throw;
  }
  for (const std::string& path : found) {
    if (path != "none") { made.push_back(expand_printed(name, path, config)); }
  }
  return made;
}

// ssh puts the kinds that it knows first, unless the user ordered the list. `+` leaves the default
// in front and adds to it, which nobody writes by hand. What `-` leaves looks like a list of the
// user's own and is taken for one.
bool is_own_order(const std::string& list, const std::string& usual) {
  return list != usual && !list.starts_with(usual + ",");
}

std::string agent_socket(const SshOptionLines& options, const SshConfig& config) {
  std::string value = value_of(options, "identityagent", "SSH_AUTH_SOCK");
  if (value == "none") { return {}; }
  const bool from_environment = value == "SSH_AUTH_SOCK" || value.starts_with("$");
  if (!from_environment || value.starts_with("${")) {
    return expand("identityagent", value, config, true);
  }
  if (value.starts_with("$")) { value.erase(0, 1); }
  const char* path = getenv(value.c_str());
  return path == nullptr ? std::string() : path;
}

void read_where(const SshOptionLines& options, SshConfig& config) {
  config.host_name = value_of(options, "hostname", config.alias);
  config.user = value_of(options, "user", local_account().user);
  const std::string port = value_of(options, "port", "22");
  const std::optional<unsigned> parsed = number(port);
  if (!parsed || *parsed == 0 || *parsed > 65535) {
    throw Error(say<"ssh-option-unfit">("port", port));
  }
  config.port = static_cast<std::uint16_t>(*parsed);
  config.address_family = value_of(options, "addressfamily", "any");
  config.bind_address = value_of(options, "bindaddress");
  config.host_key_alias = value_of(options, "hostkeyalias");
  const std::string jump = value_of(options, "proxyjump", "none");
  if (jump != "none") { config.proxy_jump = jump; }
  const std::string command = value_of(options, "proxycommand", "none");
  if (command != "none") { config.proxy_command = expand("proxycommand", command, config, false); }
  if (const auto seconds = number(value_of(options, "connecttimeout", "none"))) {
    config.connect_timeout = std::chrono::seconds(std::max(1u, *seconds));
  }
}

void read_identities(const SshOptionLines& options, const SshOptionLines& defaults,
                     SshConfig& config) {
  const auto found = options.find("identityfile");
  if (found == options.end()) { return; }
  const auto usual = defaults.find("identityfile");
  for (const std::string& path : found->second) {
    if (path == "none") { continue; }
    config.identity_files.push_back(expand("identityfile", path, config, true));
    if (usual != defaults.end() && std::ranges::find(usual->second, path) == usual->second.end()) {
      config.named_identities.push_back(config.identity_files.back());
    }
  }
}

void read_who(const SshOptionLines& options, SshConfig& config) {
  config.identities_only = is_yes(options, "identitiesonly", false);
  config.identity_agent = agent_socket(options, config);
  config.public_key = value_of(options, "pubkeyauthentication", "yes") != "no" &&
                      value_of(options, "pubkeyauthentication", "yes") != "false";
  config.password = is_yes(options, "passwordauthentication", true);
  config.keyboard_interactive = is_yes(options, "kbdinteractiveauthentication", true);
  config.batch_mode = is_yes(options, "batchmode", false);
  config.password_prompts = number(value_of(options, "numberofpasswordprompts", "3")).value_or(3);
  const std::string preferred = value_of(options, "preferredauthentications");
  if (!preferred.empty()) {
    const auto prefers = [&](std::string_view method) {
      return ("," + preferred + ",").find(fmt::format(",{},", method)) != std::string::npos;
    };
    config.public_key = config.public_key && prefers("publickey");
    config.password = config.password && prefers("password");
    config.keyboard_interactive = config.keyboard_interactive && prefers("keyboard-interactive");
  }
}

void read_host_keys(const SshOptionLines& options, const SshOptionLines& defaults,
                    SshConfig& config) {
  const std::string strict = value_of(options, "stricthostkeychecking", "ask");
  if (strict == "no" || strict == "off" || strict == "false" || strict == "accept-new") {
    config.host_keys = HostKeyPolicy::kAcceptNew;
  }
  config.user_known_hosts = paths(options, "userknownhostsfile", config);
  config.global_known_hosts = paths(options, "globalknownhostsfile", config);
  config.hash_known_hosts = is_yes(options, "hashknownhosts", false);
  config.check_host_ip = is_yes(options, "checkhostip", false);
  config.trust_localhost = is_yes(options, "nohostauthenticationforlocalhost", false);
  const std::string dns = value_of(options, "verifyhostkeydns", "no");
  config.keys_from_elsewhere = dns != "no" && dns != "false";
  config.host_key_algorithms = value_of(options, "hostkeyalgorithms");
  config.host_keys_as_listed =
      is_own_order(config.host_key_algorithms, value_of(defaults, "hostkeyalgorithms"));
}

}  // namespace

std::string SshConfig::known_hosts_name() const {
  if (!host_key_alias.empty()) { return host_key_alias; }
  const std::string name = lower_case(host_name);  // as ssh writes it
  return port == 22 ? name : fmt::format("[{}]:{}", name, port);
}

std::string SshConfig::first_hop() const {
  if (!proxy_command.empty()) { return "command " + proxy_command; }
  if (!proxy_jump.empty()) { return proxy_jump.substr(0, proxy_jump.find(',')); }
  return fmt::format("{} {}", host_name, port);
}

SshOptionLines parse_ssh_options(std::string_view text) {
  SshOptionLines options;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) { continue; }
    const std::size_t space = line.find(' ');
    const std::string name = lower_case(line.substr(0, space));
    const bool is_name = !name.empty() && std::ranges::all_of(name, [](unsigned char letter) {
      return std::isalnum(letter) != 0;
    });
    if (!is_name) { throw Error(say<"ssh-config-garbage">(line)); }
    options[name].emplace_back(space == std::string_view::npos ? "" : line.substr(space + 1));
  }
  return options;
}

std::string exec_cure(const SshConfig& config) {
  return fmt::format("if `ssh {} true` works, write `exec: {}` instead of ssh", config.alias,
                     config.exec);
}

SshConfig make_ssh_config(const SshTarget& target, const std::string& config_file,
                          const SshOptionLines& options, const SshOptionLines& defaults) {
  SshConfig config;
  config.alias = target.host;
  config.exec = exec_command(target, config_file, options);
  refuse_what_cannot_be_honoured(config, options, defaults);
  read_where(options, config);
  read_identities(options, defaults, config);
  read_who(options, config);
  read_host_keys(options, defaults, config);
  config.compression = is_yes(options, "compression", false);
  config.kex_algorithms = chosen_list(options, defaults, "kexalgorithms");
  config.ciphers = chosen_list(options, defaults, "ciphers");
  config.macs = chosen_list(options, defaults, "macs");
  config.public_key_algorithms = chosen_list(options, defaults, "pubkeyacceptedalgorithms");
  return config;
}

std::vector<std::string> ssh_arguments(const SshTarget& target, const std::string& config_file) {
  std::vector<std::string> made;
  const auto add = [&](const char* option, std::string value) {
    made.emplace_back(option);
    made.push_back(std::move(value));
  };
  if (!config_file.empty()) { add("-F", config_file); }
  if (!target.user.empty()) { add("-l", target.user); }
  if (target.port) { add("-p", std::to_string(*target.port)); }
  for (const std::string& file : target.identity_files) { add("-i", file); }
  if (!target.proxy_jump.empty()) { add("-J", target.proxy_jump); }
  if (target.connect_timeout) {
    add("-o", fmt::format("ConnectTimeout={}", *target.connect_timeout));
  }
  return made;
}

SshOptionLines ask_ssh(const SshTarget& target, const std::string& config_file, Deadline deadline,
                       const Interrupt* interrupt) {
  std::vector<std::string> command = {"ssh", "-G"};
  for (std::string& word : ssh_arguments(target, config_file)) {
    command.push_back(std::move(word));
  }
  command.emplace_back("--");
  command.push_back(target.host);
  Ran ran;
  try {
    ran = run_captured(command, deadline, interrupt);
  } catch (const TimedOut&) { throw Error(say<"ssh-config-endless">(target.host)); }
  if (ran.status != 0) {
    std::string words = ran.err.empty() ? fmt::format("exit status {}", ran.status) : ran.err;
    while (!words.empty() && std::isspace(static_cast<unsigned char>(words.back())) != 0) {
      words.pop_back();
    }
    throw Error(say<"ssh-config-refused">(target.host, words));
  }
  return parse_ssh_options(ran.out);
}

}  // namespace wgmesh
