#include "controller/ssh/ssh_log.h"

#include <fmt/format.h>
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "controller/text/printable.h"

namespace wgmesh {
namespace {

// Our lists and the server's are told in the same words. The server's are the first after this
// function of libssh has told that they came. A line holds 1024 octets.
constexpr std::string_view kHostKeys = "server host key algo: ";
constexpr std::string_view kListsCame = "ssh_packet_kexinit";
constexpr std::size_t kLongest = 1000;

}  // namespace

SshLog::Scope::Scope(SshLog& log, bool all)
    : level_(ssh_get_log_level()), log_(ssh_get_log_userdata()) {
  ssh_set_log_callback(&SshLog::hear);
  ssh_set_log_userdata(&log);
  ssh_set_log_level(all ? SSH_LOG_FUNCTIONS : log.shown_ ? SSH_LOG_PROTOCOL : SSH_LOG_NOLOG);
}

SshLog::Scope::~Scope() {
  ssh_set_log_level(level_);
  ssh_set_log_userdata(log_);
}

void SshLog::hear(int level, const char* function, const char* text, void* userdata) noexcept {
  if (userdata == nullptr) { return; }
  try {
    static_cast<SshLog*>(userdata)->take(level, function, text);
  } catch (...) {  // a line of the log is lost; libssh is C
  }
}

void SshLog::take(int level, std::string_view function, const char* text) {
  const std::string_view said(text);
  server_lists_came_ = server_lists_came_ || function == kListsCame;
  if (const std::size_t at = said.find(kHostKeys);
      at != std::string_view::npos && server_lists_came_ && !server_host_keys_) {
    const std::string_view list = said.substr(at + kHostKeys.size());
    if (list.size() < kLongest) { server_host_keys_ = list; }
  }
  if (!shown_ || level > SSH_LOG_PROTOCOL) { return; }
  const std::string line = fmt::format("{}: ssh: {}\n", name_, printable(said));
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace wgmesh
