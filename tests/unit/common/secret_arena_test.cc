#include "common/secret_arena.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace wgmesh::secret_arena_test {
namespace {

using testing::Each;

std::span<std::uint8_t> octets_of(std::uint8_t* slot) { return {slot, kSecretSlot}; }

TEST(SecretArena, SlotsAreZeroedAndWipedOnRelease) {
  std::uint8_t* const slot = take_secret_slot();
  EXPECT_THAT(octets_of(slot), Each(0));
  std::ranges::fill(octets_of(slot), 0xa5);
  release_secret_slot(slot);
  // The arena keeps its memory, so this may be read.
  EXPECT_THAT(octets_of(slot), Each(0));
}

TEST(SecretArena, AFreedSlotIsTakenAgain) {
  std::uint8_t* const slot = take_secret_slot();
  release_secret_slot(slot);
  std::uint8_t* const again = take_secret_slot();
  EXPECT_EQ(again, slot);
  release_secret_slot(again);
}

// More than one chunk; every slot is written to its ends, so an overlap shows.
TEST(SecretArena, ThousandsOfSlotsDoNotOverlap) {
  std::vector<std::uint8_t*> slots;
  for (int i = 0; i < 2000; ++i) {
    slots.push_back(take_secret_slot());
    std::ranges::fill(octets_of(slots.back()), static_cast<std::uint8_t>(i % 255 + 1));
  }
  EXPECT_EQ(std::set(slots.begin(), slots.end()).size(), slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    ASSERT_THAT(octets_of(slots[i]), Each(i % 255 + 1));
  }
  for (std::uint8_t* slot : slots) { release_secret_slot(slot); }
  for (std::uint8_t* slot : slots) { ASSERT_THAT(octets_of(slot), Each(0)); }
}

TEST(SecretArena, ServesManyThreads) {
  std::vector<std::jthread> threads;
  for (int t = 1; t <= 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 2000; ++i) {
        std::uint8_t* const slot = take_secret_slot();
        std::ranges::fill(octets_of(slot), static_cast<std::uint8_t>(t));
        EXPECT_THAT(octets_of(slot), Each(t));
        release_secret_slot(slot);
      }
    });
  }
}

// The flags of the mapping that holds `address`, from /proc/self/smaps: "rd wr mr mw me lo ac dd".
std::string mapping_flags(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::FILE* const file = std::fopen("/proc/self/smaps", "re");
  if (file == nullptr) { return {}; }
  std::string flags;
  bool is_inside = false;
  std::vector<char> line(4096);
  while (std::fgets(line.data(), static_cast<int>(line.size()), file) != nullptr) {
    unsigned long from = 0;
    unsigned long to = 0;
    if (std::sscanf(line.data(), "%lx-%lx ", &from, &to) == 2) {
      is_inside = from <= wanted && wanted < to;
    } else if (is_inside && std::string_view(line.data()).starts_with("VmFlags:")) {
      flags = line.data();
    }
  }
  std::fclose(file);
  return flags;
}

TEST(SecretArena, IsLockedAndLeftOutOfCoreDumps) {
  std::uint8_t* const slot = take_secret_slot();
  const std::string flags = mapping_flags(slot);
  release_secret_slot(slot);
  if (flags.empty()) { GTEST_SKIP() << "/proc/self/smaps shows no VmFlags here"; }
  EXPECT_THAT(flags, testing::HasSubstr(" dd"));
  EXPECT_EQ(flags.find(" lo") != std::string::npos, secrets_are_locked()) << flags;
}

}  // namespace
}  // namespace wgmesh::secret_arena_test
