#include "agent/session/session_secrets.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/agent/example_plan.h"

namespace wgmesh::session_secrets_test {
namespace {

proto::Open open_to(const std::string& peer) {
  proto::Open open;
  open.add_peers()->set_node(peer);
  return open;
}

proto::Hello hello_of(const SessionSecrets& secrets, const std::string& peer) {
  proto::Hello hello;
  secrets.put_into(hello, open_to(peer));
  return hello;
}

proto::Plan plan_with(const std::string& peer) {
  proto::Plan plan;
  plan.add_peers()->set_node(peer);
  return plan;
}

TEST(SessionSecrets, APairGetsOneKeyThroughAControllerThatCannotReadIt) {
  SessionSecrets a("test", "a", {}, true);
  SessionSecrets b("test", "b", {}, true);
  proto::MakeSecrets wanted;
  wanted.add_peers()->set_node("b");
  wanted.mutable_peers(0)->set_session_key(hello_of(b, "a").session_key());
  proto::Secrets made = a.make(wanted);
  ASSERT_EQ(made.sealed_size(), 1);
  EXPECT_EQ(made.sealed(0).node(), "b");

  made.mutable_sealed(0)->set_node("a");  // as the controller relays it
  b.receive(made.sealed());
  const auto key_a = a.for_plan(plan_with("b")).preshared_keys.at("b");
  const auto key_b = b.for_plan(plan_with("a")).preshared_keys.at("a");
  EXPECT_TRUE(key_a == key_b);
  const auto octets = key_a.reveal();
  EXPECT_EQ(made.sealed(0).box().find(std::string(octets.begin(), octets.end())),
            std::string::npos);
}

TEST(SessionSecrets, BothEndsProveTheSameStoredKey) {
  StoredMesh stored;
  stored.private_key = secret_of(1);
  stored.preshared_keys = {{"a", secret_of(2)}, {"b", secret_of(2)}};
  const auto proof_a = hello_of(SessionSecrets("test", "a", stored, true), "b");
  const auto proof_b = hello_of(SessionSecrets("test", "b", stored, true), "a");
  EXPECT_EQ(proof_a.preshared(0).proof(), proof_b.preshared(0).proof());
  EXPECT_FALSE(proof_a.public_key_is_new());
  EXPECT_EQ(hello_of(SessionSecrets("test", "a", stored, true), "stranger").preshared_size(), 0);
}

Said refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) { return {error.id(), error.message(), error.cure()}; }
  return {};
}

TEST(SessionSecrets, RefusesWhatIsNotSealedToIt) {
  SessionSecrets a("test", "a", {}, true);
  proto::Secrets other;
  other.add_sealed()->set_node("b");
  other.mutable_sealed(0)->set_box(Sealer().seal(secret_of(1), SessionKey().public_key()));
  EXPECT_EQ(
      refusal([&] { a.receive(other.sealed()); }),
      (Said{"session-key-foreign", "the preshared key from b is not sealed to this session", ""}));
  proto::MakeSecrets bad;
  bad.add_peers()->set_node("b");
  bad.mutable_peers(0)->set_session_key("short");
  EXPECT_EQ(refusal([&] { a.make(bad); }),
            (Said{"session-key-missing", "no session key of b to seal a preshared key to", ""}));
  EXPECT_TRUE(a.for_plan(plan_with("b")).preshared_keys.empty());
}

PublicKey shown_by(const SessionSecrets& secrets) {
  proto::Hello hello;
  secrets.put_into(hello, {});
  EXPECT_TRUE(hello.public_key_is_new());
  return *public_key_from(hello.public_key());
}

TEST(SessionSecrets, ADryRunMakesNoKey) {
  const PublicKey first = shown_by(SessionSecrets("test", "a", {}, false));
  EXPECT_EQ(shown_by(SessionSecrets("test", "a", {}, false)), first);
  EXPECT_EQ(first, public_key_of(Secret::stand_in("test", "a")));
  EXPECT_NE(shown_by(SessionSecrets("test", "b", {}, false)), first);
  EXPECT_NE(shown_by(SessionSecrets("other", "a", {}, false)), first);
  EXPECT_NE(shown_by(SessionSecrets("test", "a", {}, true)), first);
}

}  // namespace
}  // namespace wgmesh::session_secrets_test
