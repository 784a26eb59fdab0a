#include "controller/fleet/check_hello.h"

#include <limits>
#include <set>
#include <string>

#include "common/change_counts.h"
#include "common/key.h"
#include "common/limits.h"
#include "common/net.h"
#include "common/short_peers.h"
#include "controller/fleet/facts.h"
#include "controller/fleet/node_message.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMostWord = 64;
constexpr std::size_t kProofSize = 32;
constexpr std::uint64_t kMostObserved = 4096;
constexpr std::size_t kSealedSize = kKeySize + 48;  // libsodium's sealed box adds 48
constexpr std::uint64_t kMostGeneration = std::numeric_limits<std::int64_t>::max();

void check_machine(const proto::Hello& hello) {
  expect_word(hello.agent_version(), kMostWord, "an agent's version");
  expect_line(hello.kernel_release(), "a kernel's release");
  expect_word(hello.machine(), kMostWord, "a kind of machine");
  expect_at_most(static_cast<std::uint64_t>(hello.missing_size()), kMostWord,
                 "a number of missing modules");
  for (const proto::MissingFeature& missing : hello.missing()) {
    // It becomes a command in the cure.
    expect_word(missing.module(), kMostWord, "the name of a kernel module");
    expect_line(missing.why(), "a reason");
  }
}

void check_keys(const proto::Open& open, const proto::Hello& hello) {
  expect_key(hello.public_key(), "a public key");
  expect_key(hello.session_key(), "a session key");
  std::set<std::string> without;
  for (const proto::OpenPeer& peer : open.peers()) { without.insert(peer.node()); }
  for (const proto::PresharedProof& held : hello.preshared()) {
    if (without.erase(held.node()) == 0) {
      refuse_fact("a preshared key for '{}', which it was not asked for, or told before",
                  held.node());
    }
    if (held.proof().size() != kProofSize) {
      refuse_fact("a proof of {} octets, not {}", held.proof().size(), kProofSize);
    }
  }
}

void check_address(const std::string& text, const std::string& node) {
  const auto address = parse_ip(text);
  if (!address || !is_one_host(*address) || is_loopback(*address)) {
    refuse_fact("'{}' as the address of {}", text, node);
  }
}

void check_source(const std::string& text) {
  if (!text.empty() && !parse_ip(text)) {
    refuse_fact("'{}' as the address that it sends from", text);
  }
}

void check_route_group(const proto::Open& open, const proto::RouteGroup& group,
                       std::set<std::string>& asked) {
  for (const std::uint32_t place : group.peers()) {
    const bool is_known = place < static_cast<std::uint32_t>(open.peers_size());
    if (!is_known || asked.erase(open.peers(static_cast<int>(place)).node()) == 0) {
      refuse_fact("a route to peer {}, which it was not asked for, or told before", place);
    }
  }
  check_address(group.address(), "a group of peers");
  expect_mtu(group.mtu(), "a path to a group of peers");
  check_source(group.source());
}

void check_short(const proto::Open& open, const proto::Hello& hello) {
  const auto peers = static_cast<std::size_t>(open.peers_size());
  const std::size_t proofs = hello.short_proofs().size();
  if (proofs != 0 && proofs != peers * kShortProof) {
    refuse_fact("{} octets of proofs for {} peers", proofs, peers);
  }
  if (hello.opened_costs_size() != 0 && hello.opened_costs_size() != open.peers_size()) {
    refuse_fact("{} stored path costs for {} peers", hello.opened_costs_size(), peers);
  }
  for (const std::uint32_t cost : hello.opened_costs()) {
    expect_at_most(cost, 65535, "a stored path cost");
  }
}

void check_routes(const proto::Open& open, const proto::Hello& hello) {
  std::set<std::string> asked;
  for (const proto::OpenPeer& peer : open.peers()) {
    if (!peer.endpoint().empty()) { asked.insert(peer.node()); }
  }
  for (const proto::RouteGroup& group : hello.route_groups()) {
    check_route_group(open, group, asked);
  }
  for (const proto::EndpointRoute& route : hello.routes()) {
    if (asked.erase(route.node()) == 0) {
      refuse_fact("a route to '{}', which it was not asked for, or told before", route.node());
    }
    if (!route.error().empty()) {
      if (!route.address().empty()) { refuse_fact("a route to {} and an error", route.node()); }
      continue;
    }
    check_address(route.address(), route.node());
    expect_mtu(route.mtu(), fmt::format("a path to {}", route.node()));
    check_source(route.source());
  }
}

void check_stored(const proto::Hello& hello) {
  expect_at_most(hello.generation(), kMostGeneration, "a generation");
  expect_mtu(hello.stored_device_mtu(), "a stored MTU of WireGuard");
  expect_mtu(hello.stored_segment_mtu(), "a stored MTU of the segment");
  expect_at_most(hello.stored_priority(), 65535, "a stored priority");
  expect_at_most(static_cast<std::uint64_t>(hello.stored_peers_size()), kMostPeers,
                 "a number of stored peers");
  for (const std::string& peer : hello.stored_peers()) { expect_node_name(peer, "a stored peer"); }
  for (const proto::StoredCost& cost : hello.stored_costs()) {
    expect_node_name(cost.node(), "a stored cost of");
    expect_at_most(cost.path_cost(), 65535, "a stored path cost");
  }
}

void check_learned(const proto::Hello& hello) {
  expect_at_most(static_cast<std::uint64_t>(hello.learned_size()), kMostPeers,
                 "a number of learned endpoints");
  for (const proto::LearnedEndpoint& learned : hello.learned()) {
    expect_node_name(learned.node(), "a learned endpoint of");
    const auto endpoint = parse_socket_address(learned.endpoint());
    if (!endpoint || !is_one_host(endpoint->address) || is_loopback(endpoint->address)) {
      refuse_fact("'{}' as a learned endpoint of {}", learned.endpoint(), learned.node());
    }
  }
  expect_at_most(static_cast<std::uint64_t>(hello.no_links_size()), kMostPeers,
                 "a number of missing links");
  for (const proto::NoLink& no_link : hello.no_links()) {
    expect_node_name(no_link.node(), "a missing link to");
    if (!no_link.culprit().empty()) { expect_node_name(no_link.culprit(), "a missing link by"); }
    expect_line(no_link.observed(), "an observation");
    expect_at_most(no_link.observed().size(), kMostObserved, "octets of an observation");
  }
}

void check_identity(const proto::Hello& hello) {
  const proto::StoredIdentity& identity = hello.identity();
  if (!identity.node().empty()) { expect_node_name(identity.node(), "a stored plan of"); }
  if (!identity.network().empty() && !parse_prefix(identity.network())) {
    refuse_fact("a stored network '{}', which is none", identity.network());
  }
  for (const proto::FirewallFault& fault : hello.firewall()) {
    expect_line(fault.chain(), "a firewall's chain");
  }
  for (const proto::FirewallFault& fault : hello.inside_firewall()) {
    expect_line(fault.chain(), "a firewall's chain");
  }
}

void check_survey(const proto::Survey& survey) {
  expect_line(survey.host_name(), "its own name");
  expect_line(survey.port_user(), "who has a port");
  expect_line(survey.reached_at(), "an address of its own");
  expect_at_most(survey.free_port(), 65535, "a free port");
  expect_at_most(survey.outside_mtu(), kLargestMtu, "an MTU of its default route");
  expect_at_most(static_cast<std::uint64_t>(survey.addresses_size()), kMostSurveyedAddresses,
                 "a number of addresses");
  for (const proto::SurveyedAddress& own : survey.addresses()) {
    if (!parse_prefix(own.address())) {
      refuse_fact("an address '{}', which is none", own.address());
    }
    expect_at_most(own.mtu(), kLargestMtu, "an MTU of an interface");
  }
}

}  // namespace

void check_hello(const proto::Open& open, const proto::Hello& hello) {
  check_machine(hello);
  check_keys(open, hello);
  check_routes(open, hello);
  check_stored(hello);
  check_learned(hello);
  check_identity(hello);
  check_survey(hello.survey());
  check_short(open, hello);
}

void check_secrets(const proto::MakeSecrets& wanted, const proto::Secrets& made) {
  std::set<std::string> due;
  for (const proto::SecretFor& peer : wanted.peers()) { due.insert(peer.node()); }
  for (const proto::SealedSecret& box : made.sealed()) {
    if (due.erase(box.node()) == 0) {
      refuse_fact("a key for '{}', which it was not asked for, or told before", box.node());
    }
    if (box.box().size() != kSealedSize) {
      refuse_fact("a sealed key of {} octets, not {}", box.box().size(), kSealedSize);
    }
  }
  if (!due.empty()) { refuse_fact("no key for {}", *due.begin()); }
}

void check_changes(const proto::Changes& changes) {
  if (count_of(changes) > kMostItems) {
    refuse_fact("{} changes, not {} at most", count_of(changes), kMostItems);
  }
  if (changes.count_of_agent() > changes.count()) {
    refuse_fact("{} changes of the agent, of {}", changes.count_of_agent(), changes.count());
  }
}

}  // namespace wgmesh
