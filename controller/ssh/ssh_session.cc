#include "controller/ssh/ssh_session.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

#include "controller/text/messages.h"

namespace wgmesh {
namespace {

// curve25519 first: the cheapest exchange that everybody has.
constexpr const char* kKeyExchanges =
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
    "ecdh-sha2-nistp521,diffie-hellman-group18-sha512,diffie-hellman-group16-sha512,"
    "diffie-hellman-group-exchange-sha256,diffie-hellman-group14-sha256";

std::string trimmed(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.pop_back();
  }
  return text;
}

}  // namespace

SshSession::SshSession(const SshConfig& config, Connection connection,
                       const std::string& host_key_algorithms, Patience patience,
                       const Interrupt* interrupt, bool logs)
    : log_(config.alias, logs),
      proxy_(std::move(connection.proxy)),
      jump_(config.proxy_command.empty() ? config.proxy_jump : ""),
      target_(fmt::format("{} port {}", config.host_name, config.port)),
      fd_(connection.fd.get()),
      session_(ssh_new()),
      interrupt_(interrupt) {
  if (!session_) { throw std::bad_alloc(); }
  const SshLog::Scope heard(log_, true);
  if (!proxy_) { read_address(); }
  set_options(config, host_key_algorithms);
  set(SSH_OPTIONS_FD, &fd_, "fd");
  ssh_set_blocking(session_.get(), 0);
  try {
    shake_hands(connection, patience);
  } catch (const TimedOut&) {
    if (auto said = complaint()) { throw TimedOut(std::move(*said)); }
    throw TimedOut(say<"ssh-handshake-unanswered">());
  } catch (const ConnectionClosed&) { explain_failure(config); }
  if (!is_done_) { explain_failure(config); }
}

void SshSession::shake_hands(Connection& connection, Patience patience) {
  bool greeted = false;
  Deadline deadline = patience.connect_by;
  const int result = complete_by(SSH_AGAIN, deadline, [&] {
    const int now = ssh_connect(session_.get());
    connection.fd.release();  // libssh closes it from its first call on
    if (!greeted && ssh_get_serverbanner(session_.get()) != nullptr) {
      greeted = true;
      deadline = std::max(deadline, std::chrono::steady_clock::now() + patience.step);
    }
    return now;
  });
  is_done_ = result == SSH_OK;
}

void SshSession::explain_failure(const SshConfig& config) {
  if (is_busy_server()) { throw DroppedEarly(say<"ssh-handshake-dropped">(reason())); }
  if (auto said = complaint()) { throw Unreachable(std::move(*said)); }
  throw Unreachable(say<"ssh-handshake-failed">(reason(), exec_cure(config)));
}

std::optional<Said> SshSession::complaint() {
  return proxy_complaint(proxy_text(), jump_, target_);
}

void SshSession::read_address() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, NI_MAXHOST> text{};
  if (getpeername(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, text.data(), text.size(),
                  nullptr, 0, NI_NUMERICHOST) != 0) {
    return;
  }
  address_ = text.data();
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    is_local_ = ntohl(v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  } else if (address.ss_family == AF_INET6) {
    is_local_ = IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
  }
}

// sshd drops at random when too many are logging in, and so may one on the way, as ssh then says.
// A proxy that says something else has another reason.
bool SshSession::is_busy_server() {
  const std::string said = proxy_text();
  const auto says = [](std::string_view text, std::string_view word) {
    return text.find(word) != std::string_view::npos;
  };
  if (!said.empty()) {
    return says(said, "closed by remote") || says(said, "reset by peer") ||
           says(said, "MaxStartups");
  }
  const std::string_view own = ssh_get_error(session_.get());
  return ssh_get_serverbanner(session_.get()) == nullptr || says(own, "closed") ||
         says(own, "Socket error");
}

void SshSession::set(ssh_options_e option, const void* value, const std::string& name) {
  if (ssh_options_set(session_.get(), option, value) == SSH_OK) { return; }
  throw Error(say<"ssh-option-unfit">(name, ssh_get_error(session_.get())));
}

void SshSession::set_options(const SshConfig& config, const std::string& host_key_algorithms) {
  const int off = 0;
  set(SSH_OPTIONS_PROCESS_CONFIG, &off, "configuration");
  set(SSH_OPTIONS_HOST, config.host_name.c_str(), "hostname");
  const unsigned port = config.port;
  set(SSH_OPTIONS_PORT, &port, "port");
  set(SSH_OPTIONS_USER, config.user.c_str(), "user");
  // We check keys ourselves; libssh's own reading would only cost.
  set(SSH_OPTIONS_KNOWNHOSTS, "/dev/null", "userknownhostsfile");
  set(SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null", "globalknownhostsfile");
  set(SSH_OPTIONS_HOSTKEYS, host_key_algorithms.c_str(), "hostkeyalgorithms");
  set(SSH_OPTIONS_KEY_EXCHANGE,
      config.kex_algorithms.empty() ? kKeyExchanges : config.kex_algorithms.c_str(),
      "kexalgorithms");
  if (!config.ciphers.empty()) {
    set(SSH_OPTIONS_CIPHERS_C_S, config.ciphers.c_str(), "ciphers");
    set(SSH_OPTIONS_CIPHERS_S_C, config.ciphers.c_str(), "ciphers");
  }
  if (!config.macs.empty()) {
    set(SSH_OPTIONS_HMAC_C_S, config.macs.c_str(), "macs");
    set(SSH_OPTIONS_HMAC_S_C, config.macs.c_str(), "macs");
  }
  if (!config.public_key_algorithms.empty()) {
    set(SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, config.public_key_algorithms.c_str(),
        "pubkeyacceptedalgorithms");
  }
  if (config.compression) { set(SSH_OPTIONS_COMPRESSION, "yes", "compression"); }
}

SshKey SshSession::server_key() {
  ssh_key key = nullptr;
  if (ssh_get_server_publickey(session_.get(), &key) != SSH_OK) {
    throw Unreachable(say<"internal">("the server has no key: " + reason()));
  }
  return SshKey(key);
}

void SshSession::wait(Deadline deadline) {
  if (std::chrono::steady_clock::now() >= deadline) { throw TimedOut(say<"reach-timed-out">()); }
  // libssh closes the descriptor when the connection ends, and goes on saying "again". By then the
  // number may be another node's connection.
  const int fd = ssh_get_fd(session_.get());
  if (fd < 0 || !is_connected()) { throw ConnectionClosed(say<"ssh-connection-closed">(reason())); }
  const bool writing = (ssh_get_poll_flags(session_.get()) & SSH_WRITE_PENDING) != 0;
  std::array<pollfd, 1> entries{
      pollfd{fd, static_cast<short>(writing ? POLLIN | POLLOUT : POLLIN), 0}};
  wait_for(entries, deadline, {interrupt_});
}

std::string SshSession::reason() {
  if (const auto said = complaint()) { return said->text; }
  const std::string own = trimmed(ssh_get_error(session_.get()));
  return own.empty() ? "the connection was closed" : own;
}

}  // namespace wgmesh
