#include "agent/linux/iptables_rules.h"

#include <netinet/in.h>  // ahead of the kernel, which defines the same otherwise

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>

#include <cstring>
#include <optional>
#include <string>

namespace wgmesh {
namespace {

using Verdict = RuleReport::Verdict;

struct Entry {
  ipt_ip asked{};
  std::size_t target_offset = 0;
  std::size_t size = 0;
  std::string target;
  std::int32_t verdict = 0;  // of the standard target, whose name is empty
};

// Nothing where the octets end too early.
std::optional<Entry> entry_at(Octets entries, std::size_t at) {
  ipt_entry head{};
  xt_entry_target target{};
  if (at > entries.size() || entries.size() - at < sizeof head) { return std::nullopt; }
  std::memcpy(&head, entries.data() + at, sizeof head);
  const std::size_t begin = at + head.target_offset;
  const bool is_sane = head.target_offset >= sizeof head && head.next_offset > head.target_offset &&
                       begin <= entries.size() && entries.size() - begin >= sizeof target;
  if (!is_sane) { return std::nullopt; }
  std::memcpy(&target, entries.data() + begin, sizeof target);
  Entry entry{.asked = head.ip, .target_offset = head.target_offset, .size = head.next_offset};
  const char* const name = target.u.user.name;
  entry.target.assign(name, strnlen(name, sizeof target.u.user.name));
  if (entry.target.empty()) {
    xt_standard_target standard{};
    if (entries.size() - begin < sizeof standard) { return std::nullopt; }
    std::memcpy(&standard, entries.data() + begin, sizeof standard);
    entry.verdict = standard.verdict;
  }
  return entry;
}

Verdict verdict_of(const Entry& entry) {
  if (entry.target == "REJECT") { return Verdict::kDrop; }
  if (entry.target == "MASQUERADE" || entry.target == "SNAT") { return Verdict::kMasquerade; }
  if (!entry.target.empty()) { return Verdict::kNone; }
  if (entry.verdict == -NF_DROP - 1) { return Verdict::kDrop; }
  if (entry.verdict == -NF_ACCEPT - 1) { return Verdict::kAccept; }
  if (entry.verdict == XT_RETURN) { return Verdict::kReturn; }
  return Verdict::kNone;
}

// No matches, and nothing asked of the packet's header.
bool is_for_all(const Entry& entry) {
  constexpr ipt_ip kAnything{};
  return entry.target_offset == sizeof(ipt_entry) &&
         std::memcmp(&entry.asked, &kAnything, sizeof kAnything) == 0;
}

bool names(const Entry& entry, std::string_view bridge) {
  const auto is_bridge = [&](const char* name) {
    return std::string_view(name, strnlen(name, IFNAMSIZ)) == bridge;
  };
  return is_bridge(entry.asked.iniface) || is_bridge(entry.asked.outiface);
}

}  // namespace

Verdict fate_in_iptables(Octets entries, std::uint32_t first, std::uint32_t policy,
                         std::string_view bridge) {
  for (std::size_t at = first; at <= policy;) {
    const auto entry = entry_at(entries, at);
    if (!entry) { return Verdict::kAccept; }
    const Verdict verdict = verdict_of(*entry);
    const bool lets_pass = verdict == Verdict::kAccept || verdict == Verdict::kReturn;
    if (lets_pass && names(*entry, bridge)) { return Verdict::kAccept; }
    if (is_for_all(*entry) && verdict != Verdict::kNone) { return verdict; }
    at += entry->size;
  }
  return Verdict::kAccept;
}

}  // namespace wgmesh
