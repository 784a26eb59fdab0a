// Measures the paths to other agents of the mesh, and answers theirs meanwhile: UDP sockets on the
// addresses that the mesh gives this node, and on nothing else. Raw sockets would want a capability
// that the agent has given up.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "agent/peers/echo_packet.h"
#include "common/net.h"
#include "common/unique_fd.h"
#include "proto/session.pb.h"

namespace wgmesh {

class Echo {
 public:
  // Listens on those of `addresses` that the node has just now, on ports that the kernel picks.
  // Asks nobody outside of `within`, whoever wants that.
  Echo(const std::vector<IpAddress>& addresses, const EchoToken& token, std::vector<Prefix> within);

  // Address and port of every socket.
  std::vector<SocketAddress> listeners() const;
  // Asks every target again and again, answers others, and returns when every target has answered
  // often enough, or `duration` is over.
  proto::Probed probe(const proto::Probe& wanted);
  // Answers what has come, without waiting.
  void answer();
  std::vector<int> fds() const;

 private:
  struct Socket {
    UniqueFd fd;
    SocketAddress address;
  };
  struct Target {
    std::optional<SocketAddress> address;
    int fd = -1;            // of the socket to ask it from
    std::size_t large = 0;  // octets of UDP payload; 0: none
    proto::ProbeResult result;

    bool is_done() const;
  };

  std::vector<Target> targets_of(const proto::Probe& wanted) const;
  void ask(std::uint32_t number, Target& target, bool is_large) const;
  void ask_all(std::vector<Target>& targets) const;
  // Answers to us are noted in `targets`, if there are any.
  void receive(const Socket& socket, std::vector<Target>* targets) const;

  std::vector<Socket> sockets_;
  EchoToken token_;
  std::vector<Prefix> within_;
};

}  // namespace wgmesh
