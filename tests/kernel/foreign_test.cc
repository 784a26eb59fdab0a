// Interfaces, addresses, routes and bridge ports that are none of ours, in random shapes: the same
// before and after `up`, an `up` that fails, a change and `down`. 200 seeds with WGMESH_LONG=1,
// else 10.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>

#include "agent/change/transaction.h"
#include "agent/linux/failing_kernel.h"
#include "agent/linux/linux_kernel.h"
#include "common/naming.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/rehearsed_change.h"
#include "tests/support/agent/test_node.h"
#include "tests/support/kernel/kernel_test.h"
#include "tests/support/kernel/seen.h"
#include "tests/support/seed.h"

namespace wgmesh::foreign_test {
namespace {

// For `ip -batch`: near to what is ours in kind and name.
class ForeignObjects {
 public:
  explicit ForeignObjects(unsigned seed) : random_(seed) {
    line("link add lan type dummy");
    line("link set lan up");  // before VLANs on it
    line("link add br0 type bridge stp_state {} forward_delay {} priority {}", draw(2),
         200 + 100 * draw(10), 4096 * draw(16));
    // Else both follow the ports, and one of them is lent.
    line("link set br0 mtu 1450 address 02:00:00:00:0b:00 {}", draw(2) == 0 ? "up" : "down");
    line("link add nic type dummy");  // for bridge_ports
    line("link set nic mtu {} {}", 1400 + draw(200), draw(2) == 0 ? "up" : "down");
    if (draw(2) == 0) { line("link set nic master br0"); }
    for (int i = 0, n = 1 + draw(5); i < n; ++i) { add_interface(i); }
    for (int i = 0, n = draw(4); i < n; ++i) {
      line("route add 172.16.{}.0/24 dev lan metric {}", i, 10 + draw(100));
      line("route add fd00:172:{}::/64 dev lan metric {}", i, 10 + draw(100));
    }
  }
  const std::string& lines() const { return lines_; }

 private:
  int draw(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  template <class... Words>
  void line(fmt::format_string<Words...> format, Words&&... words) {
    lines_ += fmt::format(format, std::forward<Words>(words)...) + "\n";
  }

  void add_interface(int i) {
    const std::string name = fmt::format("{}{}", draw(2) == 0 ? "gt-other" : "eth", i);
    bool can_be_a_port = true;
    switch (draw(6)) {
      case 0:
        line("link add {} type veth peer name {}p", name, name);
        break;
      case 1:
        line("link add {} type gretap local 203.0.113.1 remote 203.0.113.{}", name, 10 + i);
        break;
      case 2:
        line("link add {} type ip6gretap local fd00:99::1 remote fd00:99::{}", name, 10 + i);
        break;
      case 3:
        line("link add {} type wireguard", name);
        can_be_a_port = false;
        break;
      case 4:
        line("link add link lan name {} type vlan id {}", name, 10 + i);
        break;
      default:
        line("link add {} type dummy", name);
    }
    if (draw(3) == 0) { line("link set {} alias wgmesh:other:n{}", name, i); }
    if (draw(4) == 0) { line("link set {} group {}", name, 1 + draw(1000)); }
    if (draw(4) == 0) { line("link property add dev {} altname another-name-{}", name, i); }
    if (draw(3) == 0) { line("link set {} mtu {}", name, 1300 + draw(100)); }
    if (can_be_a_port && draw(2) == 0) { line("link set {} master br0", name); }
    if (draw(3) != 0) { line("link set {} up", name); }
    if (draw(2) == 0) {
      line("addr add 10.{}.{}.1/24 dev {}", 50 + i, draw(250), name);
      line("addr add fd00:{}::1/64 dev {} nodad", 50 + i, name);
    }
  }

  std::mt19937 random_;
  std::string lines_;
};

// Without the mesh's own interfaces, their routes, and `port` where it is in the bridge.
SeenNode foreign_part(SeenNode node, const std::string& port) {
  std::erase_if(node.interfaces, [&](const auto& interface) {
    return interface.second.group == interface_group("test") || interface.first == port;
  });
  std::erase_if(node.devices,
                [&](const auto& device) { return !node.interfaces.contains(device.first); });
  std::erase_if(node.settings,
                [&](const auto& setting) { return !node.interfaces.contains(setting.first); });
  std::erase_if(node.routes, [&](const std::string& route) {
    return route.ends_with("-test") || route.find("-test ") != std::string::npos ||
           (!port.empty() && route.find(" dev " + port) != std::string::npos);
  });
  return node;
}

class ForeignTest : public KernelTest {
 protected:
  void run(const WantedChange& goal, InjectedFault fault = {}) {
    FailingKernel kernel(std::make_unique<LinuxKernel>(), fault);
    const Proposal proposal = make_proposal(kernel, store_, "test", goal);
    Transaction transaction(kernel, store_, {"test", "the test"});
    transaction.apply(proposal, [](std::size_t, std::size_t) {});
    operations_ = kernel.count();
    transaction.commit();
  }

  void live_beside(unsigned seed) {
    const ForeignObjects objects(seed);
    const std::string batch = folder_.path() + "/batch";
    std::ofstream(batch) << objects.lines();
    ip("-batch " + batch);
    const SeenNode before = seen_node();
    const bool takes_nic = seed % 2 == 1;
    const std::string port = takes_nic ? "nic" : "";
    proto::Plan plan = example_plan_of(2);
    if (takes_nic) { plan.add_bridge_ports("nic"); }

    run(goal_of(plan));
    EXPECT_EQ(difference(foreign_part(before, port), foreign_part(seen_node(), port)), "") << "up";
    const SeenNode up = seen_node();
    const InjectedFault fault{.fail_at = 1 + seed % 7, .stays = false};
    EXPECT_THROW(run(goal_of(changed(plan)), fault), Error);
    EXPECT_EQ(difference(up, seen_node()), "") << "a failed change";
    run(goal_of(changed(plan)));
    EXPECT_EQ(difference(foreign_part(before, port), foreign_part(seen_node(), port)), "")
        << "a change";
    run(goal_of(proto::REMOVE));
    EXPECT_EQ(difference(before, seen_node()), "") << "down";
    EXPECT_THROW(run(goal_of(plan), {.fail_at = 1 + seed % operations_}), Error);
    EXPECT_EQ(difference(before, seen_node()), "") << "a failed up";
    if (HasFailure()) { fmt::print("seed {}:\n{}", seed, objects.lines()); }
  }

  const TemporaryFolder folder_;
  const Store store_{folder_.path() + "/lib"};
  std::size_t operations_ = 0;
};

TEST_F(ForeignTest, ObjectsAreLeftAlone) {
  const unsigned seeds = std::getenv("WGMESH_LONG") != nullptr ? 200 : 10;
  const unsigned first = drawn_seed();
  for (unsigned i = 0; i < seeds && !HasFailure(); ++i) {
    // Each in a namespace of its own, as the fixture's.
    if (i > 0) {
      TearDown();
      SetUp();
    }
    live_beside(first + i);
  }
  fmt::print(
      "# {} seeds of foreign objects: the same after up, a failed change, a change, down and "
      "a failed up\n",
      seeds);
}

}  // namespace
}  // namespace wgmesh::foreign_test
