#include "common/error.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace wgmesh::error_test {
namespace {

TEST(Error, ContextGoesInFrontFromTheInsideOut) {
  try {
    try {
      throw Error(
          Said{"loop", "Too many levels of symbolic links", "take it out of the other bridge"});
    } catch (Error& error) {
      error.add_context("ip link set gt-test-c master br-test");
      error.add_context("node-b");
      throw;
    }
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(),
                 "node-b: ip link set gt-test-c master br-test: Too many levels of symbolic links");
    EXPECT_EQ(dynamic_cast<const Error&>(error).cure(), "take it out of the other bridge");
  }
}

TEST(SystemError, SaysWhatFailedInTheSystemsWords) {
  SystemError error("open /x", EACCES);
  EXPECT_EQ(error.message(), "open /x: Permission denied");
  EXPECT_EQ(error.error_number(), EACCES);
  EXPECT_EQ(error.cure(), "");
  error.add_context("mesh0");
  EXPECT_EQ(error.message(), "mesh0: open /x: Permission denied");
  EXPECT_EQ(error.id(), "system-call");
  EXPECT_EQ(error.error_number(), EACCES);
}

}  // namespace
}  // namespace wgmesh::error_test
