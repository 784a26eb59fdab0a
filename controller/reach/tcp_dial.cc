#include "controller/reach/tcp_dial.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "common/error.h"
#include "controller/reach/limits.h"
#include "controller/reach/wait.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

constexpr auto kRaceInterval = 250ms;  // RFC 8305's recommended delay

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

int family_of(const std::string& name) {
  if (name == "inet") { return AF_INET; }
  if (name == "inet6") { return AF_INET6; }
  return AF_UNSPEC;
}

// getaddrinfo() has no deadline, so it runs in a thread that is left behind when it is late.
struct Lookup {
  Interrupt done;
  std::mutex mutex;
  int result = 0;
  int error_number = 0;
  Addresses addresses;
};

Addresses resolve(const TcpTarget& target, Deadline deadline, const Interrupt* interrupt) {
  const auto lookup = std::make_shared<Lookup>();
  std::thread([lookup, target] {
    addrinfo hints{};
    hints.ai_family = family_of(target.address_family);
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int result =
        getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &list);
    const int error_number = errno;
    {
      const std::lock_guard lock(lookup->mutex);
      lookup->result = result;
      lookup->error_number = error_number;
      lookup->addresses.reset(list);
    }
    lookup->done.set();
  }).detach();
  std::array<pollfd, 1> entries{pollfd{lookup->done.fd(), POLLIN, 0}};
  try {
    wait_for(entries, deadline, {interrupt});
  } catch (const TimedOut&) {
    throw TimedOut(say<"tcp-name-unresolved">(target.host, "no answer from the name server"));
  }
  const std::lock_guard lock(lookup->mutex);
  if (lookup->result == 0) { return std::move(lookup->addresses); }
  throw Unreachable(say<"tcp-name-unresolved">(target.host, lookup->result == EAI_SYSTEM
                                                                ? strerror(lookup->error_number)
                                                                : gai_strerror(lookup->result)));
}

std::string text_of(const addrinfo& address) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (getnameinfo(address.ai_addr, address.ai_addrlen, host.data(), host.size(), port.data(),
                  port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "?";
  }
  return fmt::format("{} port {}", host.data(), port.data());
}

void bind_source(int fd, const addrinfo& address, const std::string& source) {
  addrinfo hints{};
  hints.ai_family = address.ai_family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* list = nullptr;
  if (getaddrinfo(source.c_str(), nullptr, &hints, &list) != 0) {
    throw Unreachable(say<"tcp-bind-address-unfit">(source));
  }
  const Addresses found(list);
  if (bind(fd, list->ai_addr, list->ai_addrlen) != 0) {
    throw Unreachable(say<"tcp-bind-failed">(source, strerror(errno)));
  }
}

struct Attempt {
  UniqueFd fd;
  const addrinfo* address;
};

// The connections that are being made at the same time, and why others failed.
class Race {
 public:
  explicit Race(const TcpTarget& target) : target_(target) {}

  bool running() const { return !attempts_.empty(); }
  const Said& failure() const { return failure_; }

  // A connection that was made at once, or nothing.
  std::optional<UniqueFd> begin(const addrinfo& address) {
    UniqueFd fd(socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd && is_own_limit(errno)) { throw SystemError("socket", errno); }
    if (!fd) { return fail(address, errno); }
    const int on = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    if (!target_.bind_address.empty()) { bind_source(fd.get(), address, target_.bind_address); }
    if (connect(fd.get(), address.ai_addr, address.ai_addrlen) == 0) { return fd; }
    if (errno != EINPROGRESS) { return fail(address, errno); }
    attempts_.push_back({std::move(fd), &address});
    return std::nullopt;
  }

  // The first that is made before `until`; failures are taken out. Returns early when one fails.
  std::optional<UniqueFd> wait(Deadline until, const Interrupt* interrupt) {
    std::vector<pollfd> entries;
    for (const Attempt& attempt : attempts_) { entries.push_back({attempt.fd.get(), POLLOUT, 0}); }
    wait_for(entries, until, {interrupt});
    for (std::size_t i = entries.size(); i-- > 0;) {
      if (entries[i].revents == 0) { continue; }
      int error_number = 0;
      socklen_t size = sizeof error_number;
      getsockopt(attempts_[i].fd.get(), SOL_SOCKET, SO_ERROR, &error_number, &size);
      if (error_number == 0) { return std::move(attempts_[i].fd); }
      fail(*attempts_[i].address, error_number);
      attempts_.erase(attempts_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return std::nullopt;
  }

 private:
  std::optional<UniqueFd> fail(const addrinfo& address, int error_number) {
    failure_ = say<"tcp-connect-failed">(text_of(address), strerror(error_number));
    return std::nullopt;
  }

  const TcpTarget& target_;
  std::vector<Attempt> attempts_;
  Said failure_;
};

}  // namespace

UniqueFd dial_tcp(const TcpTarget& target, Deadline deadline, const Interrupt* interrupt) {
  const Addresses addresses = resolve(target, deadline, interrupt);
  Race race(target);
  const addrinfo* next = addresses.get();
  while (next != nullptr || race.running()) {
    if (next != nullptr) {
      if (auto made = race.begin(*next)) { return std::move(*made); }
      next = next->ai_next;
    }
    if (!race.running()) { continue; }
    const Deadline until =
        next == nullptr ? deadline
                        : std::min(deadline, std::chrono::steady_clock::now() + kRaceInterval);
    try {
      if (auto made = race.wait(until, interrupt)) { return std::move(*made); }
    } catch (const TimedOut&) {
      if (until >= deadline) {
        throw TimedOut(say<"tcp-connect-unanswered">(target.host, target.port));
      }
    }
  }
  throw Unreachable(race.failure());
}

}  // namespace wgmesh
