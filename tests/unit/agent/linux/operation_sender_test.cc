// What is sent to WireGuard together, and what alone. Interfaces are a matter of tests/kernel.
#include "agent/linux/operation_sender.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "agent/netlink/netlink_error.h"
#include "agent/store/atomic_file.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

PublicKey key_of(std::size_t number) {
  PublicKey key;
  key.octets[0] = static_cast<std::uint8_t>(number);
  key.octets[1] = static_cast<std::uint8_t>(number >> 8);
  return key;
}

Operation peer(const std::string& device, std::size_t number) {
  return SetWireguard{.name = device, .peers = {{.public_key = key_of(number)}}};
}

class Sender : public testing::Test {
 protected:
  void run(const std::vector<Operation>& operations) {
    OperationSender sender(interfaces,
                           {[this](const SetWireguard& change) {
                              sent.push_back(change);
                              for (const PeerUpdate& update : change.peers) {
                                if (update.public_key == refused) {
                                  throw NetlinkError(EINVAL, "not this one");
                                }
                              }
                            },
                            [this](const std::string& device) {
                              emptied.push_back(device);
                              if (refuses_to_empty) { throw NetlinkError(ENODEV, ""); }
                            }},
                           hosts, [this](std::size_t count) { done = count; });
    sender.run(operations);
  }
  std::vector<std::size_t> sizes() const {
    std::vector<std::size_t> counts;
    for (const SetWireguard& change : sent) { counts.push_back(change.peers.size()); }
    return counts;
  }

  TemporaryFolder folder;
  HostsFile hosts{folder.path() + "/hosts"};
  RtnlSocket interfaces;
  std::vector<SetWireguard> sent;
  std::optional<PublicKey> refused;
  std::vector<std::string> emptied;
  bool refuses_to_empty = false;
  std::size_t done = 0;
};

TEST_F(Sender, TellsADeviceAllOfItsPeersAtOnce) {
  SetWireguard device{.name = "wg-a", .listen_port = 51820, .fwmark = 7};
  run({device, peer("wg-a", 1), peer("wg-a", 2), peer("wg-b", 3)});
  SetWireguard whole = device;
  whole.peers = {{.public_key = key_of(1)}, {.public_key = key_of(2)}};
  EXPECT_THAT(sent, ElementsAre(whole, std::get<SetWireguard>(peer("wg-b", 3))));
  EXPECT_EQ(done, 4U);
}

TEST_F(Sender, CutsAThousandPeersIntoFewParts) {
  std::vector<Operation> operations;
  for (std::size_t i = 0; i < 1000; ++i) { operations.push_back(peer("wg-a", i)); }
  run(operations);
  EXPECT_THAT(sizes(), ElementsAre(256, 256, 256, 232));
  EXPECT_EQ(done, 1000U);
}

TEST_F(Sender, NamesThePeerThatTheKernelRefuses) {
  refused = key_of(2);
  try {
    run({peer("wg-a", 1), peer("wg-a", 2), peer("wg-a", 3)});
    FAIL() << "nothing was refused";
  } catch (const NetlinkError& error) {
    EXPECT_THAT(error.message(), HasSubstr(describe(peer("wg-a", 2))));
    EXPECT_EQ(error.extended_ack(), "not this one");
  }
  EXPECT_THAT(sizes(), ElementsAre(3, 1, 1)) << "peer 3 is not told after peer 2 was refused";
  EXPECT_EQ(done, 1U);
}

// To delete a device with its peers takes a grace period of the kernel for each.
TEST_F(Sender, TakesThePeersFromADeviceBeforeItIsDeleted) {
  for (const bool refuses : {false, true}) {
    refuses_to_empty = refuses;
    emptied.clear();
    // There is no such interface here, so to delete it is refused: that is the word that counts.
    EXPECT_THROW(run({DeleteInterface{"wg-nowhere", true}}), NetlinkError);
    EXPECT_THAT(emptied, ElementsAre("wg-nowhere"));
  }
  emptied.clear();
  EXPECT_THROW(run({DeleteInterface{"br-nowhere"}}), NetlinkError);
  EXPECT_THAT(emptied, testing::IsEmpty());
}

TEST_F(Sender, WritesTheNamesAndSaysWhatItCouldNotWrite) {
  const HostsBlock block{"test", {"fd00::1  a a.test"}};
  run({SetHosts{block, true}});
  EXPECT_EQ(hosts.read("test").block, block);
  run({RemoveHosts{"test"}});
  EXPECT_FALSE(hosts.read("test").block);
  EXPECT_EQ(done, 1u);
  write_file(folder.path() + "/hosts", "# END wgmesh test\n");
  try {
    run({SetHosts{block}});
    FAIL() << "a damaged block was changed";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "hosts-block-damaged");
    EXPECT_TRUE(error.message().starts_with("/etc/hosts: 1 line for test: ")) << error.message();
  }
}

}  // namespace
}  // namespace wgmesh
