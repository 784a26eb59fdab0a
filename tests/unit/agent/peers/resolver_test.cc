#include "agent/peers/resolver.h"

#include <ares.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "common/error.h"

namespace wgmesh::resolver_test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Resolver, AddressesNeedNoNameServer) {
  const auto answers = resolve({"192.0.2.1", "2001:db8::1"}, 1ms);
  EXPECT_THAT(answers.at("192.0.2.1").addresses, ElementsAre(parse_ip("192.0.2.1").value()));
  EXPECT_THAT(answers.at("2001:db8::1").addresses, ElementsAre(parse_ip("2001:db8::1").value()));
}

TEST(Resolver, ReadsTheHostsFile) {
  const auto answers = resolve({"localhost"}, 5s);
  EXPECT_THAT(answers.at("localhost").error, IsEmpty());
  EXPECT_THAT(answers.at("localhost").addresses, Contains(parse_ip("127.0.0.1").value()));
}

TEST(Resolver, AnUnknownNameEndsWithinTheBound) {
  const auto start = std::chrono::steady_clock::now();
  const auto answers = resolve({"a.name.that.is.invalid", "another.invalid", "localhost"}, 700ms);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  EXPECT_THAT(answers.at("a.name.that.is.invalid").error, Not(IsEmpty()));
  EXPECT_THAT(answers.at("another.invalid").addresses, IsEmpty());
  EXPECT_THAT(answers.at("localhost").addresses, Not(IsEmpty()));
}

TEST(Resolver, SaysWhyNamesOfNeighboursAreNotFound) {
  const auto answers = resolve({"printer.local", "printer.local.", "local.invalid"}, 700ms);
  EXPECT_THAT(answers.at("printer.local").error, ::testing::HasSubstr("multicast DNS"));
  EXPECT_THAT(answers.at("printer.local.").error, ::testing::HasSubstr("multicast DNS"));
  EXPECT_THAT(answers.at("local.invalid").error, Not(::testing::HasSubstr("multicast DNS")));
}

// Its first step is to ask for memory.
TEST(Resolver, SaysWhyItCannotStart) {
  ares_library_init_mem(
      ARES_LIB_INIT_ALL, [](std::size_t) -> void* { return nullptr; }, std::free, std::realloc);
  try {
    resolve({"localhost"}, 1s);
    ADD_FAILURE() << "it has started";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "resolver-start-failed");
    EXPECT_EQ(error.message(), "start the resolver: Out of memory");
  }
  ares_library_cleanup();  // with it the usual functions are back
}

}  // namespace
}  // namespace wgmesh::resolver_test
