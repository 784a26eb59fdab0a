// The kernel's answers to requests, in its own words. libnl knows nothing of extended acks and maps
// errno to a table of its own that loses most of them, so the octets are read here.
#pragma once

#include <optional>
#include <string>

#include "agent/netlink/attributes.h"
#include "common/error.h"

namespace wgmesh {

// A refusal by the kernel, in its own words: the errno, and the extended-ack text where there is
// one. what(): "Too many levels of symbolic links (kernel: Can not enslave a bridge to a bridge)".
class NetlinkError : public Error {
 public:
  NetlinkError(int error_number, std::string extended_ack);
  int error_number() const { return error_number_; }
  const std::string& extended_ack() const { return extended_ack_; }

 private:
  int error_number_;
  std::string extended_ack_;
};

// What an NLMSG_ERROR or NLMSG_DONE message says. Zero is success (an ack).
struct Acknowledgement {
  int error_number = 0;      // positive errno
  std::string extended_ack;  // NLMSGERR_ATTR_MSG, may be empty

  bool operator==(const Acknowledgement&) const = default;
};

// `message` is one whole netlink message. Empty when it is neither NLMSG_ERROR nor NLMSG_DONE;
// throws Error when it is malformed. Drawn:
//   NLMSG_ERROR  nlmsghdr | int error | nlmsghdr of the request | (request, unless CAPPED) | TLVs
//   NLMSG_DONE   nlmsghdr | int error | TLVs            (TLVs only with NLM_F_ACK_TLVS)
std::optional<Acknowledgement> parse_acknowledgement(Octets message);

}  // namespace wgmesh
