// Slots of 32 octets in memory that is locked, left out of core dumps and wiped on release. One
// arena for the process, because the limit on locked memory may be 64 KiB and a page per key would
// pass it.
#pragma once

#include <cstdint>

namespace wgmesh {

inline constexpr std::size_t kSecretSlot = 32;

// Zeroed memory of kSecretSlot octets; throws std::bad_alloc. Thread-safe.
std::uint8_t* take_secret_slot();
// Wipes it and gives it back.
void release_secret_slot(std::uint8_t* slot) noexcept;

// False once a part of the arena could not be locked: worth a warning, not a failure.
bool secrets_are_locked() noexcept;

}  // namespace wgmesh
