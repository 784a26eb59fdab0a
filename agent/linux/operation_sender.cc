#include "agent/linux/operation_sender.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "agent/linux/scatter_gather.h"
#include "agent/netlink/netlink_error.h"
#include "agent/store/kernel_text.h"
#include "agent/text/messages.h"
#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

// A node without IPv6 has no such files, and takes no advertisements either. What is right already
// is not written: it may be read-only.
void write_ipv6_setting(const std::string& interface, const char* setting, bool value) {
  const std::string path = fmt::format("/proc/sys/net/ipv6/conf/{}/{}", interface, setting);
  if (read_kernel_text(path) == (value ? "1\n" : "0\n")) { return; }
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT && !value) { return; }
    throw SystemError(path, errno);
  }
  if (write(file.get(), value ? "1" : "0", 1) != 1) { throw SystemError(path, errno); }
}

// So many operations of a WireGuard device travel together at most: a bound for the copies of
// their keys.
constexpr std::size_t kAtOnce = 256;

void add(const SetWireguard& change, SetWireguard& whole) {
  if (change.private_key) { whole.private_key = change.private_key; }
  if (change.listen_port) { whole.listen_port = change.listen_port; }
  if (change.fwmark) { whole.fwmark = change.fwmark; }
  whole.peers.insert(whole.peers.end(), change.peers.begin(), change.peers.end());
}

}  // namespace

OperationSender::OperationSender(RtnlSocket& interfaces, WireguardCalls wireguard,
                                 const HostsFile& hosts, std::function<void(std::size_t)> done)
    : interfaces_(interfaces),
      wireguard_(std::move(wireguard)),
      hosts_(hosts),
      done_(std::move(done)) {}

void OperationSender::run(std::span<const Operation> operations) {
  operations_ = operations;
  alone_until_ = 0;
  for (current_ = 0; current_ < operations.size(); ++current_) {
    const Operation& operation = operations[current_];
    if (must_wait(operation)) { flush(); }
    if (const std::size_t alike = count_alike(); alike > 1 && set_together(alike)) {
      current_ += alike - 1;
      continue;
    }
    try {
      std::visit([this](const auto& change) { start(change); }, operation);
    } catch (Error& error) {
      error.add_context(describe(operation));
      throw;
    }
  }
  flush();
}

std::size_t OperationSender::count_alike() const {
  const auto* first = std::get_if<SetWireguard>(&operations_[current_]);
  if (first == nullptr || current_ < alone_until_) { return 0; }
  const std::span<const Operation> rest = operations_.subspan(current_);
  std::size_t count = 1;
  while (count < std::min(rest.size(), kAtOnce)) {
    const auto* next = std::get_if<SetWireguard>(&rest[count]);
    if (next == nullptr || next->name != first->name) { break; }
    ++count;
  }
  return count;
}

bool OperationSender::set_together(std::size_t count) {
  SetWireguard whole{.name = std::get<SetWireguard>(operations_[current_]).name};
  for (const Operation& operation : operations_.subspan(current_, count)) {
    add(std::get<SetWireguard>(operation), whole);
  }
  try {
    wireguard_.set(whole);
  } catch (const NetlinkError&) {
    // Each may be said twice. Alone, the one that the kernel refuses has a name.
    alone_until_ = current_ + count;
    return false;
  }
  return true;
}

void OperationSender::remove_peers(const std::string& device) {
  try {
    wireguard_.remove_peers(device);
  } catch (const NetlinkError&) {
    // The device takes them along, only more slowly.
  }
}

bool OperationSender::must_wait(const Operation& operation) const {
  const auto unknown = [this](const std::string& interface) {
    return !interface.empty() && !indices_.contains(interface);
  };
  if (const auto* create = std::get_if<CreateTunnel>(&operation)) {
    return unknown(create->master);
  }
  if (const auto* set = std::get_if<SetInterface>(&operation)) {
    return set->master && unknown(*set->master);
  }
  if (const auto* add = std::get_if<AddAddress>(&operation)) { return unknown(add->name); }
  if (const auto* remove = std::get_if<RemoveAddress>(&operation)) { return unknown(remove->name); }
  if (const auto* remove = std::get_if<DeleteInterface>(&operation)) { return remove->has_peers; }
  return std::holds_alternative<SetWireguard>(operation) ||
         std::holds_alternative<SetRouterAdvertisements>(operation) ||
         std::holds_alternative<NoScatterGather>(operation) ||
         std::holds_alternative<SetHosts>(operation) ||
         std::holds_alternative<DeleteGroup>(operation);
}

void OperationSender::flush() {
  const auto progress = [this](std::size_t acknowledged) {
    // An operation may be several messages: those before the first one that is still open are done.
    if (done_) { done_(acknowledged < origins_.size() ? origins_[acknowledged] : current_); }
  };
  const auto refusal = interfaces_.send(pending_, progress);
  if (refusal) {
    NetlinkError error(refusal->answer.error_number, refusal->answer.extended_ack);
    error.add_context(describe(operations_[origins_[refusal->index]]));
    throw error;
  }
  pending_.clear();
  origins_.clear();
  if (done_) { done_(current_); }
}

int OperationSender::index_of(const std::string& interface) {
  const auto known = indices_.find(interface);
  if (known != indices_.end()) { return known->second; }
  const std::optional<InterfaceReport> report = interfaces_.find_interface(interface);
  if (!report) { throw NetlinkError(ENODEV, ""); }
  return indices_[interface] = report->index;
}

void OperationSender::queue(NetlinkMessage message) {
  pending_.push_back(std::move(message));
  origins_.push_back(current_);
}

void OperationSender::queue(std::vector<NetlinkMessage> messages) {
  for (NetlinkMessage& message : messages) { queue(std::move(message)); }
}

void OperationSender::start(const CreateWireguard& change) { queue(make_change(change)); }
void OperationSender::start(const CreateBridge& change) { queue(make_change(change)); }
void OperationSender::start(const AddAltname& change) { queue(make_change(change)); }
void OperationSender::start(const RemoveAltname& change) { queue(make_change(change)); }
void OperationSender::start(const SetTunnel& change) { queue(make_changes(change)); }
void OperationSender::start(const SetBridge& change) { queue(make_change(change)); }

void OperationSender::start(const CreateTunnel& change) {
  queue(make_change(change, change.master.empty() ? 0 : index_of(change.master)));
}

void OperationSender::start(const SetInterface& change) {
  const bool has_master = change.master && !change.master->empty();
  queue(make_changes(change, has_master ? index_of(*change.master) : 0));
}

void OperationSender::start(const AddAddress& change) {
  queue(make_change(change, index_of(change.name)));
}

void OperationSender::start(const RemoveAddress& change) {
  queue(make_change(change, index_of(change.name)));
}

void OperationSender::start(const SetWireguard& change) { wireguard_.set(change); }

void OperationSender::start(const NoScatterGather& change) {
  switch_scatter_gather_off(change.name);
}

void OperationSender::start(const SetHosts& change) { hosts_.put(change.block); }
void OperationSender::start(const RemoveHosts& change) { hosts_.remove(change.mesh); }

void OperationSender::start(const SetRouterAdvertisements& change) {
  write_ipv6_setting(change.name, "accept_ra", change.accept);
  write_ipv6_setting(change.name, "autoconf", change.accept);
}

void OperationSender::start(const DeleteInterface& change) {
  if (change.has_peers) { remove_peers(change.name); }
  indices_.erase(change.name);
  queue(make_change(change));
}

void OperationSender::start(const DeleteGroup& change) {
  bool any = false;
  std::vector<std::string> devices;
  for (const InterfaceReport& interface : interfaces_.read_interfaces()) {
    if (interface.group != change.group) { continue; }
    any = true;
    if (!change.members.contains(interface.name)) {
      throw Error(say<"device-group-shared">(interface.name));
    }
    if (interface.kind == "wireguard") { devices.push_back(interface.name); }
  }
  for (const std::string& device : devices) { remove_peers(device); }
  indices_.clear();
  if (any) { queue(make_change(change)); }
}

}  // namespace wgmesh
