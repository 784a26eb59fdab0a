#include "agent/netlink/attributes.h"

#include <fmt/format.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstring>

#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {

template <typename T>
T Attribute::number() const {
  if (payload_.size() != sizeof(T)) {
    throw Error(say<"netlink-attribute-malformed">(
        type_, fmt::format("has {} octets instead of {}", payload_.size(), sizeof(T))));
  }
  T value;
  std::memcpy(&value, payload_.data(), sizeof(T));
  return value;
}

std::uint8_t Attribute::u8() const { return number<std::uint8_t>(); }
std::uint16_t Attribute::u16() const { return number<std::uint16_t>(); }
std::uint32_t Attribute::u32() const { return number<std::uint32_t>(); }
std::uint64_t Attribute::u64() const { return number<std::uint64_t>(); }
std::int32_t Attribute::s32() const { return number<std::int32_t>(); }

std::string Attribute::text() const {
  const auto end = std::ranges::find(payload_, std::uint8_t{0});
  return std::string(payload_.begin(), end);
}

IpAddress Attribute::ip_address() const {
  IpAddress address;
  address.family = payload_.size() == 4 ? Family::kIpv4 : Family::kIpv6;
  if (payload_.size() != address.size()) {
    throw Error(say<"netlink-attribute-malformed">(
        type_, fmt::format("has {} octets, no IP address", payload_.size())));
  }
  std::ranges::copy(payload_, address.octets.begin());
  return address;
}

Attributes Attribute::nested() const { return Attributes(payload_); }

void Attributes::Iterator::read() {
  // Fewer octets than a header are the padding of the last attribute.
  if (rest_.size() < sizeof(nlattr)) {
    at_end_ = true;
    return;
  }
  nlattr header;
  std::memcpy(&header, rest_.data(), sizeof header);
  if (header.nla_len < sizeof header || header.nla_len > rest_.size()) {
    throw Error(say<"netlink-attribute-malformed">(
        header.nla_type & NLA_TYPE_MASK,
        fmt::format("claims {} of {} octets", header.nla_len, rest_.size())));
  }
  current_ = Attribute(static_cast<std::uint16_t>(header.nla_type & NLA_TYPE_MASK),
                       rest_.subspan(sizeof header, header.nla_len - sizeof header));
}

Attributes::Iterator& Attributes::Iterator::operator++() {
  const std::size_t used = sizeof(nlattr) + current_.payload().size();
  rest_ = rest_.subspan(std::min(rest_.size(), (used + NLA_ALIGNTO - 1) & ~(NLA_ALIGNTO - 1ul)));
  read();
  return *this;
}

void throw_short_message(std::size_t size) {
  throw Error(
      say<"netlink-message-malformed">(fmt::format("message of {} octets is too short", size)));
}

}  // namespace wgmesh
