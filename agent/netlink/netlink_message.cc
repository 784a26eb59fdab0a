#include "agent/netlink/netlink_message.h"

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sodium.h>

#include <new>

#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {

void NetlinkMessage::WipeAndFree::operator()(nl_msg* message) const {
  sodium_memzero(nlmsg_hdr(message), nlmsg_get_max_size(message));
  nlmsg_free(message);
}

NetlinkMessage::NetlinkMessage(std::uint16_t type, std::uint16_t flags, std::size_t max_size)
    : message_(nlmsg_alloc_size(max_size)) {
  if (!message_) { throw std::bad_alloc(); }
  nlmsghdr* const header = nlmsg_hdr(message_.get());
  header->nlmsg_type = type;
  header->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
}

void NetlinkMessage::put_header(const void* header, std::size_t size) {
  // libnl takes the octets as void*, and only reads them.
  if (nlmsg_append(message_.get(), const_cast<void*>(header), size, NLMSG_ALIGNTO) != 0) {
    throw Error(say<"netlink-message-full">());
  }
}

void NetlinkMessage::put(int type, Octets octets) {
  if (nla_put(message_.get(), type, static_cast<int>(octets.size()), octets.data()) != 0) {
    throw Error(say<"netlink-message-full">());
  }
}

void NetlinkMessage::put_u8(int type, std::uint8_t value) { put(type, {&value, 1}); }

void NetlinkMessage::put_u16(int type, std::uint16_t value) {
  put(type, {reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
}

void NetlinkMessage::put_u32(int type, std::uint32_t value) {
  put(type, {reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
}

void NetlinkMessage::put_text(int type, std::string_view text) {
  const std::string with_nul(text);
  put(type, {reinterpret_cast<const std::uint8_t*>(with_nul.c_str()), with_nul.size() + 1});
}

void NetlinkMessage::put_ip_address(int type, const IpAddress& address) {
  put(type, Octets(address.octets).first(address.size()));
}

nlmsghdr* NetlinkMessage::header() { return nlmsg_hdr(message_.get()); }

Octets NetlinkMessage::octets() const {
  const nlmsghdr* const header = nlmsg_hdr(message_.get());
  return {reinterpret_cast<const std::uint8_t*>(header), header->nlmsg_len};
}

Octets NetlinkMessage::payload() const { return octets().subspan(NLMSG_HDRLEN); }

Nest::Nest(NetlinkMessage& message, int type)
    : message_(message.message_.get()), start_(nla_nest_start(message_, type)) {
  if (start_ == nullptr) { throw Error(say<"netlink-message-full">()); }
}

// A nest's length is a u16. Messages are bounded below that by those who fill them (kMaxSetBytes),
// so the end of a nest cannot fail.
Nest::~Nest() { nla_nest_end_keep_empty(message_, start_); }

}  // namespace wgmesh
