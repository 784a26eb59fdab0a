#include "agent/linux/nft_rules.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>

#include <array>
#include <functional>

#include "agent/netlink/netlink_message.h"

namespace wgmesh::nft_rules_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using Verdict = RuleReport::Verdict;

NetlinkMessage message_of(std::uint8_t family) {
  NetlinkMessage message(1, 0);
  const nfgenmsg header{.nfgen_family = family, .version = 0, .res_id = 0};
  message.put_header(&header, sizeof header);
  return message;
}

TEST(NftRules, ReadsABaseChain) {
  NetlinkMessage message = message_of(NFPROTO_INET);
  message.put_text(NFTA_CHAIN_TABLE, "filter");
  message.put_text(NFTA_CHAIN_NAME, "FORWARD");
  message.put_text(NFTA_CHAIN_TYPE, "filter");
  EXPECT_EQ(parse_chain(message.payload()), std::nullopt);
  {
    const Nest hook(message, NFTA_CHAIN_HOOK);
    message.put_u32(NFTA_HOOK_HOOKNUM, htonl(NF_INET_FORWARD));
  }
  message.put_u32(NFTA_CHAIN_POLICY, htonl(NF_DROP));
  EXPECT_EQ(parse_chain(message.payload()),
            (ChainReport{NFPROTO_INET, "filter", "FORWARD", "filter", NF_INET_FORWARD, NF_DROP}));
}

using Put = std::function<void(NetlinkMessage&)>;

Put expression(const char* name, const Put& data = {}) {
  return [=](NetlinkMessage& message) {
    const Nest element(message, NFTA_LIST_ELEM);
    message.put_text(NFTA_EXPR_NAME, name);
    const Nest nested(message, NFTA_EXPR_DATA);
    if (data) { data(message); }
  };
}

Put verdict(std::int32_t code) {
  return expression("immediate", [=](NetlinkMessage& message) {
    const Nest data(message, NFTA_IMMEDIATE_DATA);
    const Nest nested(message, NFTA_DATA_VERDICT);
    message.put_u32(NFTA_VERDICT_CODE, htonl(static_cast<std::uint32_t>(code)));
  });
}

Put wrapped(const char* kind, const char* name) {
  return expression(kind,
                    [=](NetlinkMessage& message) { message.put_text(NFTA_TARGET_NAME, name); });
}

Put compared_with_port(std::uint16_t port) {
  return expression("cmp", [=](NetlinkMessage& message) {
    const Nest data(message, 3);
    const std::uint16_t value = htons(port);
    message.put(NFTA_DATA_VALUE, {reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
  });
}

Put compared_with(const char* name) {
  return expression("cmp", [=](NetlinkMessage& message) { message.put_text(3, name); });
}

RuleReport rule_of(const std::vector<Put>& expressions) {
  NetlinkMessage message = message_of(NFPROTO_IPV4);
  message.put_text(NFTA_RULE_TABLE, "filter");
  message.put_text(NFTA_RULE_CHAIN, "FORWARD");
  {
    const Nest list(message, NFTA_RULE_EXPRESSIONS);
    for (const Put& put : expressions) { put(message); }
  }
  return parse_rule(message.payload(), "br-test", "wg-test");
}

TEST(NftRules, ReadsWhatARuleDoesToEverything) {
  const auto for_all = [](const std::vector<Put>& expressions) {
    const RuleReport rule = rule_of(expressions);
    EXPECT_EQ(rule.table, "filter");
    EXPECT_EQ(rule.chain, "FORWARD");
    return rule.is_for_all ? rule.verdict : Verdict::kNone;
  };
  EXPECT_EQ(for_all({expression("reject")}), Verdict::kDrop);
  EXPECT_EQ(for_all({expression("counter"), verdict(NF_DROP)}), Verdict::kDrop);
  EXPECT_EQ(for_all({expression("log"), wrapped("target", "REJECT")}), Verdict::kDrop);
  EXPECT_EQ(for_all({wrapped("match", "comment"), verdict(NF_DROP)}), Verdict::kDrop);
  EXPECT_EQ(for_all({verdict(NF_ACCEPT)}), Verdict::kAccept);
  EXPECT_EQ(for_all({expression("masq")}), Verdict::kMasquerade);
  EXPECT_EQ(for_all({wrapped("target", "MASQUERADE")}), Verdict::kMasquerade);
  EXPECT_EQ(for_all({verdict(NFT_JUMP)}), Verdict::kNone);
  // These ask first.
  EXPECT_EQ(for_all({expression("ct"), verdict(NF_DROP)}), Verdict::kNone);
  EXPECT_EQ(for_all({expression("limit"), expression("reject")}), Verdict::kNone);
  EXPECT_EQ(for_all({wrapped("match", "conntrack"), verdict(NF_DROP)}), Verdict::kNone);
}

TEST(NftRules, SeesTheBridgesNameAsAWhole) {
  const auto names = [](const char* text) {
    return rule_of({compared_with(text), verdict(NF_ACCEPT)}).names_bridge;
  };
  EXPECT_TRUE(names("br-test"));
  EXPECT_FALSE(names("br-test2"));
  EXPECT_FALSE(names("eth0"));
}

TEST(NftRules, SeesTheWireguardDeviceAndThePortOfQuestions) {
  const auto names = [](const Put& what) {
    return rule_of({what, verdict(NF_ACCEPT)}).names_locate;
  };
  EXPECT_TRUE(names(compared_with("wg-test")));
  EXPECT_FALSE(names(compared_with("wg-test2")));
  EXPECT_FALSE(names(compared_with("br-test")));
  EXPECT_TRUE(names(compared_with_port(21820)));
  EXPECT_FALSE(names(compared_with_port(51820)));
  // The match of iptables has the ends of the range of ports in the order of this machine.
  EXPECT_TRUE(names(expression("match", [](NetlinkMessage& message) {
    const std::array<std::uint16_t, 5> udp{0, 65535, 21820, 21820, 0};
    message.put_text(NFTA_TARGET_NAME, "udp");
    message.put(3, {reinterpret_cast<const std::uint8_t*>(udp.data()), sizeof udp});
  })));
}

TEST(NftRules, SeesTheSetsThatARuleLooksInto) {
  const auto lookup = expression("lookup", [](NetlinkMessage& message) {
    message.put_text(NFTA_LOOKUP_SET, "__set0");
    message.put_u32(NFTA_LOOKUP_SREG, htonl(NFT_REG_1));
  });
  const RuleReport rule = rule_of({lookup, verdict(NF_ACCEPT)});
  EXPECT_THAT(rule.sets, testing::ElementsAre("__set0"));
  EXPECT_FALSE(rule.is_for_all);
  EXPECT_THAT(rule_of({compared_with_port(51820), verdict(NF_ACCEPT)}).sets, IsEmpty());
}

ChainReport chain(std::uint8_t family, const char* name, const char* type, std::uint32_t hook,
                  std::uint32_t policy = NF_ACCEPT) {
  return {family, "filter", name, type, hook, policy};
}

RuleReport rule(const ChainReport& in, Verdict verdict, bool is_for_all = true,
                bool names_bridge = false) {
  return {in.family, in.table, in.name, verdict, is_for_all, names_bridge};
}

TEST(FirewallFaults, AreChainsThatEndInADropOrBeginWithOne) {
  const ChainReport forward = chain(NFPROTO_IPV4, "FORWARD", "filter", NF_INET_FORWARD);
  const auto found = find_faults(
      {forward}, {rule(forward, Verdict::kAccept, false), rule(forward, Verdict::kDrop)}, true);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].chain(), "ip filter FORWARD");
  EXPECT_EQ(found[0].what(), proto::FirewallFault::DROPS);
  EXPECT_FALSE(found[0].bridge_family());
  EXPECT_THAT(find_faults({forward}, {rule(forward, Verdict::kDrop)}, false), IsEmpty());

  ChainReport policy = forward;
  policy.policy = NF_DROP;
  EXPECT_THAT(find_faults({policy}, {}, true), SizeIs(1));
  EXPECT_THAT(find_faults({policy}, {rule(policy, Verdict::kAccept)}, true), IsEmpty());
  EXPECT_THAT(find_faults({forward}, {}, true), IsEmpty());
  const ChainReport input = chain(NFPROTO_IPV4, "INPUT", "filter", NF_INET_LOCAL_IN, NF_DROP);
  EXPECT_THAT(find_faults({input}, {}, true), IsEmpty());
}

TEST(FirewallFaults, OfTheBridgeFamilyNeedNoBrNetfilter) {
  const ChainReport forward = chain(NFPROTO_BRIDGE, "forward", "filter", NF_INET_FORWARD, NF_DROP);
  const auto found = find_faults({forward}, {}, false);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_TRUE(found[0].bridge_family());
  EXPECT_EQ(found[0].chain(), "bridge filter forward");
}

TEST(FirewallFaults, AreMasqueradesOfEverything) {
  const ChainReport nat = chain(NFPROTO_IPV4, "POSTROUTING", "nat", NF_INET_POST_ROUTING);
  const auto found = find_faults({nat}, {rule(nat, Verdict::kMasquerade)}, true);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].what(), proto::FirewallFault::MASQUERADES);
  EXPECT_THAT(find_faults({nat}, {rule(nat, Verdict::kMasquerade, false)}, true), IsEmpty());
  EXPECT_THAT(find_faults({nat}, {rule(nat, Verdict::kMasquerade)}, false), IsEmpty());
}

// The rule that `check` names is the end of the finding.
TEST(FirewallFaults, ARuleForTheBridgeIsTheEndOfThem) {
  const ChainReport forward = chain(NFPROTO_INET, "FORWARD", "filter", NF_INET_FORWARD, NF_DROP);
  RuleReport elsewhere = rule(forward, Verdict::kAccept, false, true);
  elsewhere.chain = "DOCKER-USER";  // which FORWARD jumps to
  EXPECT_THAT(find_faults({forward}, {elsewhere}, true), IsEmpty());
  elsewhere.table = "another";
  EXPECT_THAT(find_faults({forward}, {elsewhere}, true), SizeIs(1));
  const ChainReport nat = chain(NFPROTO_IPV4, "POSTROUTING", "nat", NF_INET_POST_ROUTING);
  EXPECT_THAT(
      find_faults(
          {nat}, {rule(nat, Verdict::kReturn, false, true), rule(nat, Verdict::kMasquerade)}, true),
      IsEmpty());
}

TEST(QuestionDrops, AreChainsThatLetNothingInUnasked) {
  const ChainReport input = chain(NFPROTO_INET, "input", "filter", NF_INET_LOCAL_IN, NF_DROP);
  const auto found = find_question_drops({input}, {rule(input, Verdict::kAccept, false)});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].what(), proto::FirewallFault::DROPS_UNASKED);
  EXPECT_EQ(found[0].chain(), "inet filter input");
  EXPECT_THAT(find_question_drops({input}, {rule(input, Verdict::kAccept)}), IsEmpty());
  const ChainReport open = chain(NFPROTO_IPV6, "INPUT", "filter", NF_INET_LOCAL_IN);
  EXPECT_THAT(find_question_drops({open}, {}), IsEmpty());
  EXPECT_THAT(find_question_drops({open}, {rule(open, Verdict::kDrop)}), SizeIs(1));
  const ChainReport forward = chain(NFPROTO_INET, "f", "filter", NF_INET_FORWARD, NF_DROP);
  const ChainReport bridge = chain(NFPROTO_BRIDGE, "i", "filter", NF_INET_LOCAL_IN, NF_DROP);
  EXPECT_THAT(find_question_drops({forward, bridge}, {}), IsEmpty());
}

// The rule that `check` names is the end of the finding.
TEST(QuestionDrops, ARuleForTheDeviceOrThePortIsTheEndOfThem) {
  const ChainReport input = chain(NFPROTO_INET, "input", "filter", NF_INET_LOCAL_IN, NF_DROP);
  RuleReport lets = rule(input, Verdict::kAccept, false);
  lets.names_locate = true;
  EXPECT_THAT(find_question_drops({input}, {lets}), IsEmpty());
  lets.verdict = Verdict::kDrop;
  EXPECT_THAT(find_question_drops({input}, {lets}), SizeIs(1));
}

}  // namespace
}  // namespace wgmesh::nft_rules_test
