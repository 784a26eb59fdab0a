// What is said when the command of an exec prefix fails; the rest is tested with real shells in
// tests/ssh.
#include "controller/reach/exec_transport.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>

namespace wgmesh::exec_transport_test {
namespace {

using namespace std::chrono_literals;

TEST(ExecTransport, NamesThePrefixThatCannotBeStarted) {
  try {
    make_exec_transport({{"no-such-program"}, "no-such-program -i"})->start({});
    FAIL();
  } catch (const Unreachable& error) {
    EXPECT_EQ(error.message(), "exec: no-such-program -i: no-such-program: no such program");
    EXPECT_EQ(error.id(), "program-missing");
    EXPECT_EQ(error.cure(), "");
  }
}

TEST(ExecTransport, NamesThePrefixWhoseProgramTakesNothing) {
  std::signal(SIGPIPE, SIG_IGN);  // as main() does
  const auto transport = make_exec_transport({{"true"}, "true -i"});
  transport->start({});
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  EXPECT_EQ(transport->read(deadline), "");
  try {
    transport->write("hello", deadline);
    FAIL();
  } catch (const Unreachable& error) {
    EXPECT_EQ(error.message(), "exec: true -i: Broken pipe");
    EXPECT_EQ(error.id(), "exec-stream-broken");
  }
}

}  // namespace
}  // namespace wgmesh::exec_transport_test
