#include "controller/ssh/ssh_transport.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <thread>

#include "common/net.h"
#include "controller/reach/child_process.h"
#include "controller/reach/wait.h"
#include "controller/ssh/host_key_check.h"
#include "controller/ssh/host_key_order.h"
#include "controller/ssh/ssh_session.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t kMostStderrAtOnce = 1u << 20;
constexpr std::size_t kReadSize = 64u << 10;
constexpr std::size_t kWriteSize = 128u << 10;
// Of one step of a login, once the server has spoken: its look-ups may be slow. sshd itself ends a
// login after 120 s.
constexpr auto kLoginStep = 60s;
constexpr int kTries = 6;  // for a server that drops connections when many log in at once

class SshTransport final : public Transport {
 public:
  SshTransport(std::unique_ptr<SshSession> session, std::string login, std::string reached_at,
               std::chrono::milliseconds step)
      : session_(std::move(session)),
        reached_at_(std::move(reached_at)),
        login_(std::move(login)),
        step_(step) {
    session_->set_interrupt(nullptr);
  }

  void start(std::string_view command) override {
    const SshLog::Scope heard(session_->log());
    command_ = command;
    channel_.reset(ssh_channel_new(session_->get()));
    if (!channel_) throw Unreachable("SSH channel: " + session_->reason());
    const Deadline deadline = steady_clock::now() + step_;
    const int opened = session_->complete(SSH_AGAIN, deadline,
                                          [&] { return ssh_channel_open_session(channel_.get()); });
    if (opened != SSH_OK) throw Unreachable("SSH channel: " + session_->reason());
    // The answer is awaited with the first read: what is written until then saves a round trip.
    request_exec();
  }

  void write(std::string_view octets, Deadline deadline) override {
    const SshLog::Scope heard(session_->log());
    while (!octets.empty()) {
      if (steady_clock::now() >= deadline) throw TimedOut("timed out");
      const auto size = static_cast<std::uint32_t>(std::min(octets.size(), kWriteSize));
      const int count = ssh_channel_write(channel_.get(), octets.data(), size);
      if (count < 0) throw Unreachable("SSH: " + session_->reason());
      octets.remove_prefix(static_cast<std::size_t>(count));
      keep_stderr();
      if (octets.empty()) break;
      // libssh has taken what the window allows; without progress, wait for the other side.
      if (ssh_channel_is_eof(channel_.get()) != 0 || ssh_channel_is_closed(channel_.get()) != 0) {
        throw Unreachable("the node has ended the session");
      }
      if (count == 0) session_->wait(deadline);
    }
    flush(deadline);
  }

  std::string read(Deadline deadline) override {
    const SshLog::Scope heard(session_->log());
    std::string octets(kReadSize, '\0');
    while (true) {
      if (exec_pending_) request_exec();
      keep_stderr();
      const int count = ssh_channel_read_nonblocking(channel_.get(), octets.data(), kReadSize, 0);
      if (count > 0) {
        octets.resize(static_cast<std::size_t>(count));
        return octets;
      }
      if (count == SSH_ERROR) throw Unreachable("SSH: " + session_->reason());
      if (count == SSH_EOF || ssh_channel_is_eof(channel_.get()) != 0) {
        keep_stderr();
        return {};
      }
      if (!session_->is_connected()) throw Unreachable("SSH: " + session_->reason());
      // Here, too: a node that floods stderr ends each wait at once.
      if (steady_clock::now() >= deadline) throw TimedOut("timed out");
      wait_interruptibly(deadline);
    }
  }

  std::string stderr_text() override {
    if (channel_) keep_stderr();
    return stderr_;
  }
  std::string reached_at() const override { return reached_at_; }
  bool takes_command_line() const override { return true; }
  std::string login_name() const override { return login_; }
  void interrupt() override { interrupt_.set(); }

 private:
  void request_exec() {
    const int result = ssh_channel_request_exec(channel_.get(), command_.c_str());
    exec_pending_ = result == SSH_AGAIN;
    if (result == SSH_ERROR) {
      throw Unreachable("the server does not run commands: " + session_->reason(),
                        "look for a ForceCommand, or a login shell that takes none");
    }
  }

  // One interrupt ends one wait, because the session goes on with undo. Writing is not interrupted:
  // half a frame would be the end of the session.
  void wait_interruptibly(Deadline deadline) {
    session_->set_interrupt(&interrupt_);
    try {
      session_->wait(deadline);
    } catch (const Interrupted&) {
      interrupt_.take();
      session_->set_interrupt(nullptr);
      throw;
    } catch (const Error&) {
      session_->set_interrupt(nullptr);
      throw;
    }
    session_->set_interrupt(nullptr);
  }

  void keep_stderr() {
    std::array<char, 4096> chunk;
    // Whoever writes without end does not keep us here.
    for (std::size_t taken = 0; taken < kMostStderrAtOnce; taken += chunk.size()) {
      const int count = ssh_channel_read_nonblocking(channel_.get(), chunk.data(), chunk.size(), 1);
      if (count <= 0) return;
      const std::size_t room = kMaxStderr - std::min(kMaxStderr, stderr_.size());
      stderr_.append(chunk.data(), std::min(room, static_cast<std::size_t>(count)));
    }
  }

  // Until libssh has given everything to the kernel: nobody else would do it while we wait
  // elsewhere.
  void flush(Deadline deadline) {
    const int result = session_->complete(SSH_AGAIN, deadline,
                                          [&] { return ssh_blocking_flush(session_->get(), 0); });
    if (result == SSH_ERROR) throw Unreachable("SSH: " + session_->reason());
  }

  Interrupt interrupt_;
  std::unique_ptr<SshSession> session_;
  std::string reached_at_;
  SshChannelHandle channel_;
  std::string login_;
  std::chrono::milliseconds step_;
  std::string command_;
  std::string stderr_;
  bool exec_pending_ = false;
};

// Behind a jump host only a HostName that is an address says it.
std::string address_of(const SshSession& session, const SshConfig& config) {
  if (!session.address().empty()) return session.address();
  return parse_ip(config.host_name) ? config.host_name : std::string();
}

// Between half and one and a half of `base`, so that those who were dropped together do not come
// back together.
std::chrono::milliseconds jittered(std::chrono::milliseconds base) {
  unsigned random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random) random = 0;
  return base / 2 + base * (random % 1000) / 1000;
}

// Without an ssh program: what libssh makes of the configuration files by itself.
SshOptionLines ask_libssh(const SshTarget& target, const std::string& config_file) {
  const SshSessionHandle session(ssh_new());
  if (!session) throw std::bad_alloc();
  ssh_options_set(session.get(), SSH_OPTIONS_HOST, target.host.c_str());
  ssh_options_parse_config(session.get(), config_file.empty() ? nullptr : config_file.c_str());
  SshOptionLines lines;
  const auto take = [&](ssh_options_e option, const char* name) {
    char* raw = nullptr;
    if (ssh_options_get(session.get(), option, &raw) != SSH_OK || raw == nullptr) return;
    const SshText text(raw);
    lines[name].emplace_back(text.get());
  };
  take(SSH_OPTIONS_HOST, "hostname");
  take(SSH_OPTIONS_USER, "user");
  take(SSH_OPTIONS_PROXYCOMMAND, "proxycommand");
  unsigned port = 0;
  if (ssh_options_get_port(session.get(), &port) == SSH_OK) lines["port"] = {std::to_string(port)};
  if (!target.user.empty()) lines["user"] = {target.user};
  if (target.port) lines["port"] = {std::to_string(*target.port)};
  if (!target.proxy_jump.empty()) lines["proxyjump"] = {target.proxy_jump};
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
  if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != SSH_OK) return "?";
  const SshText text(ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size));
  ssh_clean_pubkey_hash(&hash);
  return fmt::format("{} {}", ssh_key_type_to_char(ssh_key_type(key)), text.get());
}

// libssh's key as a value. Its own comparison knows fewer kinds than known_hosts files hold.
ShownHostKey shown_key(SshSession& session) {
  const SshKey key = session.server_key();
  char* raw = nullptr;
  if (ssh_pki_export_pubkey_base64(key.get(), &raw) != SSH_OK) {
    throw Unreachable("the server's host key cannot be read");
  }
  const SshText base64(raw);
  const char* kind = ssh_key_type_to_char(ssh_key_type(key.get()));
  auto read = parse_ssh_public_key(kind, base64.get());
  if (!read)
    throw Unreachable(fmt::format("the server shows a host key of no known kind, {}", kind));
  ShownHostKey shown{std::move(*read), fingerprint(key.get()), session.log().server_host_keys(),
                     session.address(), session.is_local()};
  return shown;
}

// "Warning: Permanently added 'gw' (ED25519) to the list of known hosts.", as ssh says it.
void report_new_jump_keys(const std::string& proxy_text, const SshConnector::Report& report) {
  constexpr std::string_view kAdded = "Warning: Permanently added ";
  std::istringstream lines(proxy_text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(kAdded)) continue;
    while (!line.empty() && (line.back() == '\r' || line.back() == '.')) line.pop_back();
    report("on the way: added " + line.substr(kAdded.size()));
  }
}

}  // namespace

LoginGate::Slot::~Slot() {
  if (gate_ == nullptr) return;
  const std::lock_guard lock(gate_->mutex_);
  --gate_->inside_[hop_];
  gate_->left_.notify_all();
}

LoginGate::Slot LoginGate::enter(const std::string& hop, const Interrupt* interrupt) {
  std::unique_lock lock(mutex_);
  while (inside_[hop] >= kLimit) {
    if (interrupt != nullptr && interrupt->is_set()) throw Interrupted("interrupted");
    left_.wait_for(lock, 200ms);  // the interrupt has no condition variable
  }
  ++inside_[hop];
  return {*this, hop};
}

SshConnector::SshConnector(SshOptions options, Prompter& prompter, const Interrupt* interrupt)
    : options_(std::move(options)), prompter_(prompter), interrupt_(interrupt) {}

// ssh's answer without any configuration differs between hosts only where it repeats the host, so
// one answer serves all.
const SshOptionLines& SshConnector::defaults() {
  std::call_once(defaults_once_, [&] {
    SshTarget nobody;
    nobody.host = "host.invalid";
    defaults_ =
        ask_ssh(nobody, "/dev/null", steady_clock::now() + options_.config_patience, interrupt_);
  });
  return defaults_;
}

SshConfig SshConnector::config_for(const SshTarget& target) {
  if (target.host.empty() || target.host.front() == '-') {
    throw Error(fmt::format("`{}` is no SSH host", target.host));
  }
  try {
    const SshOptionLines& usual = defaults();
    return make_ssh_config(target, options_.config_file,
                           ask_ssh(target, options_.config_file,
                                   steady_clock::now() + options_.config_patience, interrupt_),
                           usual);
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
      if (attempt == kTries || steady_clock::now() > last) throw;
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
  return std::make_unique<SshTransport>(std::move(session), config.user, std::move(reached_at),
                                        step);
}

}  // namespace wgmesh
