#include "agent/state/call_again.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <set>

#include "agent/linux/linux_kernel.h"
#include "agent/linux/wall_clock.h"
#include "common/unique_fd.h"
#include "tests/support/kernel/kernel_test.h"
#include "tests/support/kernel/wanted_mesh.h"

namespace wgmesh::call_again_kernel_test {
namespace {

using namespace std::chrono_literals;

// Of a WireGuard handshake initiation.
constexpr ssize_t kCallOctets = 148;

// A peer that hears calls and never answers.
class SilentPeer {
 public:
  SilentPeer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(kPort);
    const auto* general = reinterpret_cast<const sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_.get(), general, sizeof address), 0);
  }

  bool hears_call(std::chrono::milliseconds within) {
    pollfd ready{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(within.count())) != 1) { return false; }
    std::array<char, 1500> packet{};
    return ::recv(socket_.get(), packet.data(), packet.size(), 0) == kCallOctets;
  }

  static constexpr std::uint16_t kPort = 40000;

 private:
  UniqueFd socket_;
};

class CallAgainTest : public KernelTest {
 protected:
  // A node whose one peer is a SilentPeer. The node has no tunnel, so no frame calls the peer.
  static State make_node(LinuxKernel& kernel, std::uint16_t keepalive) {
    ip("link set lo up");
    State wanted = wanted_mesh(1, TunnelKind::kIp6gretap);
    wanted.tunnels.clear();
    wanted.wireguard->fwmark = 0;
    WireguardPeer& peer = wanted.wireguard->peers.begin()->second;
    peer.endpoint = SocketAddress{*parse_ip("127.0.0.1"), SilentPeer::kPort};
    peer.persistent_keepalive = keepalive;
    kernel.apply(operations_for(wanted), {});
    return wanted;
  }
  static void call(LinuxKernel& kernel, const State& wanted) {
    const std::set keys{wanted.wireguard->peers.begin()->first};
    const auto calls = call_again(kernel.read(kMesh, false), kMesh, keys, wall_clock());
    ASSERT_TRUE(calls);
    kernel.apply(std::array<Operation, 1>{*calls}, {});
  }
};

// WireGuard itself would call again after five seconds.
TEST_F(CallAgainTest, APeerThatWasJustCalledIsCalledOnceMore) {
  SilentPeer far;
  LinuxKernel kernel;
  const State wanted = make_node(kernel, 25);
  ASSERT_TRUE(far.hears_call(3s));
  call(kernel, wanted);
  EXPECT_TRUE(far.hears_call(3s));
  EXPECT_EQ(kernel.observe(scope_for(wanted)).state.wireguard, wanted.wireguard);
}

TEST_F(CallAgainTest, SoIsAPeerWithoutAKeepalive) {
  SilentPeer far;
  LinuxKernel kernel;
  const State wanted = make_node(kernel, 0);
  ASSERT_FALSE(far.hears_call(1s));
  call(kernel, wanted);
  EXPECT_TRUE(far.hears_call(3s));
  EXPECT_EQ(kernel.observe(scope_for(wanted)).state.wireguard, wanted.wireguard);
}

}  // namespace
}  // namespace wgmesh::call_again_kernel_test
