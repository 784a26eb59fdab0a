// The sockets of a bench: always at one address of this node, and bound to one interface where that is known. Knows
// nothing of what goes over them.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <span>
#include <string>

#include "common/net.h"
#include "common/unique_fd.h"

namespace wgmesh {

using BenchTime = std::chrono::steady_clock::time_point;

// Between whom the load goes.
struct BenchEnds {
  IpAddress own;
  IpAddress peer;
  std::string device;  // of `own`; empty: whatever the routes say
};

// A non-blocking socket of `type` (SOCK_STREAM, SOCK_DGRAM) at `ends.own` and a port of the kernel's choice. Throws
// SystemError.
UniqueFd open_bench_socket(const BenchEnds& ends, int type);
// As above, and it takes connections. Throws SystemError.
UniqueFd open_bench_listener(const BenchEnds& ends);
std::uint16_t port_of(int fd);

// To the port of `ends.peer`. Throws SystemError when it cannot, or `until` is over.
void connect_bench_socket(int fd, const BenchEnds& ends, std::uint16_t port, BenchTime until);
// Whether `sender`, a socket address as the kernel writes it, is at `address`, whatever its port.
bool is_from(std::span<const std::uint8_t> sender, const IpAddress& address);

// Waits until one of `fds` is ready, or `until` is there. True if one is ready.
bool wait_for_ready(std::span<pollfd> fds, BenchTime until);

// Whether the session has ended that a bench is for. Asks `ask` now and then only, for each question is a system call.
class BenchWatch {
 public:
  explicit BenchWatch(std::function<bool()> ask) : ask_(std::move(ask)) {}
  bool is_over(BenchTime now);
  // A wait should end by then, so that the end of the session is seen in time.
  static BenchTime look_by(BenchTime now) { return now + kBetween; }

 private:
  static constexpr std::chrono::milliseconds kBetween{50};
  std::function<bool()> ask_;
  BenchTime asked_{};
  bool over_ = false;
};

}  // namespace wgmesh
