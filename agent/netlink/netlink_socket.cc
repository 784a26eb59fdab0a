#include "agent/netlink/netlink_socket.h"

#include <fmt/format.h>
#include <linux/netlink.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "agent/text/messages.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

// Larger than any datagram that the kernel makes (32 KiB for dumps).
constexpr std::size_t kReceiveBuffer = 64u << 10;
// An ack takes about 1 KiB of the socket's receive buffer until it is read, and nothing is read
// while a send is carried out. The acks of one send fit into the usual limit, in case we get no
// more.
constexpr int kSocketBuffer = 4 << 20;
constexpr std::size_t kRequestsPerSend = 128;
constexpr std::size_t kOctetsPerSend = 128u << 10;
constexpr int kDumpAttempts = 20;

// True when the option is known here. Each makes answers richer or stricter; none is needed to
// work.
bool enable(int fd, int option) {
  const int on = 1;
  return setsockopt(fd, SOL_NETLINK, option, &on, sizeof on) == 0;
}

}  // namespace

void NetlinkSocket::Close::operator()(nl_sock* socket) const { nl_socket_free(socket); }

NetlinkSocket::NetlinkSocket(int protocol) : socket_(nl_socket_alloc()), buffer_(kReceiveBuffer) {
  if (!socket_) { throw std::bad_alloc(); }
  if (nl_connect(socket_.get(), protocol) != 0) {
    throw SystemError("open a netlink socket", errno);
  }
  enable(fd(), NETLINK_EXT_ACK);
  enable(fd(), NETLINK_CAP_ACK);
  enable(fd(), NETLINK_GET_STRICT_CHK);
  // FORCE passes net.core.rmem_max, for root; without it the plain option gives what it gives.
  if (setsockopt(fd(), SOL_SOCKET, SO_RCVBUFFORCE, &kSocketBuffer, sizeof kSocketBuffer) != 0) {
    nl_socket_set_buffer_size(socket_.get(), kSocketBuffer, 0);
  }
}

int NetlinkSocket::fd() const { return nl_socket_get_fd(socket_.get()); }

void NetlinkSocket::send_octets(std::span<NetlinkMessage> requests) {
  std::vector<iovec> parts;
  parts.reserve(requests.size());
  for (NetlinkMessage& request : requests) {
    nlmsghdr* const header = request.header();
    header->nlmsg_seq = ++sequence_;
    parts.push_back({header, NLMSG_ALIGN(header->nlmsg_len)});
  }
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  msghdr message{};
  message.msg_name = &kernel;
  message.msg_namelen = sizeof kernel;
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  if (retry([&] { return sendmsg(fd(), &message, 0); }) < 0) {
    throw SystemError("send to the kernel", errno);
  }
}

void NetlinkSocket::receive(const std::function<void(const nlmsghdr&, Octets message)>& each) {
  sockaddr_nl from{};
  socklen_t from_size = sizeof from;
  const ssize_t size = retry([&] {
    return recvfrom(fd(), buffer_.data(), buffer_.size(), MSG_TRUNC,
                    reinterpret_cast<sockaddr*>(&from), &from_size);
  });
  if (size < 0) { throw SystemError("receive from the kernel", errno); }
  // Any process may send to a netlink socket; the kernel's port is 0.
  if (from.nl_pid != 0) { return; }

  const std::size_t received = static_cast<std::size_t>(size);
  struct WipeAtEnd {
    std::uint8_t* octets;
    std::size_t size;
    ~WipeAtEnd() { sodium_memzero(octets, size); }
  } const wipe{buffer_.data(), std::min(received, buffer_.size())};
  if (received > buffer_.size()) {
    throw Error(say<"netlink-message-malformed">(fmt::format("datagram of {} octets", received)));
  }

  Octets rest = Octets(buffer_).first(received);
  while (rest.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, rest.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size()) {
      throw Error(say<"netlink-message-malformed">(
          fmt::format("message claims {} of {} octets", header.nlmsg_len, rest.size())));
    }
    each(header, rest.first(header.nlmsg_len));
    const std::size_t step = NLMSG_ALIGN(static_cast<std::size_t>(header.nlmsg_len));
    rest = rest.subspan(std::min(step, rest.size()));
  }
}

std::optional<Refusal> NetlinkSocket::send(std::span<NetlinkMessage> requests,
                                           const std::function<void(std::size_t)>& acknowledged) {
  std::size_t start = 0;
  while (start < requests.size()) {
    std::size_t end = start;
    std::size_t octets = 0;
    while (end < requests.size() && end - start < kRequestsPerSend && octets < kOctetsPerSend) {
      nlmsghdr* const header = requests[end++].header();
      header->nlmsg_flags |= NLM_F_ACK;
      octets += header->nlmsg_len;
    }
    const std::uint32_t first_sequence = sequence_ + 1;
    send_octets(requests.subspan(start, end - start));

    std::optional<Refusal> refusal;
    std::size_t answered = 0;
    while (answered < end - start) {
      receive([&](const nlmsghdr& header, Octets message) {
        const std::size_t index = header.nlmsg_seq - first_sequence;
        if (index >= end - start) {
          return;  // an answer to something older
        }
        std::optional<Acknowledgement> answer = parse_acknowledgement(message);
        if (!answer) { return; }
        ++answered;
        if (answer->error_number == 0 ||
            answer->error_number == requests[start + index].tolerated()) {
          return;
        }
        if (!refusal || start + index < refusal->index) {
          refusal = Refusal{start + index, std::move(*answer)};
        }
      });
    }
    if (refusal) { return refusal; }
    if (acknowledged) { acknowledged(end); }
    start = end;
  }
  return std::nullopt;
}

std::optional<NetlinkReplies> NetlinkSocket::ask(NetlinkMessage& request) {
  send_octets({&request, 1});
  NetlinkReplies replies;
  Acknowledgement end;
  bool ended = false;
  bool interrupted = false;
  while (!ended) {
    receive([&](const nlmsghdr& header, Octets message) {
      if (header.nlmsg_seq != sequence_) { return; }
      interrupted = interrupted || (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
      if (std::optional<Acknowledgement> answer = parse_acknowledgement(message)) {
        ended = true;
        end = std::move(*answer);
      } else if (header.nlmsg_type >= NLMSG_MIN_TYPE) {
        const Octets payload = message.subspan(NLMSG_HDRLEN);
        WipedOctets kept(payload.size());
        std::memcpy(kept.data(), payload.data(), payload.size());
        replies.push_back({header.nlmsg_type, std::move(kept)});
      }
    });
  }
  if (end.error_number != 0) { throw NetlinkError(end.error_number, end.extended_ack); }
  if (interrupted) { return std::nullopt; }
  return replies;
}

NetlinkReplies NetlinkSocket::dump(NetlinkMessage& request) {
  request.header()->nlmsg_flags |= NLM_F_DUMP;
  for (int attempt = 0; attempt < kDumpAttempts; ++attempt) {
    if (std::optional<NetlinkReplies> replies = ask(request)) { return std::move(*replies); }
  }
  throw Error(say<"netlink-tables-unstable">(kDumpAttempts));
}

NetlinkReplies NetlinkSocket::get(NetlinkMessage& request) {
  request.header()->nlmsg_flags |= NLM_F_ACK;  // so the answer has an end
  return ask(request).value_or(NetlinkReplies{});
}

}  // namespace wgmesh
