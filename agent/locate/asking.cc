#include "agent/locate/asking.h"

#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "agent/locate/locate_packet.h"
#include "agent/netlink/socket_address.h"
#include "common/posix.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

using Clock = std::chrono::steady_clock;

// What another one sends to it is no answer: the socket is connected. Nothing: the node has no such address just now, or
// no way to the peer.
std::optional<UniqueFd> open_way(const IpAddress& own, const SocketAddress& peer) {
  const int family = own.family == Family::kIpv4 ? AF_INET : AF_INET6;
  UniqueFd fd(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const KernelSocketAddress here = put_socket_address({own, 0});
  const KernelSocketAddress there = put_socket_address(peer);
  if (!fd || ::bind(fd.get(), here.get(), here.size) != 0 ||
      ::connect(fd.get(), there.get(), there.size) != 0) {
    return std::nullopt;
  }
  return fd;
}

// The questions to one peer that wait for their answers.
using Open = std::map<LocateNonce, PublicKey>;

Open ask(int socket, std::span<const PublicKey> keys) {
  Open open;
  for (const PublicKey& key : keys) {
    LocateQuestion question{.nonce = {}, .key = key};
    randombytes_buf(question.nonce.data(), question.nonce.size());
    const std::string octets = put_locate_question(question);
    const ssize_t sent =
        retry([&] { return ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL); });
    if (sent >= 0) { open.emplace(question.nonce, key); }
  }
  return open;
}

void listen(int socket, Open open, const LocateErrand& errand, Clock::time_point until,
            Sightings& found) {
  for (auto now = Clock::now(); !open.empty() && now < until; now = Clock::now()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - now);
    pollfd waiting{socket, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(left.count()) + 1) <= 0) { continue; }
    std::array<std::uint8_t, kLocateAnswerSize + 1> octets{};
    const ssize_t size = retry([&] { return ::recv(socket, octets.data(), octets.size(), 0); });
    if (size < 0) { return; }  // the peer has no such socket
    const auto answer =
        parse_locate_answer(std::span(octets).first(static_cast<std::size_t>(size)));
    const auto question = answer ? open.find(answer->nonce) : open.end();
    if (question == open.end()) { continue; }
    if (answer->seen && errand.may_be(*answer->seen)) {
      found.emplace(question->second, *answer->seen);
    }
    open.erase(question);
  }
}

}  // namespace

Sightings ask_common_peers(const LocateErrand& errand, const LocateLimits& limits) {
  Sightings found;
  const auto end = Clock::now() + limits.in_all;
  for (const IpAddress& peer : errand.common) {
    std::vector<PublicKey> missing;
    for (const PublicKey& key : errand.keys) {
      if (!found.contains(key) && missing.size() < limits.at_once) { missing.push_back(key); }
    }
    if (missing.empty() || Clock::now() >= end) { break; }
    if (peer.family != errand.own.family) { continue; }
    const auto socket = open_way(errand.own, {peer, limits.port});
    if (!socket) { continue; }
    listen(socket->get(), ask(socket->get(), missing), errand,
           std::min(end, Clock::now() + limits.patience), found);
  }
  return found;
}

}  // namespace wgmesh
