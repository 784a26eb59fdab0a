#include "agent/netlink/netlink_error.h"

#include <fmt/format.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "agent/text/messages.h"

namespace wgmesh {
namespace {

std::string words(int error_number, const std::string& extended_ack) {
  const char* const text = strerror(error_number);
  return extended_ack.empty() ? text : fmt::format("{} (kernel: {})", text, extended_ack);
}

std::string read_text(Octets tlvs) {
  for (const Attribute& attribute : Attributes(tlvs)) {
    if (attribute.type() == NLMSGERR_ATTR_MSG) { return attribute.text(); }
  }
  return {};
}

}  // namespace

NetlinkError::NetlinkError(int error_number, std::string extended_ack)
    : Error(say<"netlink-refusal">(words(error_number, extended_ack))),
      error_number_(error_number),
      extended_ack_(std::move(extended_ack)) {}

std::optional<Acknowledgement> parse_acknowledgement(Octets message) {
  Octets payload;
  const auto header = read_header<nlmsghdr>(message, payload);
  if (header.nlmsg_type != NLMSG_ERROR && header.nlmsg_type != NLMSG_DONE) { return std::nullopt; }

  Acknowledgement result;
  Octets rest;
  if (header.nlmsg_type == NLMSG_DONE) {
    // Old kernels end some dumps without a number.
    if (payload.size() < sizeof(int)) { return result; }
  }
  const int error = read_header<int>(payload, rest);
  // The kernel's numbers are negative; one that is not a small negative number is none of its.
  if (error > 0 || error < -4095) {
    throw Error(say<"netlink-message-malformed">(fmt::format("error number {}", error)));
  }
  result.error_number = -error;

  if (header.nlmsg_type == NLMSG_ERROR) {
    Octets after_request;
    const auto request = read_header<nlmsghdr>(rest, after_request);
    if ((header.nlmsg_flags & NLM_F_CAPPED) == 0 && request.nlmsg_len > sizeof request) {
      const std::size_t echoed = NLMSG_ALIGN(request.nlmsg_len - sizeof request);
      after_request = after_request.subspan(std::min(echoed, after_request.size()));
    }
    rest = after_request;
  }
  if ((header.nlmsg_flags & NLM_F_ACK_TLVS) != 0) { result.extended_ack = read_text(rest); }
  return result;
}

}  // namespace wgmesh
