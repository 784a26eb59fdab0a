#include "controller/show/error_book.h"

#include <gmock/gmock.h>

namespace wgmesh::error_book_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(ErrorBook, TellsTheFirstOfItsKindAtOnceAndTheOthersTogether) {
  ErrorBook book;
  const auto first = book.tell({"n0", "hello", "no wireguard", "modprobe wireguard"});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->node, "n0");
  EXPECT_EQ(first->cure, "modprobe wireguard");
  for (const char* node : {"n1", "n2", "n3"}) {
    EXPECT_FALSE(book.tell({node, "hello", "no wireguard", "modprobe wireguard"}));
  }
  const auto rest = book.rest();
  ASSERT_THAT(rest, SizeIs(1));
  EXPECT_EQ(rest[0].node, "n1, n2 and n3");
  EXPECT_EQ(rest[0].message, "no wireguard");
  EXPECT_EQ(rest[0].cure, "");
  EXPECT_THAT(book.rest(), IsEmpty());
}

TEST(ErrorBook, NamesEveryNode) {
  ErrorBook book;
  for (int i = 0; i < 20; ++i) {
    book.keep({"n" + std::to_string(i), "", "no wireguard", "install it"});
  }
  const auto rest = book.rest();
  ASSERT_THAT(rest, SizeIs(1));
  EXPECT_THAT(rest[0].node, testing::EndsWith("n18 and n19"));
  EXPECT_EQ(rest[0].cure, "install it");
}

// Twenty new host keys: each has its own fingerprint, and all have one cure.
TEST(ErrorBook, TellsACureOnce) {
  ErrorBook book;
  EXPECT_EQ(book.tell({"n0", "connect", "key A is unknown", "look at it"})->cure, "look at it");
  const auto second = book.tell({"n1", "connect", "key B is unknown", "look at it"});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->message, "key B is unknown");
  EXPECT_EQ(second->cure, "");
  EXPECT_EQ(book.tell({"n2", "connect", "key C is revoked", "replace it"})->cure, "replace it");
  EXPECT_THAT(book.rest(), IsEmpty());
}

TEST(ErrorBook, KeepsTheIdentifier) {
  ErrorBook book;
  EXPECT_EQ(book.tell({"n0", "hello", "no wireguard", "", "no-wireguard"})->id, "no-wireguard");
  EXPECT_FALSE(book.tell({"n1", "hello", "no wireguard", "", "no-wireguard"}));
  EXPECT_EQ(book.rest().at(0).id, "no-wireguard");
}

TEST(ErrorBook, TellsApartWhatDiffersInStepOrCure) {
  ErrorBook book;
  EXPECT_TRUE(book.tell({"n0", "plan", "refused", ""}));
  EXPECT_TRUE(book.tell({"n1", "apply", "refused", ""}));
  EXPECT_TRUE(book.tell({"n2", "apply", "refused", "try again"}));
}

}  // namespace
}  // namespace wgmesh::error_book_test
