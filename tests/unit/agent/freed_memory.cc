#include "tests/unit/agent/freed_memory.h"

#include <malloc.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

namespace wgmesh::freed {
namespace {

// Not on the heap: it must not find itself.
std::array<char, 64> needle{};
std::atomic<std::size_t> needle_size{0};
std::atomic<std::size_t> found{0};

void look_into(void* block) {
  const std::size_t size = needle_size.load(std::memory_order_relaxed);
  if (size == 0 || block == nullptr) { return; }
  if (::memmem(block, ::malloc_usable_size(block), needle.data(), size) != nullptr) { ++found; }
}

}  // namespace

void watch_for(const std::string& octets) {
  std::memcpy(needle.data(), octets.data(), octets.size());
  found = 0;
  needle_size = octets.size();
}

std::size_t stop_watching() {
  needle_size = 0;
  return found;
}

void give_back(void* block) {
  look_into(block);
  std::free(block);
}

}  // namespace wgmesh::freed

void* operator new(std::size_t size) {
  void* block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) { throw std::bad_alloc(); }
  return block;
}
void* operator new[](std::size_t size) { return ::operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* block, const std::nothrow_t&) noexcept {
  wgmesh::freed::give_back(block);
}
void operator delete[](void* block, const std::nothrow_t&) noexcept {
  wgmesh::freed::give_back(block);
}
void operator delete(void* block) noexcept { wgmesh::freed::give_back(block); }
void operator delete(void* block, std::size_t) noexcept { wgmesh::freed::give_back(block); }
void operator delete[](void* block) noexcept { wgmesh::freed::give_back(block); }
void operator delete[](void* block, std::size_t) noexcept { wgmesh::freed::give_back(block); }
