#include "common/secret_arena.h"

#include <sodium.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mutex>
#include <new>
#include <vector>

namespace wgmesh {
namespace {

// 16 KiB hold 512 secrets: a mesh of 500 peers in one chunk, and four chunks in the smallest usual
// limit.
constexpr std::size_t kChunk = 16u << 10;

struct Arena {
  std::mutex mutex;
  std::vector<std::uint8_t*> free;
  std::size_t slots = 0;  // free and taken
  bool locked = true;

  void grow() {
    // Room for every slot there will be, so that giving one back never allocates.
    free.reserve(slots + kChunk / kSecretSlot);
    void* memory =
        mmap(nullptr, kChunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) { throw std::bad_alloc(); }
    // By the system call: AddressSanitizer makes mlock() do nothing and answer yes.
    if (syscall(SYS_mlock, memory, kChunk) != 0) { locked = false; }
    madvise(memory, kChunk, MADV_DONTDUMP);
    auto* octets = static_cast<std::uint8_t*>(memory);
    for (std::size_t at = kChunk; at > 0; at -= kSecretSlot) {
      free.push_back(octets + at - kSecretSlot);
    }
    slots += kChunk / kSecretSlot;
  }
};

// Never destroyed: secrets in static objects may outlive any order of destruction.
Arena& arena() {
  static Arena* const kArena = new Arena;
  return *kArena;
}

}  // namespace

std::uint8_t* take_secret_slot() {
  Arena& a = arena();
  const std::lock_guard lock(a.mutex);
  if (a.free.empty()) { a.grow(); }
  std::uint8_t* slot = a.free.back();
  a.free.pop_back();
  return slot;
}

void release_secret_slot(std::uint8_t* slot) noexcept {
  sodium_memzero(slot, kSecretSlot);
  Arena& a = arena();
  const std::lock_guard lock(a.mutex);
  // grow() has made room, so this cannot throw.
  a.free.push_back(slot);
}

bool secrets_are_locked() noexcept {
  Arena& a = arena();
  const std::lock_guard lock(a.mutex);
  return a.locked;
}

}  // namespace wgmesh
