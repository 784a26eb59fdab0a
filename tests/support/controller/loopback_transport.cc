#include "tests/support/controller/loopback_transport.h"

namespace wgmesh {

void Loopback::say(std::string_view octets) {
  const std::lock_guard lock(mutex_);
  to_controller_ += octets;
  changed_.notify_all();
}

void Loopback::complain(std::string_view octets) {
  const std::lock_guard lock(mutex_);
  stderr_ += octets;
}

void Loopback::hang_up() {
  const std::lock_guard lock(mutex_);
  hung_up_ = true;
  changed_.notify_all();
}

std::string Loopback::hear() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !to_node_.empty() || controller_gone_; });
  return std::exchange(to_node_, {});
}

std::string Loopback::command() {
  const std::lock_guard lock(mutex_);
  return command_;
}

LoopbackTransport::~LoopbackTransport() {
  const std::lock_guard lock(loopback_->mutex_);
  loopback_->controller_gone_ = true;
  loopback_->changed_.notify_all();
}

void LoopbackTransport::start(std::string_view command) {
  const std::lock_guard lock(loopback_->mutex_);
  loopback_->command_ = command;
}

void LoopbackTransport::write(std::string_view octets, Deadline) {
  const std::lock_guard lock(loopback_->mutex_);
  if (loopback_->hung_up_) { throw Unreachable(Said{"", "the node has ended the session", ""}); }
  loopback_->to_node_ += octets;
  loopback_->changed_.notify_all();
}

std::string LoopbackTransport::read(Deadline deadline) {
  std::unique_lock lock(loopback_->mutex_);
  Loopback& shared = *loopback_;
  const bool ready = shared.changed_.wait_until(lock, deadline, [&] {
    return !shared.to_controller_.empty() || shared.hung_up_ || shared.interrupted_;
  });
  if (std::exchange(shared.interrupted_, false)) { throw Interrupted(Said{"", "interrupted", ""}); }
  if (!ready) { throw TimedOut(Said{"", "timed out", ""}); }
  return std::exchange(shared.to_controller_, {});
}

std::string LoopbackTransport::stderr_text() {
  const std::lock_guard lock(loopback_->mutex_);
  return loopback_->stderr_;
}

void LoopbackTransport::interrupt() {
  const std::lock_guard lock(loopback_->mutex_);
  loopback_->interrupted_ = true;
  loopback_->changed_.notify_all();
}

}  // namespace wgmesh
