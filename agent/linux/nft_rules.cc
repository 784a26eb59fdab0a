#include "agent/linux/nft_rules.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <array>

#include "common/locate_port.h"

namespace wgmesh {
namespace {

using Verdict = RuleReport::Verdict;

std::uint32_t big_endian(const Attribute& attribute) { return ntohl(attribute.u32()); }

const char* family_name(std::uint8_t family) {
  switch (family) {
    case NFPROTO_IPV4:
      return "ip";
    case NFPROTO_IPV6:
      return "ip6";
    case NFPROTO_BRIDGE:
      return "bridge";
    default:
      return "inet";
  }
}

Verdict verdict_of_code(std::uint32_t code) {
  switch (static_cast<std::int32_t>(code)) {
    case NF_DROP:
      return Verdict::kDrop;
    case NF_ACCEPT:
      return Verdict::kAccept;
    case NFT_RETURN:
      return Verdict::kReturn;
    default:
      return Verdict::kNone;
  }
}

// NFTA_IMMEDIATE_DATA { NFTA_DATA_VERDICT { NFTA_VERDICT_CODE } }
Verdict parse_immediate(Attributes data) {
  for (const Attribute& attribute : data) {
    if (attribute.type() != NFTA_IMMEDIATE_DATA) { continue; }
    for (const Attribute& value : attribute.nested()) {
      if (value.type() != NFTA_DATA_VERDICT) { continue; }
      for (const Attribute& part : value.nested()) {
        if (part.type() == NFTA_VERDICT_CODE) { return verdict_of_code(big_endian(part)); }
      }
    }
  }
  return Verdict::kNone;
}

// A target or match of iptables, wrapped.
std::string name_of_wrapped(Attributes data) {
  for (const Attribute& attribute : data) {
    if (attribute.type() == NFTA_TARGET_NAME) {
      return attribute.text();  // NFTA_MATCH_NAME is 1 too
    }
  }
  return {};
}

Verdict verdict_of_target(const std::string& target) {
  if (target == "REJECT" || target == "DROP") { return Verdict::kDrop; }
  if (target == "MASQUERADE" || target == "SNAT") { return Verdict::kMasquerade; }
  return Verdict::kNone;
}

// One expression of a rule, in the kernel's order.
void read_expression(const Attribute& element, RuleReport& rule) {
  std::string name;
  Attributes data{Octets{}};
  for (const Attribute& attribute : element.nested()) {
    if (attribute.type() == NFTA_EXPR_NAME) { name = attribute.text(); }
    if (attribute.type() == NFTA_EXPR_DATA) { data = attribute.nested(); }
  }
  if (name == "counter" || name == "log") { return; }
  if (name == "lookup") {
    for (const Attribute& attribute : data) {
      if (attribute.type() == NFTA_LOOKUP_SET) { rule.sets.push_back(attribute.text()); }
    }
  }
  if (name == "immediate") {
    const Verdict verdict = parse_immediate(data);
    if (verdict != Verdict::kNone) { rule.verdict = verdict; }
  } else if (name == "reject") {
    rule.verdict = Verdict::kDrop;
  } else if (name == "masq") {
    rule.verdict = Verdict::kMasquerade;
  } else if (name == "target") {
    rule.verdict = verdict_of_target(name_of_wrapped(data));
  } else if (name != "match" || name_of_wrapped(data) != "comment") {
    rule.is_for_all = false;
  }
}

bool holds(Octets octets, std::string_view text) {
  return std::search(octets.begin(), octets.end(), text.begin(), text.end()) != octets.end();
}

bool is_ip(std::uint8_t family) {
  return family == NFPROTO_IPV4 || family == NFPROTO_IPV6 || family == NFPROTO_INET;
}

// What `chain` does in the end to what nothing else is said of.
Verdict fate_in(const ChainReport& chain, const std::vector<RuleReport>& rules) {
  for (const RuleReport& rule : rules) {
    const bool is_in =
        rule.family == chain.family && rule.table == chain.table && rule.chain == chain.name;
    if (is_in && rule.is_for_all && rule.verdict != Verdict::kNone) { return rule.verdict; }
  }
  return chain.policy == NF_DROP ? Verdict::kDrop : Verdict::kAccept;
}

bool lets_pass(const ChainReport& chain, const std::vector<RuleReport>& rules,
               bool RuleReport::*names) {
  return std::ranges::any_of(rules, [&](const RuleReport& rule) {
    return rule.family == chain.family && rule.table == chain.table && rule.*names &&
           (rule.verdict == Verdict::kAccept || rule.verdict == Verdict::kReturn);
  });
}

// As a value that a packet's port is compared with, and as the two ends of a range in a wrapped match of iptables.
bool names_port(Octets octets, std::uint16_t port) {
  struct Value {
    nlattr header;
    std::uint16_t port;
  };
  const Value value{{.nla_len = sizeof(Value), .nla_type = NFTA_DATA_VALUE}, htons(port)};
  const std::array<std::uint16_t, 2> range{port, port};
  const auto text = [](const auto& each) {
    return std::string_view(reinterpret_cast<const char*>(&each), sizeof each);
  };
  return holds(octets, text(value)) || holds(octets, text(range));
}

// A name is compared with its NUL, or without it where any name with that beginning will do.
bool names_interface(Octets octets, std::string_view name) {
  const std::string text(name);
  return holds(octets, std::string_view(text.c_str(), text.size() + 1));
}

std::string name_of(const ChainReport& chain) {
  return fmt::format("{} {} {}", family_name(chain.family), chain.table, chain.name);
}

}  // namespace

// NFTA_CHAIN_HOOK { NFTA_HOOK_HOOKNUM }, NFTA_CHAIN_POLICY; numbers are big endian.
std::optional<ChainReport> parse_chain(Octets payload) {
  Octets attributes;
  ChainReport chain;
  chain.family = read_header<nfgenmsg>(payload, attributes).nfgen_family;
  bool has_hook = false;
  bool has_policy = false;
  for (const Attribute& attribute : Attributes(attributes)) {
    switch (attribute.type()) {
      case NFTA_CHAIN_TABLE:
        chain.table = attribute.text();
        break;
      case NFTA_CHAIN_NAME:
        chain.name = attribute.text();
        break;
      case NFTA_CHAIN_TYPE:
        chain.type = attribute.text();
        break;
      case NFTA_CHAIN_POLICY:
        has_policy = true;
        chain.policy = big_endian(attribute);
        break;
      case NFTA_CHAIN_HOOK:
        for (const Attribute& part : attribute.nested()) {
          if (part.type() != NFTA_HOOK_HOOKNUM) { continue; }
          has_hook = true;
          chain.hook = big_endian(part);
        }
        break;
      default:
        break;
    }
  }
  if (!has_hook || !has_policy) { return std::nullopt; }
  return chain;
}

// NFTA_RULE_EXPRESSIONS { NFTA_LIST_ELEM { NFTA_EXPR_NAME, NFTA_EXPR_DATA } … }
RuleReport parse_rule(Octets payload, std::string_view bridge, std::string_view device) {
  Octets attributes;
  RuleReport rule;
  rule.family = read_header<nfgenmsg>(payload, attributes).nfgen_family;
  rule.is_for_all = true;
  rule.names_bridge = names_interface(attributes, bridge);
  rule.names_locate = names_locate(attributes, device);
  for (const Attribute& attribute : Attributes(attributes)) {
    if (attribute.type() == NFTA_RULE_TABLE) { rule.table = attribute.text(); }
    if (attribute.type() == NFTA_RULE_CHAIN) { rule.chain = attribute.text(); }
    if (attribute.type() != NFTA_RULE_EXPRESSIONS) { continue; }
    for (const Attribute& element : attribute.nested()) { read_expression(element, rule); }
  }
  return rule;
}

bool names_locate(Octets attributes, std::string_view device) {
  return (!device.empty() && names_interface(attributes, device)) ||
         names_port(attributes, kLocatePort);
}

std::vector<proto::FirewallFault> find_faults(const std::vector<ChainReport>& chains,
                                              const std::vector<RuleReport>& rules, bool ip_too) {
  std::vector<proto::FirewallFault> faults;
  for (const ChainReport& chain : chains) {
    const bool is_bridge = chain.family == NFPROTO_BRIDGE;
    if (!is_bridge && !(ip_too && is_ip(chain.family))) { continue; }
    const Verdict fate = fate_in(chain, rules);
    const bool drops = chain.hook == NF_INET_FORWARD && fate == Verdict::kDrop;
    const bool masquerades =
        chain.hook == NF_INET_POST_ROUTING && chain.type == "nat" && fate == Verdict::kMasquerade;
    if ((!drops && !masquerades) || lets_pass(chain, rules, &RuleReport::names_bridge)) {
      continue;
    }
    proto::FirewallFault& fault = faults.emplace_back();
    fault.set_what(drops ? proto::FirewallFault::DROPS : proto::FirewallFault::MASQUERADES);
    fault.set_chain(name_of(chain));
    fault.set_bridge_family(is_bridge);
  }
  return faults;
}

std::vector<proto::FirewallFault> find_question_drops(const std::vector<ChainReport>& chains,
                                                      const std::vector<RuleReport>& rules) {
  std::vector<proto::FirewallFault> faults;
  for (const ChainReport& chain : chains) {
    if (!is_ip(chain.family) || chain.hook != NF_INET_LOCAL_IN) { continue; }
    if (fate_in(chain, rules) != Verdict::kDrop) { continue; }
    if (lets_pass(chain, rules, &RuleReport::names_locate)) { continue; }
    proto::FirewallFault& fault = faults.emplace_back();
    fault.set_what(proto::FirewallFault::DROPS_UNASKED);
    fault.set_chain(name_of(chain));
  }
  return faults;
}

}  // namespace wgmesh
