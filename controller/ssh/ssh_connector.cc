#include "controller/ssh/ssh_connector.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "common/net.h"
#include "controller/reach/captured_child.h"
#include "controller/reach/wait.h"
#include "controller/ssh/host_key_check.h"
#include "controller/ssh/host_key_order.h"
#include "controller/ssh/ssh_session.h"
#include "controller/ssh/ssh_transport.h"
#include "controller/text/messages.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Of one step of a login, once the server has spoken: its look-ups may be slow. sshd itself ends a
// login after 120 s.
constexpr auto kLoginStep = 60s;
constexpr int kTries = 6;  // for a server that drops connections when many log in at once

// Behind a jump host only a HostName that is an address says it.
std::string address_of(const SshSession& session, const SshConfig& config) {
  if (!session.address().empty()) { return session.address(); }
  return parse_ip(config.host_name) ? config.host_name : std::string();
}

// Between half and one and a half of `base`, so that those who were dropped together do not come
// back together.
std::chrono::milliseconds jittered(std::chrono::milliseconds base) {
  unsigned random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random) { random = 0; }
  return base / 2 + base * (random % 1000) / 1000;
}

// Without an ssh program: what libssh makes of the configuration files by itself.
SshOptionLines ask_libssh(const SshTarget& target, const std::string& config_file) {
  const SshSessionHandle session(ssh_new());
  if (!session) { throw std::bad_alloc(); }
  ssh_options_set(session.get(), SSH_OPTIONS_HOST, target.host.c_str());
  ssh_options_parse_config(session.get(), config_file.empty() ? nullptr : config_file.c_str());
  SshOptionLines lines;
  const auto take = [&](ssh_options_e option, const char* name) {
    char* raw = nullptr;
    if (ssh_options_get(session.get(), option, &raw) != SSH_OK || raw == nullptr) { return; }
    const SshText text(raw);
    lines[name].emplace_back(text.get());
  };
  take(SSH_OPTIONS_HOST, "hostname");
  take(SSH_OPTIONS_USER, "user");
  take(SSH_OPTIONS_PROXYCOMMAND, "proxycommand");
  unsigned port = 0;
  if (ssh_options_get_port(session.get(), &port) == SSH_OK) {
    lines["port"] = {std::to_string(port)};
  }
  if (!target.user.empty()) { lines["user"] = {target.user}; }
  if (target.port) { lines["port"] = {std::to_string(*target.port)}; }
  if (!target.proxy_jump.empty()) { lines["proxyjump"] = {target.proxy_jump}; }
  if (target.connect_timeout) {
    lines["connecttimeout"] = {std::to_string(*target.connect_timeout)};
  }
  lines["identityfile"] = target.identity_files;
  take(SSH_OPTIONS_IDENTITY, "identityfile");
  for (const char* usual : {"~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"}) {
    lines["identityfile"].emplace_back(usual);
  }
  lines["userknownhostsfile"] = {"~/.ssh/known_hosts"};
  lines["globalknownhostsfile"] = {"/etc/ssh/ssh_known_hosts"};
  return lines;
}

std::string fingerprint(ssh_key key) {  // "ssh-ed25519 SHA256:…"
  unsigned char* hash = nullptr;
  std::size_t size = 0;
  if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != SSH_OK) {
    return "?";
  }
  const SshText text(ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size));
  ssh_clean_pubkey_hash(&hash);
  return fmt::format("{} {}", ssh_key_type_to_char(ssh_key_type(key)), text.get());
}

// libssh's key as a value. Its own comparison knows fewer kinds than known_hosts files hold.
ShownHostKey shown_key(SshSession& session) {
  const SshKey key = session.server_key();
  char* raw = nullptr;
  if (ssh_pki_export_pubkey_base64(key.get(), &raw) != SSH_OK) {
    throw Unreachable(say<"internal">("the server's host key cannot be read"));
  }
  const SshText base64(raw);
  const char* kind = ssh_key_type_to_char(ssh_key_type(key.get()));
  auto read = parse_ssh_public_key(kind, base64.get());
  if (!read) {
    throw Unreachable(
        say<"internal">(fmt::format("the server shows a host key of no known kind, {}", kind)));
  }
  ShownHostKey shown{std::move(*read), fingerprint(key.get()), session.log().server_host_keys(),
                     session.address(), session.is_local()};
  return shown;
}

// "Warning: Permanently added 'gw' (ED25519) to the list of known hosts.", as ssh says it.
void report_new_jump_keys(const std::string& proxy_text, const SshConnector::Report& report) {
  constexpr std::string_view kAdded = "Warning: Permanently added ";
  std::istringstream lines(proxy_text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(kAdded)) { continue; }
    while (!line.empty() && (line.back() == '\r' || line.back() == '.')) { line.pop_back(); }
    report("on the way: added " + line.substr(kAdded.size()));
  }
}

}  // namespace

LoginGate::Slot::~Slot() {
  if (gate_ == nullptr) { return; }
  const std::lock_guard lock(gate_->mutex_);
  --gate_->inside_[hop_];
  gate_->left_.notify_all();
}

LoginGate::Slot LoginGate::enter(const std::string& hop, const Interrupt* interrupt) {
  std::unique_lock lock(mutex_);
  while (inside_[hop] >= kLimit) {
    if (interrupt != nullptr && interrupt->is_set()) {
      throw Interrupted(say<"reach-interrupted">());
    }
    left_.wait_for(lock, 200ms);  // the interrupt has no condition variable
  }
  ++inside_[hop];
  return {*this, hop};
}

SshConnector::SshConnector(SshOptions options, Prompter& prompter, const Interrupt* interrupt)
    : options_(std::move(options)),
      prompter_(prompter),
      interrupt_(interrupt),
      answers_(options_.config_file, options_.config_patience, interrupt) {}

SshConfig SshConnector::config_for(const SshTarget& target) {
  if (target.host.empty() || target.host.front() == '-') {
    throw Error(say<"ssh-host-invalid">(target.host));
  }
  try {
    const SshOptionLines& answer = answers_.about(target);
    return make_ssh_config(target, options_.config_file, answer, answers_.defaults());
  } catch (const ProgramMissing&) {
    return make_ssh_config(target, options_.config_file, ask_libssh(target, options_.config_file),
                           {});
  }
}

std::unique_ptr<Transport> SshConnector::connect(const SshTarget& target, const Report& report) {
  SshConfig config = config_for(target);
  config.accept_new_jump_keys = options_.accept_new_host_keys;
  // A server that drops everybody is not waited for much longer than one that says nothing.
  const Deadline last =
      steady_clock::now() + 2 * config.connect_timeout.value_or(options_.connect_timeout);
  for (int attempt = 1;; ++attempt) {
    try {
      return connect_once(config, report);
    } catch (const DroppedEarly&) {
      if (attempt == kTries || steady_clock::now() > last) { throw; }
    }
    pause_until(steady_clock::now() + jittered(150ms * (1 << attempt)), interrupt_);
  }
}

std::unique_ptr<Transport> SshConnector::connect_once(const SshConfig& config,
                                                      const Report& report) {
  const LoginGate::Slot slot = gate_.enter(config.first_hop(), interrupt_);
  const auto timeout = config.connect_timeout.value_or(options_.connect_timeout);
  const std::chrono::milliseconds step = std::max<std::chrono::milliseconds>(timeout, kLoginStep);
  const Deadline deadline = steady_clock::now() + timeout;
  const KnownHosts known(known_hosts_files(config), config.known_hosts_name());
  const std::vector<std::string> order = host_key_order(config, known);
  const std::string offered = offered_host_keys(config, order);
  Connection connection = dial(config, options_.config_file, deadline, interrupt_);
  auto session =
      std::make_unique<SshSession>(config, std::move(connection), offered,
                                   SshSession::Patience{deadline, step}, interrupt_, options_.logs);
  const SshLog::Scope heard(session->log());
  check_host_key(config, known, order, shown_key(*session),
                 {options_.accept_new_host_keys, report});
  try {
    log_in(*session, config, keys_, prompter_, step);
  } catch (TimedOut& error) {
    error.add_context("log in as " + config.user);
    throw;
  }
  report_new_jump_keys(session->proxy_text(), report);
  std::string reached_at = address_of(*session, config);
  return make_ssh_transport(std::move(session), config.user, std::move(reached_at), step);
}

}  // namespace wgmesh
