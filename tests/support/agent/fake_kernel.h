// A kernel with state and without side effects. It copies those rules of the real one that shape
// diff's order: what exists twice, what a creating message ignores, whose MTU follows whose, what
// vanishes with what. A fake shares the misconceptions of its writer: facts are only asserted
// against a kernel.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "agent/state/kernel.h"

namespace wgmesh {

// One interface as the kernel has it; what does not belong to its kind stays as it is here.
struct FakeInterface {
  std::string name;
  std::string kind = "dummy";  // or wireguard, bridge, gretap, ip6gretap
  std::uint32_t group = 0;
  std::string alias;
  std::set<std::string> altnames;
  std::uint32_t mtu = 1500;
  bool up = false;
  std::string master;
  std::string parent;  // what a VLAN stands on
  MacAddress mac;
  std::vector<Prefix> addresses;  // in the order they came: the first IPv4 of a subnet is primary
  bool generates_link_local = true;
  bool accepts_router_advertisements = true;

  bool isolated = false;  // bridge port
  std::uint32_t path_cost = 0;

  IpAddress local, remote;  // tunnel
  bool path_mtu_discovery = true;
  bool ignore_df = false;

  Bridge bridge{.stp = false};      // its own settings only
  bool mtu_is_set_by_hand = false;  // else it follows the ports
  Wireguard wireguard;              // keys, port, mark and peers only

  bool operator==(const FakeInterface&) const = default;
};

class FakeKernel final : public Kernel {
 public:
  KernelReading read(const std::string& mesh, bool with_counters) override;
  void apply(std::span<const Operation> operations,
             const std::function<void(std::size_t)>& done) override;

  // One operation, or NetlinkError without context.
  void apply(const Operation& operation);

  // Puts an interface there, whatever was there under its name.
  FakeInterface& put(FakeInterface interface);
  // Puts the interfaces of `state` there. Foreign ports become dummies.
  void put(const State& state);

  std::map<std::string, FakeInterface>& interfaces() { return interfaces_; }
  // What this node keeps us from, and the default of interfaces to come.
  Limits limits;
  bool new_interfaces_take_advertisements = true;
  std::optional<std::string> hosts_file;  // the text of /etc/hosts; absent: there is none
  bool is_hosts_fixed = false;
  int reads = 0;  // how often the kernel was read
  // Seconds since the epoch; a status reports them. Absent: never.
  std::map<PublicKey, std::int64_t> latest_handshakes;

 private:
  void start(const CreateWireguard& create);
  void start(const CreateBridge& create);
  void start(const CreateTunnel& create);
  void start(const SetTunnel& set);
  void start(const SetInterface& set);
  void start(const AddAltname& add);
  void start(const RemoveAltname& remove);
  void start(const SetBridge& set);
  void start(const SetRouterAdvertisements& set);
  void start(const AddAddress& add);
  void start(const RemoveAddress& remove);
  void start(const SetWireguard& set);
  void start(const NoScatterGather& change);
  void start(const SetHosts& set);
  void start(const RemoveHosts& remove);
  void start(const DeleteInterface& remove);
  void start(const DeleteGroup& remove);

  FakeInterface& find(const std::string& name);
  bool is_name_in_use(const std::string& name) const;
  void check_new_name(const std::string& name) const;
  void check_hosts(const std::string& mesh) const;
  void check_tunnel(const FakeInterface& tunnel) const;
  void set_mtu(FakeInterface& interface, std::uint32_t mtu);
  void set_master(FakeInterface& interface, const std::string& master);
  void set_up(FakeInterface& interface, bool up);
  void check_port(const FakeInterface& device) const;
  void set_peer(Wireguard& device, const PeerUpdate& update);
  void leave_master(FakeInterface& interface);
  void follow_ports(FakeInterface& bridge);
  void remove(const std::string& name);

  std::map<std::string, FakeInterface> interfaces_;
};

}  // namespace wgmesh
