#include "tests/lab/tools/keeping_node.h"

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/change_counts.h"
#include "common/link_octet.h"
#include "common/naming.h"
#include "common/net.h"
#include "common/short_peers.h"

namespace wgmesh {
namespace {

using Body = proto::ToAgent;
using std::filesystem::path;

std::optional<proto::Propose> read_kept(const path& file) {
  std::ifstream in(file, std::ios::binary);
  proto::Propose kept;
  if (!in || !kept.ParseFromIstream(&in)) { return std::nullopt; }
  return kept;
}

void write_kept(const path& file, const proto::Propose& kept) {
  const path fresh = file.string() + ".new";
  std::ofstream out(fresh, std::ios::binary);
  if (!kept.SerializeToOstream(&out) || !out.flush()) {
    throw std::runtime_error("cannot write " + fresh.string());
  }
  std::filesystem::rename(fresh, file);
}

bool is_up(const std::optional<proto::Propose>& kept) { return kept && kept->goal() == proto::UP; }

// What a plan asks for, whichever commit it was.
std::string wish(proto::Plan plan) {
  plan.clear_generation();
  return plan.SerializeAsString();
}

const proto::Peer* find_peer(const proto::Plan& plan, const std::string& node) {
  for (const proto::Peer& peer : plan.peers()) {
    if (peer.node() == node) { return &peer; }
  }
  return nullptr;
}

void put_value(proto::Change& change, const std::string& key, const std::string& before,
               const std::string& after) {
  if (before == after) { return; }
  proto::Value& value = *change.add_values();
  value.set_key(key);
  if (!before.empty()) { value.set_before(before); }
  if (!after.empty()) { value.set_after(after); }
}

void put_peer(proto::Changes& changes, const proto::Plan& plan, const proto::Peer* before,
              const proto::Peer* after) {
  static const proto::Peer kNone;
  const proto::Peer& was = before == nullptr ? kNone : *before;
  const proto::Peer& is = after == nullptr ? kNone : *after;
  if (was.SerializeAsString() == is.SerializeAsString()) { return; }
  const std::string& name = after == nullptr ? was.node() : is.node();
  proto::Change& change = *changes.add_changes();
  change.set_text("wg set " + plan.device().name() + " peer " + name);
  change.set_interface(plan.device().name());
  change.set_peer(name);
  change.set_kind(before == nullptr  ? proto::Change::ADD
                  : after == nullptr ? proto::Change::REMOVE
                                     : proto::Change::CHANGE);
  put_value(change, "public_key", before == nullptr ? "" : "(kept)",
            after == nullptr ? "" : "(kept)");
  put_value(change, "endpoint", was.endpoint(), is.endpoint());
  const auto keepalive = [](const proto::Peer* peer) {
    return peer == nullptr ? std::string() : std::to_string(peer->persistent_keepalive());
  };
  put_value(change, "persistent_keepalive", keepalive(before), keepalive(after));
}

void put_device(proto::Changes& changes, const std::string& name, bool comes) {
  proto::Change& change = *changes.add_changes();
  change.set_text(comes ? "ip link add " + name + " type wireguard" : "ip link delete " + name);
  change.set_interface(name);
  change.set_kind(comes ? proto::Change::ADD : proto::Change::REMOVE);
  put_value(change, "kind", comes ? "" : "wireguard", comes ? "wireguard" : "");
}

// A peer that the controller cannot ask stays as it is kept, or is left out.
proto::Propose with_kept_peers(proto::Propose wanted, const std::optional<proto::Propose>& kept) {
  const auto peers = wanted.plan().peers();
  wanted.mutable_plan()->clear_peers();
  for (const proto::Peer& peer : peers) {
    const proto::Peer* same = kept ? find_peer(kept->plan(), peer.node()) : nullptr;
    if (!peer.as_stored()) {
      *wanted.mutable_plan()->add_peers() = peer;
    } else if (same != nullptr) {
      *wanted.mutable_plan()->add_peers() = *same;
    }
  }
  return wanted;
}

// As the agent reads it: peers that are told in short are written out.
proto::Propose in_full(ScriptedNode& node, proto::Propose wanted) {
  const auto inner = parse_prefix(wanted.plan().device().inner_address());
  if (wanted.has_short_peers() && inner) {
    put_all_peers(node.last(Body::kOpen).open(), wanted.short_peers(), network_of(*inner),
                  *wanted.mutable_plan());
    wanted.clear_short_peers();
  }
  return wanted;
}

proto::Changes changes_between(const std::optional<proto::Propose>& kept,
                               const proto::Propose& wanted) {
  proto::Changes changes;
  static const proto::Plan kNothing;
  const proto::Plan& before = is_up(kept) ? kept->plan() : kNothing;
  const proto::Plan& after = wanted.goal() == proto::UP ? wanted.plan() : kNothing;
  const std::string& device = after.has_device() ? after.device().name() : before.device().name();
  if (before.has_device() != after.has_device()) {
    put_device(changes, device, after.has_device());
  }
  for (const proto::Peer& peer : after.peers()) {
    put_peer(changes, after, find_peer(before, peer.node()), &peer);
  }
  for (const proto::Peer& peer : before.peers()) {
    if (find_peer(after, peer.node()) == nullptr) { put_peer(changes, before, &peer, nullptr); }
  }
  const bool stays_stored = kept && wanted.goal() != proto::REMOVE;
  changes.set_stored_state_changes(
      wanted.goal() == proto::REMOVE
          ? kept.has_value()
          : !stays_stored || (wanted.has_plan() && wish(kept->plan()) != wish(wanted.plan())));
  return changes;
}

// As if every link had shaken hands, and every port forwarded at once.
proto::Status status_of(const ScriptedNode& node, const std::optional<proto::Propose>& kept) {
  proto::Status status;
  status.set_stored(kept.has_value());
  status.set_is_up(is_up(kept));
  status.set_taken_down(kept && !is_up(kept));
  if (!kept) { return status; }
  status.set_mesh(kept->plan().mesh());
  status.set_node(kept->plan().node());
  status.set_generation(kept->plan().generation());
  if (!is_up(kept)) { return status; }
  status.mutable_device()->set_name(kept->plan().device().name());
  status.mutable_device()->set_public_key(played_key(node.public_key_octet));
  status.mutable_bridge()->set_name(kept->plan().bridge().name());
  for (const proto::Peer& peer : kept->plan().peers()) {
    proto::PeerStatus& end = *status.mutable_device()->add_peers();
    end.set_node(peer.node());
    end.set_public_key(peer.public_key());
    end.set_latest_handshake(1);
    proto::PortStatus& port = *status.add_ports();
    port.set_name(peer.tunnel().name());
    port.set_peer(peer.node());
    port.set_state("forwarding");
  }
  return status;
}

proto::Hello hello_of(const ScriptedNode& node, const std::optional<proto::Propose>& kept) {
  proto::Hello hello;
  hello.set_protocol_version(kProtocolVersion);
  hello.set_takes_short_peers(true);
  hello.set_public_key(played_key(node.public_key_octet));
  hello.set_session_key(played_key(static_cast<std::uint16_t>(node.public_key_octet + 100)));
  if (kept) {
    hello.set_generation(kept->plan().generation());
    hello.set_is_down(!is_up(kept));
  }
  return hello;
}

}  // namespace

void keep_plan(ScriptedNode& node, const path& file) {
  const auto proposed = std::make_shared<proto::Propose>();
  node.answers[Body::kOpen] = [&node, file](const proto::ToAgent&) {
    proto::FromAgent answer;
    *answer.mutable_hello() = hello_of(node, read_kept(file));
    return std::vector{answer};
  };
  node.answers[Body::kPropose] = [&node, file, proposed](const proto::ToAgent& frame) {
    const auto kept = read_kept(file);
    const proto::Propose wanted = in_full(node, frame.propose());
    *proposed = wanted.has_plan() ? with_kept_peers(wanted, kept) : wanted;
    proto::FromAgent answer;
    proto::Changes changes = changes_between(kept, *proposed);
    *answer.mutable_changes() =
        frame.propose().only_counts() ? as_counts(changes) : std::move(changes);
    return std::vector{answer};
  };
  node.answers[Body::kCommit] = [file, proposed](const proto::ToAgent&) {
    auto kept = read_kept(file);
    if (proposed->goal() == proto::REMOVE) {
      std::filesystem::remove(file);
    } else if (proposed->has_plan() || kept) {
      proto::Propose fresh = kept.value_or(proto::Propose());
      if (proposed->has_plan()) { *fresh.mutable_plan() = proposed->plan(); }
      fresh.set_goal(proposed->goal());
      write_kept(file, fresh);
    }
    proto::FromAgent answer;
    answer.mutable_committed()->set_generation(proposed->plan().generation());
    return std::vector{answer};
  };
  node.answers[Body::kAskStatus] = [&node, file](const proto::ToAgent& frame) {
    proto::FromAgent answer;
    proto::Status& status = *answer.mutable_status();
    status = status_of(node, read_kept(file));
    if (frame.ask_status().links_only() && status.is_up()) {
      status.mutable_device()->clear_peers();
      status.clear_ports();
      const auto peers = static_cast<std::size_t>(node.last(Body::kOpen).open().peers_size());
      status.mutable_links()->assign(peers, static_cast<char>(link_octet(true, "forwarding")));
    }
    return std::vector{answer};
  };
}

}  // namespace wgmesh
