#include "agent/bench/bench_sockets.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "agent/netlink/socket_address.h"
#include "common/error.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

// Of datagrams. What comes while this process is not on a processor waits here.
constexpr int kReceiveBuffer = 4 << 20;

// With the capability to administer the network also beyond the limit that the kernel sets for others.
void enlarge_receive_buffer(int fd) {
  const int size = kReceiveBuffer;
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == 0) { return; }
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

}  // namespace

UniqueFd open_bench_socket(const BenchEnds& ends, int type) {
  const int family = ends.own.family == Family::kIpv4 ? AF_INET : AF_INET6;
  UniqueFd fd(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) { throw SystemError("socket", errno); }
  if (!ends.device.empty() &&
      ::setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, ends.device.data(),
                   static_cast<socklen_t>(ends.device.size())) != 0) {
    throw SystemError("bind to " + ends.device, errno);
  }
  const KernelSocketAddress here = put_socket_address({ends.own, 0});
  if (::bind(fd.get(), here.get(), here.size) != 0) {
    throw SystemError("bind to " + to_text(ends.own), errno);
  }
  if (type == SOCK_DGRAM) { enlarge_receive_buffer(fd.get()); }
  return fd;
}

UniqueFd open_bench_listener(const BenchEnds& ends) {
  constexpr int kBacklog = 8;
  UniqueFd fd = open_bench_socket(ends, SOCK_STREAM);
  if (::listen(fd.get(), kBacklog) != 0) {
    throw SystemError("listen on " + to_text(ends.own), errno);
  }
  return fd;
}

std::uint16_t port_of(int fd) {
  KernelSocketAddress name;
  name.size = sizeof name.storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name.storage), &name.size) != 0) {
    throw SystemError("getsockname", errno);
  }
  const auto address = parse_kernel_socket_address(name.octets());
  return address ? address->port : std::uint16_t{0};
}

void connect_bench_socket(int fd, const BenchEnds& ends, std::uint16_t port, BenchTime until) {
  const SocketAddress there{ends.peer, port};
  const KernelSocketAddress to = put_socket_address(there);
  const std::string what = "connect to " + to_text(there);
  if (::connect(fd, to.get(), to.size) == 0) { return; }
  if (errno != EINPROGRESS) { throw SystemError(what, errno); }
  pollfd waiting{fd, POLLOUT, 0};
  if (!wait_for_ready({&waiting, 1}, until)) { throw SystemError(what, ETIMEDOUT); }
  int error_number = 0;
  socklen_t size = sizeof error_number;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error_number, &size);
  if (error_number != 0) { throw SystemError(what, error_number); }
}

bool is_from(std::span<const std::uint8_t> sender, const IpAddress& address) {
  const auto from = parse_kernel_socket_address(sender);
  return from && from->address == address;
}

bool wait_for_ready(std::span<pollfd> fds, BenchTime until) {
  const auto left = std::max<std::chrono::nanoseconds>(until - std::chrono::steady_clock::now(),
                                                       std::chrono::nanoseconds(0));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  const timespec time{seconds.count(), (left - seconds).count()};
  return ::ppoll(fds.data(), fds.size(), &time, nullptr) > 0;
}

bool BenchWatch::is_over(BenchTime now) {
  if (!over_ && now - asked_ >= kBetween) {
    asked_ = now;
    over_ = ask_ && ask_();
  }
  return over_;
}

}  // namespace wgmesh
