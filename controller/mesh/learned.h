// What was learned about pairs of nodes of which neither has an endpoint in the mesh file: where each
// finds the other, or why they have no link. Values only; learning.h finds them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/net.h"
#include "controller/mesh/link_name.h"

namespace wgmesh {

// Where the two nodes of a link find each other. A node that could not be asked has not told where
// the other one is; it knows it itself.
struct LearnedLink {
  std::optional<SocketAddress> first;   // where the link's first node is, seen from the second
  std::optional<SocketAddress> second;  // and the other way round

  bool operator==(const LearnedLink&) const = default;
};

// Why a pair has no link.
struct NoLink {
  enum class Why : std::uint8_t {
    kPortDiffers,     // peers see `culprit` at several ports of one address
    kAddressDiffers,  // peers see `culprit` at several addresses
    kNoHandshake,     // it was tried
  };
  Why why = Why::kNoHandshake;
  std::string culprit;   // a node; empty: neither
  std::string observed;  // where both were seen: what is tried again if it differs

  bool operator==(const NoLink&) const = default;
};

struct Learned {
  std::map<LinkName, LearnedLink> links;
  std::map<LinkName, NoLink> no_links;

  bool operator==(const Learned&) const = default;
};

}  // namespace wgmesh
