// The kernel's acknowledgements: any octets are an answer, no answer, or an Error.
#include "agent/netlink/netlink_error.h"
#include "common/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  try {
    (void)wgmesh::parse_acknowledgement({octets, size});
  } catch (const wgmesh::Error&) {}
  return 0;
}
