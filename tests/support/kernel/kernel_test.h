// A test that works on a real kernel: each in a network namespace of its own. Skips, with the
// reason, where this user or kernel cannot; with WGMESH_REQUIRE_KERNEL=1 that is a failure.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "common/unique_fd.h"

namespace wgmesh {

class KernelTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;
  static void skip(const std::string& reason);

 private:
  UniqueFd outside_;
};

// Runs `ip WORDS`, for what a test needs to be there and that wgmesh must not touch.
void ip(const std::string& words);

}  // namespace wgmesh
