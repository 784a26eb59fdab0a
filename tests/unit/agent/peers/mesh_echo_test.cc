#include "agent/peers/mesh_echo.h"

#include <gtest/gtest.h>

#include "common/error.h"
#include "tests/support/agent/fake_kernel.h"

namespace wgmesh::mesh_echo_test {
namespace {

TEST(MeshEcho, ATokenOfAnotherSizeIsAnError) {
  FakeKernel kernel;
  proto::Listen wanted;
  wanted.set_token(std::string(15, 't'));
  proto::Listening told;
  try {
    listen_on_mesh(kernel, {}, wanted, told);
    ADD_FAILURE() << "it listens";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "measure-token-size");
    EXPECT_EQ(error.message(), "the token has another size");
  }
}

}  // namespace
}  // namespace wgmesh::mesh_echo_test
