#include "agent/peers/echo.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "agent/netlink/socket_address.h"
#include "common/error.h"

namespace wgmesh {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kRoundEvery = 100ms;
constexpr std::uint32_t kEnoughAnswers = 5;
constexpr auto kLongestProbe = 30s;
constexpr std::size_t kUdpHeader = 8;

std::size_t headers_of(Family family) { return kUdpHeader + (family == Family::kIpv4 ? 20u : 40u); }

std::uint64_t now_in_nanoseconds() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
          .count());
}

// Packets leave as they are or not at all, whatever is believed of the path: a packet that is too
// long for it gets lost, which is what is asked.
void forbid_fragments(int fd, Family family) {
  const int value = family == Family::kIpv4 ? IP_PMTUDISC_PROBE : IPV6_PMTUDISC_PROBE;
  const int level = family == Family::kIpv4 ? IPPROTO_IP : IPPROTO_IPV6;
  const int option = family == Family::kIpv4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER;
  ::setsockopt(fd, level, option, &value, sizeof value);
}

// Nothing where the node does not have the address.
std::optional<UniqueFd> bind_to(const IpAddress& address) {
  const int family = address.family == Family::kIpv4 ? AF_INET : AF_INET6;
  UniqueFd fd(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) { throw SystemError("socket", errno); }
  const KernelSocketAddress here = put_socket_address({address, 0});
  if (::bind(fd.get(), here.get(), here.size) != 0) { return std::nullopt; }
  forbid_fragments(fd.get(), address.family);
  return fd;
}

std::optional<SocketAddress> name_of(int fd) {
  KernelSocketAddress name;
  name.size = sizeof name.storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name.storage), &name.size) != 0) {
    return std::nullopt;
  }
  return parse_kernel_socket_address(name.octets());
}

}  // namespace

Echo::Echo(const std::vector<IpAddress>& addresses, const EchoToken& token,
           std::vector<Prefix> within)
    : token_(token), within_(std::move(within)) {
  for (const IpAddress& address : addresses) {
    auto fd = bind_to(address);
    if (!fd) { continue; }
    if (const auto name = name_of(fd->get())) { sockets_.push_back({std::move(*fd), *name}); }
  }
}

std::vector<SocketAddress> Echo::listeners() const {
  std::vector<SocketAddress> addresses;
  for (const Socket& socket : sockets_) { addresses.push_back(socket.address); }
  return addresses;
}

std::vector<int> Echo::fds() const {
  std::vector<int> fds;
  for (const Socket& socket : sockets_) { fds.push_back(socket.fd.get()); }
  return fds;
}

bool Echo::Target::is_done() const {
  return !result.error().empty() ||
         (result.answered() >= kEnoughAnswers && (large == 0 || result.large_answered()));
}

std::vector<Echo::Target> Echo::targets_of(const proto::Probe& wanted) const {
  std::vector<Target> targets;
  for (const proto::ProbeTarget& each : wanted.targets()) {
    Target& target = targets.emplace_back();
    const auto address = parse_ip(each.address());
    const auto from = parse_ip(each.from());
    if (!address || !from || each.port() == 0 || each.port() > 65535) {
      target.result.set_error("the target is no address and port");
      continue;
    }
    const bool is_inside = std::ranges::any_of(
        within_, [&](const Prefix& prefix) { return contains(prefix, *address); });
    if (!is_inside) {
      target.result.set_error(fmt::format("{} is not inside the mesh", to_text(*address)));
      continue;
    }
    target.address = SocketAddress{*address, static_cast<std::uint16_t>(each.port())};
    for (const Socket& socket : sockets_) {
      if (socket.address.address == *from) { target.fd = socket.fd.get(); }
    }
    if (target.fd < 0 || from->family != address->family) {
      target.result.set_error(fmt::format("nothing listens on {} here", each.from()));
    }
    const std::size_t headers = headers_of(address->family);
    if (each.large() > headers + kEchoPacketSize) {
      target.large = std::min<std::size_t>(each.large(), 65535) - headers;
    }
  }
  return targets;
}

void Echo::ask(std::uint32_t number, Target& target, bool is_large) const {
  const std::string packet = put_echo({false, is_large, number, now_in_nanoseconds()}, token_,
                                      is_large ? target.large : kEchoPacketSize);
  const KernelSocketAddress to = put_socket_address(*target.address);
  const ssize_t sent = ::sendto(target.fd, packet.data(), packet.size(), 0, to.get(), to.size);
  if (is_large) {
    return;  // too long for the interface itself: it stays unanswered
  }
  // What is refused may pass in the next round: there is no neighbour yet, a buffer is full.
  if (sent >= 0) { target.result.set_asked(target.result.asked() + 1); }
}

void Echo::ask_all(std::vector<Target>& targets) const {
  for (std::uint32_t i = 0; i < targets.size(); ++i) {
    Target& target = targets[i];
    if (target.is_done()) { continue; }
    if (target.result.answered() < kEnoughAnswers) { ask(i, target, false); }
    // Not before something small has come through: who is silent needs no larger questions.
    if (target.large > 0 && target.result.answered() > 0 && !target.result.large_answered()) {
      ask(i, target, true);
    }
  }
}

void Echo::receive(const Socket& socket, std::vector<Target>* targets) const {
  std::array<std::uint8_t, 65536> buffer;
  for (;;) {
    KernelSocketAddress from;
    from.size = sizeof from.storage;
    const ssize_t n = ::recvfrom(socket.fd.get(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from.storage), &from.size);
    if (n < 0 && (errno == EINTR || errno == ECONNREFUSED)) { continue; }
    if (n < 0) { return; }
    const std::span octets(buffer.data(), static_cast<std::size_t>(n));
    const auto packet = parse_echo(octets, token_);
    if (!packet) { continue; }
    if (!packet->is_answer) {
      EchoPacket answer = *packet;
      answer.is_answer = true;
      const std::string text = put_echo(answer, token_, octets.size());
      ::sendto(socket.fd.get(), text.data(), text.size(), 0, from.get(), from.size);
      continue;
    }
    if (targets == nullptr || packet->target >= targets->size()) { continue; }
    Target& target = (*targets)[packet->target];
    if (parse_kernel_socket_address(from.octets()) != target.address) { continue; }
    if (packet->is_large) {
      target.result.set_large_answered(true);
      continue;
    }
    const std::uint64_t took = (now_in_nanoseconds() - packet->sent_at) / 1000;
    const auto capped = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(took, 1, 60'000'000));
    const bool is_least = target.result.answered() == 0 || capped < target.result.round_trip();
    if (is_least) { target.result.set_round_trip(capped); }
    target.result.set_answered(target.result.answered() + 1);
  }
}

void Echo::answer() {
  for (const Socket& socket : sockets_) { receive(socket, nullptr); }
}

proto::Probed Echo::probe(const proto::Probe& wanted) {
  std::vector<Target> targets = targets_of(wanted);
  const auto until =
      Clock::now() +
      std::min<Clock::duration>(std::chrono::milliseconds(wanted.duration()), kLongestProbe);
  std::vector<pollfd> waiting;
  for (const Socket& socket : sockets_) { waiting.push_back({socket.fd.get(), POLLIN, 0}); }
  auto next_round = Clock::now();
  const auto is_done = [](const Target& target) { return target.is_done(); };
  while (Clock::now() < until && !std::ranges::all_of(targets, is_done)) {
    if (Clock::now() >= next_round) {
      ask_all(targets);
      next_round = Clock::now() + kRoundEvery;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::min(next_round, until) - Clock::now());
    const int milliseconds = static_cast<int>(std::max<std::int64_t>(left.count(), 0)) + 1;
    if (::poll(waiting.data(), waiting.size(), milliseconds) <= 0) { continue; }
    for (const Socket& socket : sockets_) { receive(socket, &targets); }
  }
  proto::Probed probed;
  for (Target& target : targets) { *probed.add_results() = std::move(target.result); }
  return probed;
}

}  // namespace wgmesh
