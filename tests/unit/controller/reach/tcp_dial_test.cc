#include "controller/reach/tcp_dial.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <vector>

namespace wgmesh::tcp_dial_test {
namespace {

using namespace std::chrono_literals;

// A port of 127.0.0.1 that nobody else has.
class TcpDial : public testing::Test {
 protected:
  TcpDial() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    EXPECT_EQ(bind(socket_.get(), generic(), size), 0);
    EXPECT_EQ(getsockname(socket_.get(), generic(), &size), 0);
    target_ = {"127.0.0.1", ntohs(address_.sin_port), "any", ""};
  }
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address_); }

  void expect_failure(const std::string& message, const char* id) {
    try {
      dial_tcp(target_, std::chrono::steady_clock::now() + 500ms, nullptr);
      ADD_FAILURE() << message;
    } catch (const Unreachable& error) {
      EXPECT_EQ(error.message(), message);
      EXPECT_EQ(error.id(), id);
    }
  }

  sockaddr_in address_{};
  UniqueFd socket_;
  TcpTarget target_;
};

TEST_F(TcpDial, ConnectsToWhoListens) {
  ASSERT_EQ(listen(socket_.get(), 1), 0);
  EXPECT_TRUE(dial_tcp(target_, std::chrono::steady_clock::now() + 20s, nullptr));
}

TEST_F(TcpDial, SaysWhoRefuses) {
  expect_failure(fmt::format("connect to 127.0.0.1 port {}: Connection refused", target_.port),
                 "tcp-connect-failed");
}

// As a firewall that drops: the queue of who listens is full.
TEST_F(TcpDial, SaysWhoDoesNotAnswer) {
  ASSERT_EQ(listen(socket_.get(), 0), 0);
  std::vector<UniqueFd> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    connect(waiting.back().get(), generic(), sizeof address_);
  }
  expect_failure(fmt::format("connect to 127.0.0.1 port {}: no answer", target_.port),
                 "tcp-connect-unanswered");
}

TEST_F(TcpDial, SaysWhatCannotBeResolved) {
  target_.address_family = "inet6";
  expect_failure("resolve 127.0.0.1: Address family for hostname not supported",
                 "tcp-name-unresolved");
}

TEST_F(TcpDial, SaysWhatItCannotBindTo) {
  target_.bind_address = "::1";
  expect_failure("ssh option bindaddress: ::1 is not an address of this kind",
                 "tcp-bind-address-unfit");
  target_.bind_address = "192.0.2.1";
  expect_failure("bind to 192.0.2.1: Cannot assign requested address", "tcp-bind-failed");
}

}  // namespace
}  // namespace wgmesh::tcp_dial_test
