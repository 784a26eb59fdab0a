#include "agent/netlink/wireguard.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <linux/genetlink.h>
#include <linux/wireguard.h>

#include "common/error.h"

namespace wgmesh::wireguard_test {
namespace {

using testing::AllOf;
using testing::IsEmpty;
using testing::Property;
using testing::SizeIs;
using testing::Throws;

PublicKey key(int number) {
  PublicKey key;
  key.octets[0] = static_cast<std::uint8_t>(number);
  key.octets[1] = static_cast<std::uint8_t>(number >> 8);
  key.octets[31] = 1;
  return key;
}

Secret secret(std::uint8_t octet) {
  std::array<std::uint8_t, kKeySize> octets;
  octets.fill(octet);
  return Secret::from_octets(octets);
}

PeerUpdate update_of(int number, int allowed_ips) {
  PeerUpdate update;
  update.public_key = key(number);
  update.preshared_key = secret(7);
  update.endpoint =
      parse_socket_address(number % 2 == 0 ? "192.0.2.1:51820" : "[2001:db8::1]:51821");
  update.persistent_keepalive = 25;
  update.allowed_ips.emplace();
  for (int i = 0; i < allowed_ips; ++i) {
    update.allowed_ips->insert(*parse_prefix(fmt::format("fd00:{:x}::{:x}/128", number, i)));
  }
  return update;
}

NetlinkMessage encode(const WireguardPiece& piece, std::size_t max_size = kMaxSetBytes) {
  NetlinkMessage message(16, 0, max_size);
  const genlmsghdr header{.cmd = WG_CMD_SET_DEVICE, .version = 1, .reserved = 0};
  message.put_header(&header, sizeof header);
  put_wireguard(message, piece);
  return message;
}

class WireguardTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { init_crypto(); }
};

TEST_F(WireguardTest, ReadsWhatItWrites) {
  SetWireguard change;
  change.name = "wg-test";
  change.private_key = secret(3);
  change.listen_port = 51820;
  change.fwmark = 0x1234;
  change.peers = {update_of(1, 2), update_of(2, 1)};
  const std::vector<WireguardPiece> pieces = fragments(change);
  ASSERT_THAT(pieces, SizeIs(1));

  WireguardReport report;
  parse_wireguard(encode(pieces[0]).payload(), report);
  EXPECT_EQ(report.private_key, secret(3));
  EXPECT_EQ(report.listen_port, 51820);
  EXPECT_EQ(report.fwmark, 0x1234u);
  ASSERT_THAT(report.peers, SizeIs(2));
  for (const PeerUpdate& update : change.peers) {
    const PeerReport& peer = report.peers.at(update.public_key);
    EXPECT_EQ(peer.preshared_key, secret(7));
    EXPECT_EQ(peer.endpoint, update.endpoint);
    EXPECT_EQ(peer.persistent_keepalive, 25);
    EXPECT_EQ(peer.allowed_ips, update.allowed_ips);
  }
}

TEST_F(WireguardTest, AbsentPresharedKeyIsZeroOctets) {
  PeerUpdate update;
  update.public_key = key(1);
  update.preshared_key.emplace(std::nullopt);
  WireguardReport report;
  report.peers[key(1)].preshared_key = secret(9);
  parse_wireguard(encode({.name = "wg-test",
                          .private_key = {},
                          .listen_port = {},
                          .fwmark = {},
                          .peers = {{update}}})
                      .payload(),
                  report);
  EXPECT_EQ(report.peers.at(key(1)).preshared_key, std::nullopt);
}

TEST_F(WireguardTest, PeerThatComesInSeveralMessagesIsOne) {
  PeerUpdate rest;
  rest.public_key = key(1);
  rest.allowed_ips = {{*parse_prefix("10.0.0.0/8")}};
  WireguardReport report;
  const auto piece = [](const PeerUpdate& update) {
    WireguardPiece piece;
    piece.name = "wg-test";
    piece.peers = {{update}};
    return piece;
  };
  parse_wireguard(encode(piece(update_of(1, 3))).payload(), report);
  parse_wireguard(encode(piece(rest)).payload(), report);
  ASSERT_THAT(report.peers, SizeIs(1));
  const PeerReport& peer = report.peers.at(key(1));
  EXPECT_THAT(peer.allowed_ips, SizeIs(4));
  EXPECT_EQ(peer.preshared_key, secret(7));
  EXPECT_TRUE(peer.endpoint);
}

TEST_F(WireguardTest, EveryFragmentFitsAndTogetherTheySayTheSame) {
  SetWireguard change;
  change.name = "wg-a-long-name1";
  change.private_key = secret(3);
  change.listen_port = 1;
  change.fwmark = 2;
  for (int number = 0; number < 40; ++number) {
    change.peers.push_back(update_of(number, number % 7 == 3 ? 50 : number % 3));
  }
  for (const std::size_t max_bytes : {600u, 1000u, 2048u, 5000u, 60'000u}) {
    const std::vector<WireguardPiece> pieces = fragments(change, max_bytes);
    WireguardReport report;
    std::map<PublicKey, int> firsts;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      EXPECT_EQ(pieces[i].private_key.has_value(), i == 0);
      const NetlinkMessage message = encode(pieces[i]);
      EXPECT_LE(message.octets().size(), max_bytes);
      parse_wireguard(message.payload(), report);
      for (const PeerPiece& peer : pieces[i].peers) {
        if (!peer.continues) { ++firsts[peer.update.public_key]; }
      }
    }
    ASSERT_THAT(report.peers, SizeIs(40));
    for (const PeerUpdate& update : change.peers) {
      EXPECT_EQ(firsts.at(update.public_key), 1);
      EXPECT_EQ(report.peers.at(update.public_key).allowed_ips, update.allowed_ips);
      EXPECT_EQ(report.peers.at(update.public_key).preshared_key, secret(7));
    }
    EXPECT_EQ(pieces.size() == 1, max_bytes == 60'000u);
  }
}

TEST_F(WireguardTest, FragmentsOfAnEmptyChangeAreOneEmptyPiece) {
  SetWireguard change;
  change.name = "wg-test";
  const std::vector<WireguardPiece> pieces = fragments(change);
  ASSERT_THAT(pieces, SizeIs(1));
  EXPECT_THAT(pieces[0].peers, IsEmpty());
}

// WGPEER_A_FLAGS of the only peer in the message.
std::uint32_t flags_in(const NetlinkMessage& message) {
  Octets attributes;
  read_header<genlmsghdr>(message.payload(), attributes);
  for (const Attribute& attribute : Attributes(attributes)) {
    if (attribute.type() != WGDEVICE_A_PEERS) { continue; }
    for (const Attribute& peer : attribute.nested()) {
      for (const Attribute& part : peer.nested()) {
        if (part.type() == WGPEER_A_FLAGS) { return part.u32(); }
      }
    }
  }
  ADD_FAILURE() << "no flags";
  return 0;
}

TEST_F(WireguardTest, AllowedIpsAreReplacedByTheFirstPieceOnly) {
  WireguardPiece piece;
  piece.name = "wg-test";
  piece.peers = {{update_of(1, 1)}};
  EXPECT_EQ(flags_in(encode(piece)), WGPEER_F_REPLACE_ALLOWEDIPS);
  piece.peers[0].continues = true;
  EXPECT_EQ(flags_in(encode(piece)), 0u);
  PeerUpdate untouched;
  untouched.public_key = key(1);
  untouched.update_only = true;
  piece.peers = {{untouched}};
  EXPECT_EQ(flags_in(encode(piece)), WGPEER_F_UPDATE_ONLY);
  untouched.update_only = false;
  untouched.remove = true;
  piece.peers = {{untouched}};
  EXPECT_EQ(flags_in(encode(piece)), WGPEER_F_REMOVE_ME);
}

TEST_F(WireguardTest, MalformedPeersAreErrors) {
  const auto parse = [](const auto& put) {
    NetlinkMessage message(16, 0);
    const genlmsghdr header{};
    message.put_header(&header, sizeof header);
    {
      const Nest peers(message, WGDEVICE_A_PEERS);
      const Nest peer(message, 0);
      put(message);
    }
    WireguardReport report;
    parse_wireguard(message.payload(), report);
  };
  EXPECT_THAT(
      [&] { parse([](NetlinkMessage& message) { message.put_u32(WGPEER_A_FLAGS, 0); }); },
      Throws<Error>(AllOf(Property(&Error::id, "netlink-report-malformed"),
                          Property(&Error::message, "a WireGuard peer without a public key"))));
  EXPECT_THROW(parse([](NetlinkMessage& message) { message.put_u32(WGPEER_A_PUBLIC_KEY, 0); }),
               Error);
  EXPECT_THROW(parse([](NetlinkMessage& message) {
                 message.put(WGPEER_A_PUBLIC_KEY, key(1).octets);
                 const Nest list(message, WGPEER_A_ALLOWEDIPS);
                 const Nest item(message, 0);
                 message.put_ip_address(WGALLOWEDIP_A_IPADDR, *parse_ip("10.0.0.1"));
                 message.put_u8(WGALLOWEDIP_A_CIDR_MASK, 33);
               }),
               Error);
}

}  // namespace
}  // namespace wgmesh::wireguard_test
