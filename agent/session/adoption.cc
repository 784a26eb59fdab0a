#include "agent/session/adoption.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>
#include <vector>

#include "agent/change/refused.h"
#include "agent/session/obstacles.h"
#include "agent/store/exposure.h"
#include "agent/text/messages.h"

namespace wgmesh {
namespace {

Adoption adoption_without_plan(const Paths& paths, const std::string& mesh) {
  try {
    PredecessorSearch search = find_predecessor(paths.wireguard, paths.units, mesh);
    return {.predecessor = std::move(search.found), .unread = std::move(search.unread)};
  } catch (const Error& error) {
    return {.obstacle = say<"predecessor-not-adopted">(error.message())};
  }
}

// Peers that the node would not have any more, because nobody could ask them.
std::vector<std::string> lost_peers(const proto::Plan& wanted, const proto::Plan& settled) {
  std::set<std::string> kept;
  for (const proto::Peer& peer : settled.peers()) { kept.insert(peer.node()); }
  std::vector<std::string> lost;
  for (const proto::Peer& peer : wanted.peers()) {
    if (!kept.contains(peer.node())) { lost.push_back(peer.node()); }
  }
  return lost;
}

}  // namespace

std::set<std::string> Adoption::interfaces() const {
  return predecessor ? predecessor->interfaces : std::set<std::string>();
}

Adoption find_adoption(const Paths& paths, const proto::Open& open, const Loaded& loaded) {
  // Without an address there is no plan to come.
  if (open.inner_address().empty() || open.removes()) { return {}; }
  Adoption adoption = adoption_without_plan(paths, open.mesh());
  const StoredMesh& stored = loaded.mesh;
  if (!stored.plan) { return adoption; }
  const bool is_left = adoption.predecessor && stored.private_key &&
                       adoption.predecessor->private_key == *stored.private_key;
  return is_left ? Adoption{.predecessor = adoption.predecessor, .goes_on = true} : Adoption{};
}

StoredMesh with_adopted_keys(StoredMesh stored, const Adoption& adoption) {
  if (!adoption.predecessor || stored.plan) { return stored; }
  stored.private_key = adoption.predecessor->private_key;
  stored.preshared_keys = adoption.predecessor->preshared_keys;
  return stored;
}

void put_adoption(const Adoption& adoption, bool is_bridge_taken, proto::Hello& hello) {
  if (adoption.obstacle) { put_problem(*adoption.obstacle, hello); }
  if (adoption.unread && is_bridge_taken) {
    put_problem(say<"predecessor-not-adopted">(adoption.unread->text), hello);
  } else if (adoption.unread) {
    put_warning(*adoption.unread, hello);
  }
  if (!adoption.predecessor) { return; }
  for (const Said& exposure : find_exposures_of_keys(adoption.predecessor->file)) {
    put_warning(exposure, hello);
  }
}

void adopt(const Adoption& adoption, const proto::Propose& wanted, WantedChange& goal) {
  if (!adoption.predecessor || !goal.plan) { return; }
  const std::string& file = adoption.predecessor->file;
  if (adoption.goes_on) {
    if (goal.kind == proto::UP) { goal.predecessor = adoption.predecessor; }
    return;
  }
  if (goal.kind != proto::UP) {
    throw Refused(say<"predecessor-not-stored">(file, adoption.predecessor->device));
  }
  const auto lost = lost_peers(wanted.plan(), *goal.plan);
  if (!lost.empty()) {
    throw Refused(say<"predecessor-without-peers">(file, fmt::format("{}", fmt::join(lost, ", "))));
  }
  goal.predecessor = adoption.predecessor;
}

}  // namespace wgmesh
