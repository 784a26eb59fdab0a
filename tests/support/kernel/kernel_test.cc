#include "tests/support/kernel/kernel_test.h"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "agent/netlink/genl_socket.h"
#include "agent/netlink/netlink_error.h"
#include "agent/state/kernel.h"
#include "common/key.h"

namespace wgmesh {
namespace {

std::string reason_to_skip() {
  if (unshare(CLONE_NEWNET) != 0) {
    return std::string("no network namespace of its own: ") + strerror(errno);
  }
  try {
    const GenlSocket wireguard("wireguard");
  } catch (const NetlinkError& error) {
    return std::string("this kernel has no WireGuard: ") + error.what();
  }
  return {};
}

}  // namespace

void KernelTest::SetUp() {
  init_crypto();
  outside_.reset(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(outside_);
  const std::string reason = reason_to_skip();
  if (!reason.empty()) { skip(reason); }
}

void KernelTest::skip(const std::string& reason) {
  const char* const required = std::getenv("WGMESH_REQUIRE_KERNEL");
  if (required != nullptr && std::string(required) == "1") { FAIL() << reason; }
  GTEST_SKIP() << reason;
}

void KernelTest::TearDown() {
  if (outside_) { setns(outside_.get(), CLONE_NEWNET); }
}

void ip(const std::string& words) {
  // The shell is told nothing but the test's own constants.
  ASSERT_EQ(std::system(("ip " + words).c_str()), 0) << "ip " << words;
}

}  // namespace wgmesh
