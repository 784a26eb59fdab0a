// Why a pair has no link, as plans and hellos say it.
#pragma once

#include <array>
#include <optional>
#include <utility>

#include "controller/mesh/learned.h"
#include "proto/plan.pb.h"

namespace wgmesh {

inline constexpr std::array<std::pair<NoLink::Why, proto::NoLink::Why>, 3> kNoLinkWhys{{
    {NoLink::Why::kPortDiffers, proto::NoLink::PORT_DIFFERS},
    {NoLink::Why::kAddressDiffers, proto::NoLink::ADDRESS_DIFFERS},
    {NoLink::Why::kNoHandshake, proto::NoLink::NO_HANDSHAKE},
}};

inline proto::NoLink::Why wire_of(NoLink::Why why) {
  for (const auto& [value, wire] : kNoLinkWhys) {
    if (value == why) { return wire; }
  }
  return proto::NoLink::WHY_UNSPECIFIED;
}

// Nothing for what this release does not know.
inline std::optional<NoLink::Why> no_link_why_of(proto::NoLink::Why wire) {
  for (const auto& [value, known] : kNoLinkWhys) {
    if (known == wire) { return value; }
  }
  return std::nullopt;
}

}  // namespace wgmesh
