#include "tests/bench/node/netlink_floor.h"

#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "agent/netlink/rtnl_socket.h"
#include "agent/netlink/wireguard_socket.h"
#include "tests/bench/node/told_time.h"

namespace wgmesh {
namespace {

using Clock = std::chrono::steady_clock;

class Floor {
 public:
  void run(const std::vector<Operation>& operations) {
    for (const Operation& operation : operations) {
      std::visit([this](const auto& change) { take(change); }, operation);
    }
    send();
    tell("floor", {spent_, cpu_spent_});
  }

 private:
  void send() {
    const auto begun = Clock::now();
    const auto cpu_begun = cpu_time(CLOCK_PROCESS_CPUTIME_ID);
    if (!messages_.empty()) {
      if (const auto refusal = interfaces_.send(messages_)) {
        throw NetlinkError(refusal->answer.error_number, refusal->answer.extended_ack);
      }
    }
    if (peers_) { wireguard().set(*std::exchange(peers_, std::nullopt)); }
    spent_ += Clock::now() - begun;
    cpu_spent_ += cpu_time(CLOCK_PROCESS_CPUTIME_ID) - cpu_begun;
    messages_.clear();
  }
  WireguardSocket& wireguard() {
    if (!wireguard_) { wireguard_.emplace(); }
    return *wireguard_;
  }
  int index_of(const std::string& interface) {
    if (interface.empty()) { return 0; }
    const auto known = indices_.find(interface);
    if (known != indices_.end()) { return known->second; }
    send();
    return indices_[interface] = interfaces_.find_interface(interface).value().index;
  }
  void put(NetlinkMessage message) { messages_.push_back(std::move(message)); }

  void take(const SetWireguard& change) {
    if (!messages_.empty()) { send(); }
    if (!peers_) { peers_.emplace(SetWireguard{.name = change.name}); }
    if (change.private_key) { peers_->private_key = change.private_key; }
    if (change.listen_port) { peers_->listen_port = change.listen_port; }
    if (change.fwmark) { peers_->fwmark = change.fwmark; }
    peers_->peers.insert(peers_->peers.end(), change.peers.begin(), change.peers.end());
  }
  void take(const CreateTunnel& change) { put(make_change(change, index_of(change.master))); }
  void take(const SetInterface& change) {
    const int master = change.master ? index_of(*change.master) : 0;
    for (NetlinkMessage& message : make_changes(change, master)) { put(std::move(message)); }
  }
  void take(const AddAddress& change) { put(make_change(change, index_of(change.name))); }
  void take(const CreateWireguard& change) { put(make_change(change)); }
  void take(const CreateBridge& change) { put(make_change(change)); }
  void take(const SetBridge& change) { put(make_change(change)); }
  void take(const AddAltname& change) { put(make_change(change)); }
  void take(const SetRouterAdvertisements&) {}  // no netlink
  void take(const NoScatterGather&) {}          // nor this
  template <class Other>
  void take(const Other&) {
    throw std::logic_error("a new mesh has no such operation");
  }

  RtnlSocket interfaces_;
  std::optional<WireguardSocket> wireguard_;
  std::map<std::string, int> indices_;
  std::vector<NetlinkMessage> messages_;
  std::optional<SetWireguard> peers_;
  Clock::duration spent_{};
  std::chrono::nanoseconds cpu_spent_{};
};

}  // namespace

void send_all(const std::vector<Operation>& operations) { Floor().run(operations); }

}  // namespace wgmesh
