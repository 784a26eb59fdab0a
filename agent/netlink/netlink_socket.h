// One netlink socket: requests out, acknowledgements and dumps in. The only place that opens
// netlink sockets, so extended acks are never forgotten. Knows nothing of what the messages mean.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/netlink/netlink_error.h"
#include "agent/netlink/netlink_message.h"
#include "agent/netlink/wiped_octets.h"

struct nl_sock;

namespace wgmesh {

// One message of an answer: its type, and what follows the netlink header.
struct NetlinkReply {
  std::uint16_t type = 0;
  WipedOctets payload;
};
using NetlinkReplies = std::vector<NetlinkReply>;

// The first of several requests that the kernel refused.
struct Refusal {
  std::size_t index = 0;
  Acknowledgement answer;
};

class NetlinkSocket {
 public:
  // `protocol`: NETLINK_ROUTE, NETLINK_GENERIC … Throws SystemError.
  explicit NetlinkSocket(int protocol);

  // Sends all requests in few large sends and collects the acks of each send after it. After a send
  // in which something was refused nothing more is sent; the later requests of that send have been
  // carried out. `acknowledged` is called with the number of requests answered so far.
  std::optional<Refusal> send(std::span<NetlinkMessage> requests,
                              const std::function<void(std::size_t)>& acknowledged = {});

  // Asks one question that has any number of answers (NLM_F_DUMP is set here), as one consistent
  // reading: asked again when the kernel says that its tables changed meanwhile. Throws
  // NetlinkError.
  NetlinkReplies dump(NetlinkMessage& request);

  // Asks one question that has one answer. Throws NetlinkError.
  NetlinkReplies get(NetlinkMessage& request);

 private:
  struct Close {
    void operator()(nl_sock* socket) const;
  };
  int fd() const;
  void send_octets(std::span<NetlinkMessage> requests);
  // Receives one datagram and hands over its messages. An exception ends the reading.
  void receive(const std::function<void(const nlmsghdr&, Octets message)>& each);
  // Collects until NLMSG_DONE or the ack; empty: interrupted.
  std::optional<NetlinkReplies> ask(NetlinkMessage& request);

  std::unique_ptr<nl_sock, Close> socket_;
  WipedOctets buffer_;
  std::uint32_t sequence_ = 0;
};

}  // namespace wgmesh
