#include "controller/ssh/ssh_connector.h"

#include <gtest/gtest.h>

namespace wgmesh::ssh_connector_test {
namespace {

TEST(SshConnector, TakesNoOptionForAHost) {
  Prompter nobody([](const std::string&, bool) { return std::nullopt; });
  SshConnector connector({}, nobody, nullptr);
  SshTarget target;
  target.host = "-oProxyCommand=evil";
  try {
    connector.config_for(target);
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "`-oProxyCommand=evil` is no SSH host");
    EXPECT_EQ(error.id(), "ssh-host-invalid");
  }
}

}  // namespace
}  // namespace wgmesh::ssh_connector_test
