#include "agent/locate/answering.h"

#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "agent/locate/answer_for.h"
#include "agent/locate/answer_rate.h"
#include "agent/netlink/socket_address.h"
#include "common/error.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

using Clock = std::chrono::steady_clock;

// Room for what one message brings beside its octets.
union PacketInfo {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> octets;
};

struct Packet {
  std::array<std::uint8_t, kLocateQuestionSize> octets{};
  std::size_t size = 0;  // 0: more than there is room for
  KernelSocketAddress from;
  int interface = 0;  // index; 0: not known
};

// systemd has done so, too; elsewhere nobody has.
void ask_for_interface(int socket) {
  int domain = 0;
  int type = 0;
  socklen_t size = sizeof domain;
  if (::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 ||
      ::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &(size = sizeof type)) != 0) {
    throw SystemError("getsockopt", errno);
  }
  if (type != SOCK_DGRAM || (domain != AF_INET && domain != AF_INET6)) {
    throw SystemError("getsockopt", EPROTOTYPE);
  }
  const int yes = 1;
  const bool is_ipv4 = domain == AF_INET;
  const int level = is_ipv4 ? IPPROTO_IP : IPPROTO_IPV6;
  const int option = is_ipv4 ? IP_PKTINFO : IPV6_RECVPKTINFO;
  if (::setsockopt(socket, level, option, &yes, sizeof yes) != 0) {
    throw SystemError("setsockopt", errno);
  }
}

int interface_in(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(part), sizeof info);
      return static_cast<int>(info.ipi6_ifindex);
    }
    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(part), sizeof info);
      return info.ipi_ifindex;
    }
  }
  return 0;
}

// False: nothing waits.
bool receive(int socket, Packet& packet) {
  iovec part{packet.octets.data(), packet.octets.size()};
  PacketInfo info{};
  msghdr message{};
  message.msg_name = &packet.from.storage;
  message.msg_namelen = sizeof packet.from.storage;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = info.octets.data();
  message.msg_controllen = info.octets.size();
  const ssize_t size = retry([&] { return ::recvmsg(socket, &message, MSG_DONTWAIT); });
  if (size < 0) { return false; }
  packet.size = (message.msg_flags & MSG_TRUNC) != 0 ? 0 : static_cast<std::size_t>(size);
  packet.from.size = message.msg_namelen;
  packet.interface = interface_in(message);
  return true;
}

bool came_in_by(int socket, int interface, const std::string& device) {
  ifreq request{};
  request.ifr_ifindex = interface;
  return interface != 0 && ::ioctl(socket, SIOCGIFNAME, &request) == 0 &&
         device == request.ifr_name;
}

template <class Way>
void put_info(msghdr& message, int level, int type, const Way& info) {
  message.msg_controllen = CMSG_SPACE(sizeof info);
  cmsghdr* const part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = level;
  part->cmsg_type = type;
  part->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(part), &info, sizeof info);
}

// What is lost is asked again.
void send_back(int socket, const std::string& octets, Packet& packet) {
  iovec part{const_cast<char*>(octets.data()), octets.size()};
  PacketInfo room{};
  msghdr message{};
  message.msg_name = &packet.from.storage;
  message.msg_namelen = packet.from.size;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room.octets.data();
  message.msg_controllen = room.octets.size();
  if (packet.from.storage.ss_family == AF_INET) {
    in_pktinfo info{};
    info.ipi_ifindex = packet.interface;
    put_info(message, IPPROTO_IP, IP_PKTINFO, info);
  } else {
    in6_pktinfo info{};
    info.ipi6_ifindex = static_cast<unsigned>(packet.interface);
    put_info(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  retry([&] { return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL); });
}

}  // namespace

void answer_questions(int socket, const Answering& answering) {
  ask_for_interface(socket);
  AnswerRate rate;
  std::optional<Error> fault;
  auto until = Clock::now() + answering.patience;
  for (auto now = Clock::now(); now < until; now = Clock::now()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - now);
    pollfd waiting{socket, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(left.count()) + 1) <= 0) { continue; }
    Packet packet;
    if (!receive(socket, packet)) { continue; }
    if (!came_in_by(socket, packet.interface, answering.device)) { continue; }
    const auto question = parse_locate_question(std::span(packet.octets).first(packet.size));
    if (!question) { continue; }
    now = Clock::now();
    until = now + answering.patience;
    const auto asker = parse_kernel_socket_address(packet.from.octets());
    if (!asker || !rate.allows(now)) { continue; }
    try {
      const auto answer = answer_for(*question, asker->address, answering.look());
      if (answer) { send_back(socket, put_locate_answer(*answer), packet); }
    } catch (const Error& error) {
      if (!fault) { fault = error; }
    }
  }
  if (fault) { throw Error(*fault); }
}

}  // namespace wgmesh
