#include "agent/linux/iptables_rules.h"

#include <gtest/gtest.h>
// Before the kernel's headers: these leave out what the C library has, and the C library does not.
#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>

#include <cstring>
#include <vector>

namespace wgmesh::iptables_rules_test {
namespace {

using Verdict = RuleReport::Verdict;

// A table as the kernel lays it out, rule after rule.
class Table {
 public:
  Table& add(const char* target, int verdict = 0, const char* interface = "",
             std::size_t matches = 0) {
    ipt_entry entry{};
    std::strcpy(entry.ip.outiface, interface);
    entry.target_offset = static_cast<std::uint16_t>(sizeof entry + matches);
    entry.next_offset =
        static_cast<std::uint16_t>(entry.target_offset + sizeof(xt_standard_target));
    xt_standard_target standard{};
    std::strcpy(standard.target.u.user.name, target);
    standard.verdict = verdict;
    last_ = octets_.size();
    octets_.resize(octets_.size() + entry.next_offset);
    std::memcpy(octets_.data() + last_, &entry, sizeof entry);
    std::memcpy(octets_.data() + last_ + entry.target_offset, &standard, sizeof standard);
    return *this;
  }
  Verdict fate() const {
    return fate_in_iptables(octets_, 0, static_cast<std::uint32_t>(last_), "br-test");
  }
  std::vector<std::uint8_t> octets_;

 private:
  std::size_t last_ = 0;
};

constexpr int kDrop = -NF_DROP - 1;
constexpr int kAccept = -NF_ACCEPT - 1;

TEST(IptablesRules, AChainEndsWithItsPolicyOrARuleForAll) {
  EXPECT_EQ(Table().add("", kDrop).fate(), Verdict::kDrop);
  EXPECT_EQ(Table().add("", kAccept).fate(), Verdict::kAccept);
  EXPECT_EQ(Table().add("", kAccept, "", 8).add("REJECT").add("", kAccept).fate(), Verdict::kDrop);
  EXPECT_EQ(Table().add("", kAccept).add("", kDrop).fate(), Verdict::kAccept);
  EXPECT_EQ(Table().add("LOG").add("MASQUERADE").add("", kAccept).fate(), Verdict::kMasquerade);
  EXPECT_EQ(Table().add("MASQUERADE", 0, "eth0").add("", kAccept).fate(), Verdict::kAccept);
}

TEST(IptablesRules, ARuleForTheBridgeLetsPass) {
  EXPECT_EQ(Table().add("", kAccept, "br-test").add("", kDrop).fate(), Verdict::kAccept);
  EXPECT_EQ(Table().add("", XT_RETURN, "br-test").add("MASQUERADE").add("", kAccept).fate(),
            Verdict::kAccept);
  EXPECT_EQ(Table().add("", kAccept, "br-other").add("", kDrop).fate(), Verdict::kDrop);
}

TEST(IptablesRules, OctetsThatAreNoTableSayNothing) {
  Table table;
  table.add("", kDrop);
  EXPECT_EQ(fate_in_iptables({}, 0, 0, "br-test"), Verdict::kAccept);
  EXPECT_EQ(fate_in_iptables(table.octets_, 4000, 5000, "br-test"), Verdict::kAccept);
  table.octets_.resize(table.octets_.size() - 1);
  EXPECT_EQ(table.fate(), Verdict::kAccept);
  std::memset(table.octets_.data(), 0, table.octets_.size());
  EXPECT_EQ(table.fate(), Verdict::kAccept);
}

}  // namespace
}  // namespace wgmesh::iptables_rules_test
