// Writing netlink messages: one message that is wiped when it goes, and a guard whose block is a
// nest. What the attributes mean is known where they are put (interfaces, bridge_attributes,
// wireguard …).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "agent/netlink/attributes.h"

struct nl_msg;
struct nlattr;
struct nlmsghdr;

namespace wgmesh {

class NetlinkMessage {
 public:
  static constexpr std::size_t kUsualSize = 2048;  // any message about one interface fits

  // `flags` beside NLM_F_REQUEST. `max_size` in octets, with the header.
  NetlinkMessage(std::uint16_t type, std::uint16_t flags, std::size_t max_size = kUsualSize);

  // All throw Error when the message is full.
  void put_header(const void* header, std::size_t size);
  void put(int type, Octets octets);
  void put_u8(int type, std::uint8_t value);
  void put_u16(int type, std::uint16_t value);
  void put_u32(int type, std::uint32_t value);
  void put_text(int type, std::string_view text);  // with a NUL
  void put_ip_address(int type, const IpAddress& address);

  // An errno that counts as done.
  void tolerate(int error_number) { tolerated_ = error_number; }
  int tolerated() const { return tolerated_; }

  nlmsghdr* header();
  Octets octets() const;   // the whole message, header included
  Octets payload() const;  // what follows the netlink header

 private:
  friend class Nest;
  struct WipeAndFree {
    void operator()(nl_msg* message) const;
  };
  std::unique_ptr<nl_msg, WipeAndFree> message_;
  int tolerated_ = 0;
};

// Attributes put while it lives are inside the attribute `type`. The message may be moved
// meanwhile.
class Nest {
 public:
  Nest(NetlinkMessage& message, int type);
  ~Nest();
  Nest(const Nest&) = delete;
  Nest& operator=(const Nest&) = delete;

 private:
  nl_msg* message_;
  nlattr* start_;
};

}  // namespace wgmesh
