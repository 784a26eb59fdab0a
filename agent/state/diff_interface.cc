#include <algorithm>

#include "agent/state/diff_parts.h"

namespace wgmesh {
namespace {

// Whether `leaving` must be gone before `wanted` can be there; diff.h has the two reasons.
bool in_the_way(const Prefix& leaving, const Prefix& wanted) {
  if (leaving.address.family != wanted.address.family) { return false; }
  if (leaving.address.family == Family::kIpv6) { return leaving.address == wanted.address; }
  return network_of(leaving) == network_of(wanted);
}

}  // namespace

SetInterface interface_changes(const Interface& desired, const Interface& now) {
  SetInterface set{.name = desired.name};
  if (desired.group != now.group) { set.group = desired.group; }
  if (desired.alias != now.alias) { set.alias = desired.alias; }
  if (desired.mtu != now.mtu) { set.mtu = desired.mtu; }
  if (desired.master != now.master) { set.master = desired.master; }
  if (now.up && !desired.up) { set.up = false; }
  return set;
}

bool changes_anything(const SetInterface& set) { return set != SetInterface{.name = set.name}; }

void diff_altnames(const Interface& desired, const Interface& now, Changes& changes) {
  for (const std::string& altname : desired.altnames) {
    if (!now.altnames.contains(altname)) {
      changes.first.push_back(AddAltname{desired.name, altname});
    }
  }
  for (const std::string& altname : now.altnames) {
    if (!desired.altnames.contains(altname)) {
      changes.deletions.push_back(RemoveAltname{desired.name, altname});
    }
  }
}

void diff_addresses(const std::string& name, const std::set<Prefix>& desired,
                    const std::set<Prefix>& now, Changes& changes) {
  std::vector<Prefix> removed_early;
  for (const Prefix& address : now) {
    if (desired.contains(address)) { continue; }
    const bool early = std::ranges::any_of(
        desired, [&](const Prefix& wanted) { return in_the_way(address, wanted); });
    if (early) { removed_early.push_back(address); }
    (early ? changes.first : changes.deletions).push_back(RemoveAddress{name, address});
  }
  for (const Prefix& address : desired) {
    // One that stays may have been a secondary of one that was just removed: add it again.
    const bool may_be_lost = std::ranges::any_of(
        removed_early, [&](const Prefix& gone) { return in_the_way(gone, address); });
    if (may_be_lost || !now.contains(address)) {
      changes.first.push_back(AddAddress{name, address});
    }
  }
}

void forget_ipv6(std::set<Prefix>& addresses) {
  std::erase_if(addresses,
                [](const Prefix& prefix) { return prefix.address.family == Family::kIpv6; });
}

}  // namespace wgmesh
