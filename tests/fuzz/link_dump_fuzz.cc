// Interfaces, addresses, routes and firewall chains; the first octet chooses.
#include "agent/linux/nft_rules.h"
#include "agent/netlink/interfaces.h"
#include "agent/netlink/routes.h"
#include "common/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  if (size == 0) { return 0; }
  const wgmesh::Octets payload(octets + 1, size - 1);
  try {
    switch (octets[0] % 4) {
      case 0:
        (void)wgmesh::parse_interface(payload);
        break;
      case 1:
        (void)wgmesh::parse_address(payload);
        break;
      case 2:
        (void)wgmesh::parse_route(payload);
        break;
      default:
        (void)wgmesh::parse_chain(payload);
        (void)wgmesh::parse_rule(payload, "br-test");
        break;
    }
  } catch (const wgmesh::Error&) {}
  return 0;
}
