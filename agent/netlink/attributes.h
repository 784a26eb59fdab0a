// Reading netlink attributes: a bounds-checked view over octets that somebody else wrote. Every
// parser is a loop over it with one `switch`. It knows types and lengths, not what an attribute
// means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>

#include "common/net.h"

namespace wgmesh {

using Octets = std::span<const std::uint8_t>;

class Attributes;

// The readers throw Error when the payload has not exactly the size of the type asked for.
class Attribute {
 public:
  Attribute() = default;
  Attribute(std::uint16_t type, Octets payload) : type_(type), payload_(payload) {}

  std::uint16_t type() const { return type_; }  // without the nested and byte-order flags
  Octets payload() const { return payload_; }

  std::uint8_t u8() const;
  std::uint16_t u16() const;
  std::uint32_t u32() const;
  std::uint64_t u64() const;
  std::int32_t s32() const;
  std::string text() const;      // up to the first NUL
  IpAddress ip_address() const;  // 4 or 16 octets
  Attributes nested() const;

 private:
  template <typename T>
  T number() const;

  std::uint16_t type_ = 0;
  Octets payload_;
};

// A range of attributes. Stepping throws Error at an attribute whose length cannot be.
class Attributes {
 public:
  explicit Attributes(Octets octets) : octets_(octets) {}

  class Iterator {
   public:
    using value_type = Attribute;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(Octets rest) : rest_(rest) { read(); }
    const Attribute& operator*() const { return current_; }
    Iterator& operator++();
    bool operator==(std::default_sentinel_t) const { return at_end_; }

   private:
    void read();

    Octets rest_;
    Attribute current_;
    bool at_end_ = false;
  };

  Iterator begin() const { return Iterator(octets_); }
  std::default_sentinel_t end() const { return {}; }

 private:
  Octets octets_;
};

// The fixed header that stands before a message's attributes (ifinfomsg, ifaddrmsg …), and what
// follows it, aligned. Throws Error when the message is too short.
template <typename Header>
Header read_header(Octets payload, Octets& attributes);

[[noreturn]] void throw_short_message(std::size_t size);

template <typename Header>
Header read_header(Octets payload, Octets& attributes) {
  if (payload.size() < sizeof(Header)) { throw_short_message(payload.size()); }
  Header header;
  __builtin_memcpy(&header, payload.data(), sizeof(Header));
  const std::size_t aligned = (sizeof(Header) + 3) & ~std::size_t{3};
  attributes = payload.subspan(aligned < payload.size() ? aligned : payload.size());
  return header;
}

}  // namespace wgmesh
