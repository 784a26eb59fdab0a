// Limits that both programs keep, and the controller's checks with them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wgmesh {

// Of a mesh file.
inline constexpr std::size_t kMaxNodes = 4096;
// Ports of a bridge (BR_MAX_PORTS - 1 in the kernel).
inline constexpr int kMaxPorts = 1023;
// What every host takes as one packet: RFC 791, RFC 8200. Octets.
inline constexpr std::uint32_t kLeastIpv4Mtu = 576;
inline constexpr std::uint32_t kLeastIpv6Mtu = 1280;
// Addresses of one node that a survey tells.
inline constexpr int kMostSurveyedAddresses = 256;
// Of a Plan, as it is sent and stored.
inline constexpr std::uint32_t kPlanFormat = 1;

}  // namespace wgmesh
