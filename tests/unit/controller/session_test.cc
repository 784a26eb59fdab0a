#include "controller/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/wgmesh_controller_room/loopback_transport.h"

namespace wgmesh {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Session, AnEndIsExplainedByTheAgentsWordsAndNotByTheShells) {
  const auto node = std::make_shared<Loopback>();
  node->complain("sha256sum: no such file\n");
  Session session(std::make_unique<LoopbackTransport>(node), {});
  std::jthread agent([&] {
    node->hear();
    node->complain("wgmesh-agent: out of memory\n");
    node->hang_up();
  });
  try {
    session.status();
    FAIL();
  } catch (const Unreachable& error) {
    EXPECT_THAT(error.message(), HasSubstr("the agent ended: wgmesh-agent: out of memory"));
    EXPECT_THAT(error.message(), Not(HasSubstr("sha256sum")));
  }
}

}  // namespace
}  // namespace wgmesh
