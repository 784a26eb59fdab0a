#include "controller/ssh/ssh_transport.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "controller/reach/interrupt.h"
#include "controller/ssh/ssh_handles.h"
#include "controller/ssh/ssh_log.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMostStderrAtOnce = 1u << 20;
constexpr std::size_t kReadSize = 64u << 10;
constexpr std::size_t kWriteSize = 128u << 10;

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
    if (!channel_) { throw Unreachable(say<"ssh-channel-refused">(session_->reason())); }
    const Deadline deadline = steady_clock::now() + step_;
    const int opened = session_->complete(SSH_AGAIN, deadline,
                                          [&] { return ssh_channel_open_session(channel_.get()); });
    if (opened != SSH_OK) { throw Unreachable(say<"ssh-channel-refused">(session_->reason())); }
    // The answer is awaited with the first read: what is written until then saves a round trip.
    request_exec();
  }

  void write(std::string_view octets, Deadline deadline) override {
    const SshLog::Scope heard(session_->log());
    while (!octets.empty()) {
      if (steady_clock::now() >= deadline) { throw TimedOut(say<"reach-timed-out">()); }
      const auto size = static_cast<std::uint32_t>(std::min(octets.size(), kWriteSize));
      const int count = ssh_channel_write(channel_.get(), octets.data(), size);
      if (count < 0) { throw Unreachable(say<"ssh-connection-broken">(session_->reason())); }
      octets.remove_prefix(static_cast<std::size_t>(count));
      keep_stderr();
      if (octets.empty()) { break; }
      // libssh has taken what the window allows; without progress, wait for the other side.
      if (ssh_channel_is_eof(channel_.get()) != 0 || ssh_channel_is_closed(channel_.get()) != 0) {
        throw Unreachable(say<"ssh-session-ended">());
      }
      if (count == 0) { session_->wait(deadline); }
    }
    flush(deadline);
  }

  std::string read(Deadline deadline) override {
    const SshLog::Scope heard(session_->log());
    std::string octets(kReadSize, '\0');
    while (true) {
      if (exec_pending_) { request_exec(); }
      keep_stderr();
      const int count = ssh_channel_read_nonblocking(channel_.get(), octets.data(), kReadSize, 0);
      if (count > 0) {
        octets.resize(static_cast<std::size_t>(count));
        return octets;
      }
      if (count == SSH_ERROR) {
        throw Unreachable(say<"ssh-connection-broken">(session_->reason()));
      }
      if (count == SSH_EOF || ssh_channel_is_eof(channel_.get()) != 0) {
        keep_stderr();
        return {};
      }
      if (!session_->is_connected()) {
        throw Unreachable(say<"ssh-connection-broken">(session_->reason()));
      }
      // Here, too: a node that floods stderr ends each wait at once.
      if (steady_clock::now() >= deadline) { throw TimedOut(say<"reach-timed-out">()); }
      wait_interruptibly(deadline);
    }
  }

  std::string stderr_text() override {
    if (channel_) { keep_stderr(); }
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
    if (result == SSH_ERROR) { throw Unreachable(say<"ssh-commands-refused">(session_->reason())); }
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
      if (count <= 0) { return; }
      const std::size_t room = kMaxStderr - std::min(kMaxStderr, stderr_.size());
      stderr_.append(chunk.data(), std::min(room, static_cast<std::size_t>(count)));
    }
  }

  // Until libssh has given everything to the kernel: nobody else would do it while we wait
  // elsewhere.
  void flush(Deadline deadline) {
    const int result = session_->complete(SSH_AGAIN, deadline,
                                          [&] { return ssh_blocking_flush(session_->get(), 0); });
    if (result == SSH_ERROR) {
      throw Unreachable(say<"ssh-connection-broken">(session_->reason()));
    }
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

}  // namespace

std::unique_ptr<Transport> make_ssh_transport(std::unique_ptr<SshSession> session,
                                              std::string login, std::string reached_at,
                                              std::chrono::milliseconds step) {
  return std::make_unique<SshTransport>(std::move(session), std::move(login), std::move(reached_at),
                                        step);
}

}  // namespace wgmesh
