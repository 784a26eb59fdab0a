// Octets that may hold a key: what is given back to the heap is wiped first. Netlink messages and
// their receive buffers use it throughout, so no code has to know which message carries a secret.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace wgmesh {

template <typename T>
struct WipingAllocator {
  using value_type = T;

  WipingAllocator() = default;
  template <typename U>
  explicit WipingAllocator(const WipingAllocator<U>&) {}

  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* place, std::size_t count) {
    sodium_memzero(place, count * sizeof(T));
    std::allocator<T>().deallocate(place, count);
  }
  // Octets without a value get none: whoever asks for room fills it.
  template <typename U>
  void construct(U* place) {
    ::new (static_cast<void*>(place)) U;
  }
  bool operator==(const WipingAllocator&) const = default;
};

using WipedOctets = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

}  // namespace wgmesh
