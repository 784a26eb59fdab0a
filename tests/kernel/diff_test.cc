// The whole idea against the real kernel: observe, diff, apply; then the kernel equals the plan and
// a second diff is empty; and undo, after every operation, is the way back.
#include "agent/state/diff.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "agent/linux/linux_kernel.h"
#include "common/naming.h"
#include "tests/support/kernel/kernel_test.h"
#include "tests/support/kernel/wanted_mesh.h"

namespace wgmesh::diff_test {
namespace {

using testing::IsEmpty;

std::vector<std::string> described(const std::vector<Operation>& operations) {
  std::vector<std::string> lines;
  for (const Operation& operation : operations) { lines.push_back(describe(operation)); }
  return lines;
}

class DiffOnKernelTest : public KernelTest {
 protected:
  State observed() {
    return kernel_->observe({.mesh = kMesh, .wanted_names = {}, .foreign_ports = ports_}).state;
  }

  void make(const State& desired) {
    const std::vector<Operation> operations = diff(desired, observed());
    kernel_->apply(operations, {});
    EXPECT_THAT(described(diff(desired, observed())), IsEmpty());
    EXPECT_TRUE(matches(desired, observed()));
  }

  // Goes from `before` to `desired`, stopping after each operation of the first part in turn, and
  // back.
  void undo_everywhere(const State& desired) {
    const State before = observed();
    const std::vector<Operation> operations = diff(desired, before);
    for (std::size_t count = 0; count <= first_deletion(operations); ++count) {
      kernel_->apply(std::span(operations).first(count), {});
      kernel_->apply(diff(before, observed()), {});
      ASSERT_THAT(described(diff(before, observed())), IsEmpty())
          << "after undoing " << count << " operations, the last of which was "
          << (count == 0 ? "none" : describe(operations[count - 1]));
    }
  }

  void SetUp() override {
    KernelTest::SetUp();
    if (!IsSkipped() && !HasFatalFailure()) { kernel_ = std::make_unique<LinuxKernel>(); }
  }
  void TearDown() override {
    kernel_.reset();
    KernelTest::TearDown();
  }

  std::set<std::string> ports_;
  std::unique_ptr<LinuxKernel> kernel_;
};

TEST_F(DiffOnKernelTest, MakesAndUnmakesAMesh) {
  for (const TunnelKind kind : {TunnelKind::kGretap, TunnelKind::kIp6gretap}) {
    const State wanted = wanted_mesh(3, kind);
    make(wanted);
    make({});
    EXPECT_EQ(observed(), State());
  }
}

TEST_F(DiffOnKernelTest, MendsWhatWasChangedByHand) {
  const State wanted = wanted_mesh(2, TunnelKind::kIp6gretap);
  make(wanted);
  ip("link set gt-test-n2 nomaster down mtu 1300");
  ip("link set gt-test-n3 alias none");
  ip("link set br-test mtu 1280 type bridge stp_state 0 forward_delay 1500");
  ip("addr add 192.0.2.1/24 dev br-test");
  ip("addr del 10.11.12.1/24 dev br-test");
  ip("link set wg-test mtu 1400");
  EXPECT_FALSE(matches(wanted, observed()));
  make(wanted);
}

TEST_F(DiffOnKernelTest, ChangesEverythingThatAPlanCanChange) {
  const State wanted = wanted_mesh(3, TunnelKind::kGretap);
  make(wanted);

  State changed = wanted;
  changed.wireguard->interface.mtu = 1400;
  changed.wireguard->listen_port = 51999;
  changed.wireguard->fwmark = 0;
  changed.wireguard->private_key = Secret::make_private_key();
  changed.wireguard->peers.erase(changed.wireguard->peers.begin());
  WireguardPeer& peer = changed.wireguard->peers.begin()->second;
  peer.preshared_key.reset();
  peer.persistent_keepalive = 0;
  peer.endpoint = parse_socket_address("203.0.113.9:1");
  changed.bridge->interface.mtu = 1300;
  changed.bridge->stp = false;
  changed.bridge->priority = 100;
  changed.bridge->addresses = {*parse_prefix("10.11.12.1/25"), *parse_prefix("10.11.12.2/25"),
                               *parse_prefix("fd00:0:0:1::1/80")};
  changed.tunnels.erase("gt-test-n2");
  Tunnel& tunnel = changed.tunnels.at("gt-test-n3");
  tunnel.interface.mtu = 1300;
  tunnel.remote = *parse_ip("198.18.0.99");
  tunnel.isolated = true;
  tunnel.path_cost = 9;
  Tunnel& fragmenting = changed.tunnels.at("gt-test-n4");
  fragmenting.interface.mtu = 1500;
  fragmenting.path_mtu_discovery = false;
  fragmenting.ignore_df = true;
  undo_everywhere(changed);
  make(changed);
  make(wanted);
}

TEST_F(DiffOnKernelTest, GoesFromOneTunnelKindToTheOther) {
  make(wanted_mesh(2, TunnelKind::kGretap));
  undo_everywhere(wanted_mesh(2, TunnelKind::kIp6gretap));
  make(wanted_mesh(2, TunnelKind::kIp6gretap));
  make(wanted_mesh(2, TunnelKind::kGretap));
}

TEST_F(DiffOnKernelTest, UndoesAFirstUpAndADown) {
  const State wanted = wanted_mesh(2, TunnelKind::kIp6gretap);
  undo_everywhere(wanted);
  make(wanted);
  undo_everywhere({});
}

TEST_F(DiffOnKernelTest, FifteenHundredOctetsInAllPorts) {
  State wanted = wanted_mesh(2, TunnelKind::kGretap);
  wanted.bridge->interface.mtu = 1500;
  for (auto& [name, tunnel] : wanted.tunnels) {
    tunnel.interface.mtu = 1500;
    tunnel.path_mtu_discovery = false;
    tunnel.ignore_df = true;
  }
  make(wanted);
  make(wanted_mesh(2, TunnelKind::kIp6gretap));
}

TEST_F(DiffOnKernelTest, ForeignPortIsLentAndGivenBack) {
  ip("link add port0 type dummy");
  ip("link set port0 mtu 1400");
  ports_ = {"port0"};
  const State before = observed();
  State wanted = wanted_mesh(1, TunnelKind::kIp6gretap);
  wanted.foreign_ports["port0"] = {"br-test", 1362, true};
  undo_everywhere(wanted);
  make(wanted);
  make(before);
  EXPECT_EQ(observed(), before);
}

}  // namespace
}  // namespace wgmesh::diff_test
