#include "agent/state/schedule.h"

#include <array>
#include <utility>

#include "agent/state/diff.h"
#include "agent/state/first_contact.h"

namespace wgmesh {
namespace {

class Scheduler {
 public:
  Scheduler(const State& desired, const State& before, bool rotates)
      : desired_(desired), rotates_(rotates), contact_(desired, before, rotates) {}

  void put(Operation operation, Due due) {
    steps_[static_cast<std::size_t>(due)].push_back(std::move(operation));
  }

  // Of the part of a list that comes before its deletions.
  void put_change(const Operation& operation) {
    const auto* set = std::get_if<SetWireguard>(&operation);
    if (set == nullptr) { return put(operation, Due::kApply); }
    SetWireguard device = *set;
    device.peers.clear();
    if (device != SetWireguard{.name = set->name}) { put(std::move(device), keys_due()); }
    for (const PeerUpdate& update : set->peers) { put_peer(set->name, update); }
  }

  // A node that talked to old peers under its new key would be answered under a key that goes.
  void silence_old_peers(const State& now) {
    for (const auto& [key, peer] : now.wireguard->peers) {
      if (desired_.wireguard->peers.contains(key) || peer.persistent_keepalive == 0) { continue; }
      put_part(now.wireguard->interface.name,
               {.public_key = key, .update_only = true, .persistent_keepalive = 0}, Due::kSwitch);
    }
  }

  Schedule list() && {
    merge_switch();
    Schedule all;
    for (std::size_t due = 0; due < steps_.size(); ++due) {
      for (Operation& operation : steps_[due]) {
        all.push_back({std::move(operation), static_cast<Due>(due)});
      }
    }
    return all;
  }

 private:
  // When keys and allowed IPs come into use.
  Due keys_due() const { return rotates_ ? Due::kSwitch : Due::kApply; }

  bool is_new(const PublicKey& key) const {
    return !contact_.is_known(key) && desired_.wireguard && desired_.wireguard->peers.contains(key);
  }

  Due contact_due(const PublicKey& key) const {
    if (!contact_.may_call(key)) { return Due::kCommit; }
    return rotates_ ? Due::kCall : Due::kApply;
  }

  void put_part(const std::string& device, PeerUpdate part, Due due) {
    if (part == PeerUpdate{.public_key = part.public_key, .update_only = true}) { return; }
    put(SetWireguard{.name = device, .peers = {std::move(part)}}, due);
  }

  void put_peer(const std::string& device, PeerUpdate update) {
    if (!is_new(update.public_key)) { return put_part(device, std::move(update), keys_due()); }
    PeerUpdate routes{.public_key = update.public_key, .update_only = true};
    PeerUpdate contact = routes;
    if (keys_due() != Due::kApply) { std::swap(routes.allowed_ips, update.allowed_ips); }
    const Due contact_at = contact_due(update.public_key);
    if (contact_at != Due::kApply) {
      std::swap(contact.endpoint, update.endpoint);
      std::swap(contact.persistent_keepalive, update.persistent_keepalive);
    }
    put_part(device, std::move(update), Due::kApply);
    put_part(device, std::move(routes), keys_due());
    put_part(device, std::move(contact), contact_at);
  }

  // What is due at the switch is about WireGuard alone.
  void merge_switch() {
    std::vector<Operation>& step = steps_[static_cast<std::size_t>(Due::kSwitch)];
    if (step.empty()) { return; }
    SetWireguard peers{.name = std::get<SetWireguard>(step.front()).name};
    SetWireguard device = peers;
    for (Operation& operation : step) {
      auto& set = std::get<SetWireguard>(operation);
      if (set.peers.empty()) {
        device = std::move(set);
      } else {
        for (PeerUpdate& update : set.peers) { peers.peers.push_back(std::move(update)); }
      }
    }
    step.clear();
    for (SetWireguard* set : {&peers, &device}) {
      if (*set != SetWireguard{.name = set->name}) { step.emplace_back(std::move(*set)); }
    }
  }

  const State& desired_;
  const bool rotates_;
  const FirstContact contact_;
  std::array<std::vector<Operation>, 4> steps_;
};

}  // namespace

Schedule schedule(const State& desired, const State& observed, bool rotates) {
  return what_is_left(desired, observed, observed, rotates);
}

Schedule what_is_left(const State& desired, const State& before, const State& now, bool rotates) {
  const std::vector<Operation> operations = diff(desired, now);
  const std::size_t deletions = first_deletion(operations);
  Scheduler scheduler(desired, before, rotates);
  for (std::size_t i = 0; i < deletions; ++i) { scheduler.put_change(operations[i]); }
  if (rotates && now.wireguard) { scheduler.silence_old_peers(now); }
  for (std::size_t i = deletions; i < operations.size(); ++i) {
    scheduler.put(operations[i], Due::kCommit);
  }
  return std::move(scheduler).list();
}

std::vector<Operation> operations_due(const Schedule& all, Due due) {
  std::vector<Operation> operations;
  for (const ScheduledOperation& each : all) {
    if (each.due == due) { operations.push_back(each.operation); }
  }
  return operations;
}

}  // namespace wgmesh
