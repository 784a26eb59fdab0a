#include "controller/init/draft_addresses.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "common/error.h"
#include "controller/file/mesh_file_node.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr unsigned kUniqueLocalLength = 64;
constexpr unsigned kLeastHostBits = 2;
constexpr unsigned kShortestNetwork = 8;

// The address after this one, as a number.
IpAddress next_of(IpAddress address) {
  for (std::size_t i = address.size(); i-- > 0;) {
    if (++address.octets[i] != 0) { break; }
  }
  return address;
}

class Numbering {
 public:
  explicit Numbering(const Prefix& network) : network_(network), next_(network.address) {}

  // Keeps what the node can keep of its own addresses.
  void keep(DraftNode& node) {
    std::vector<Prefix> kept;
    for (Prefix address : std::exchange(node.addresses, {})) {
      const bool is_of_network = address.address.family == network_.address.family;
      if (is_of_network) {
        if (!contains(network_, address.address)) { continue; }
        address.length = network_.length;
      }
      if (address.length == 0 || !is_host_address(address, address.address)) { continue; }
      if (!used_.insert(address.address).second) {
        node.notes.push_back(
            fmt::format("Another node has its address {}, too.", to_text(address.address)));
        continue;
      }
      kept.push_back(address);
    }
    node.addresses = std::move(kept);
  }

  // True if the node has got one, or had one.
  bool number(DraftNode& node) {
    const auto is_inside = [&](const Prefix& address) {
      return address.address.family == network_.address.family;
    };
    if (std::ranges::any_of(node.addresses, is_inside)) { return true; }
    while (contains(network_, next_)) {
      const IpAddress address = std::exchange(next_, next_of(next_));
      if (next_ == network_.address) { return false; }  // it went round
      if (!is_host_address(network_, address) || !used_.insert(address).second) { continue; }
      node.addresses.insert(node.addresses.begin(), Prefix{address, network_.length});
      return true;
    }
    return false;
  }

 private:
  Prefix network_;
  IpAddress next_;
  std::set<IpAddress> used_;
};

}  // namespace

Prefix unique_local_network(const std::array<std::uint8_t, 5>& global_id) {
  Prefix network{{Family::kIpv6, {}}, kUniqueLocalLength};
  network.address.octets[0] = 0xfd;
  std::ranges::copy(global_id, network.address.octets.begin() + 1);
  return network;
}

std::optional<Prefix> covering_network(std::span<const Prefix> addresses) {
  if (addresses.empty()) { return std::nullopt; }
  const IpAddress& first = addresses.front().address;
  std::vector<Prefix> same;
  std::ranges::copy_if(addresses, std::back_inserter(same), [&](const Prefix& address) {
    return address.address.family == first.family;
  });
  unsigned length = first.bits() - kLeastHostBits;
  for (const Prefix& address : same) { length = std::min(length, address.length); }
  for (; length >= kShortestNetwork; --length) {
    const Prefix network = network_of({first, length});
    const auto is_host_there = [&](const Prefix& address) {
      return contains(network, address.address) && is_host_address(network, address.address);
    };
    if (std::ranges::all_of(same, is_host_there)) { return network; }
  }
  return std::nullopt;
}

void number_nodes(Draft& draft) {
  Numbering numbering(*draft.network);
  for (DraftNode& node : draft.nodes) { numbering.keep(node); }
  for (DraftNode& node : draft.nodes) {
    if (!numbering.number(node)) {
      throw Error(say<"init-network-full">(to_text(*draft.network), draft.nodes.size()));
    }
  }
}

}  // namespace wgmesh
