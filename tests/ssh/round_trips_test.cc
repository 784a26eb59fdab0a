// Round trips, counted from outside: the time that a known delay adds.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <deque>
#include <thread>

#include "controller/reach/wait.h"
#include "tests/support/ssh/ssh_test.h"

namespace wgmesh::round_trips_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// One connection to `port`, every octet of it delayed by `one_way` in each direction. What TCP's
// own handshake costs is not part of it.
class DelayedPort {
 public:
  DelayedPort(std::uint16_t port, std::chrono::milliseconds one_way)
      : target_(port), one_way_(one_way) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_.get(), 1), 0);
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { carry(); });
  }
  ~DelayedPort() {
    end_.set();
    thread_.join();
  }
  std::uint16_t port() const { return port_; }

 private:
  struct Piece {
    steady_clock::time_point due;
    std::string octets;  // empty: end
  };
  struct Side {
    UniqueFd fd;
    std::deque<Piece> waiting;  // for this side
    bool open = true;
  };

  static void send_due(Side& side) {
    while (!side.waiting.empty() && side.waiting.front().due <= steady_clock::now()) {
      const std::string octets = std::move(side.waiting.front().octets);
      side.waiting.pop_front();
      if (octets.empty()) {
        shutdown(side.fd.get(), SHUT_WR);
      } else {
        [[maybe_unused]] const ssize_t sent =
            send(side.fd.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
      }
    }
  }

  void take(Side& from, Side& to) const {
    std::string octets(1 << 16, '\0');
    const ssize_t count = ::read(from.fd.get(), octets.data(), octets.size());
    octets.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    from.open = count > 0;
    to.waiting.push_back({steady_clock::now() + one_way_, octets});
  }

  void carry() try {
    std::array<pollfd, 1> entry{pollfd{listener_.get(), POLLIN, 0}};
    wait_for(entry, steady_clock::now() + 60s, {&end_});
    std::array<Side, 2> sides;
    sides[0].fd = UniqueFd(accept(listener_.get(), nullptr, nullptr));
    sides[1].fd = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = loopback(target_);
    if (connect(sides[1].fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      return;
    }
    const int on = 1;
    for (Side& side : sides) {
      setsockopt(side.fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    while (true) {
      auto until = steady_clock::now() + 60s;
      for (Side& side : sides) {
        send_due(side);
        if (!side.waiting.empty()) { until = std::min(until, side.waiting.front().due); }
      }
      std::array<pollfd, 2> entries{pollfd{sides[0].open ? sides[0].fd.get() : -1, POLLIN, 0},
                                    pollfd{sides[1].open ? sides[1].fd.get() : -1, POLLIN, 0}};
      try {
        wait_for(entries, until, {&end_});
      } catch (const TimedOut&) { continue; }
      if (entries[0].revents != 0) { take(sides[0], sides[1]); }
      if (entries[1].revents != 0) { take(sides[1], sides[0]); }
    }
  } catch (const Interrupted&) {}

  UniqueFd listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t target_;
  std::chrono::milliseconds one_way_;
  std::uint16_t port_ = 0;
  Interrupt end_;
  std::thread thread_;
};

class RoundTripsTest : public SshTest {
 protected:
  steady_clock::duration time_to_agent(const SshServer& server, std::chrono::milliseconds one_way,
                                       const std::string& more = {}) {
    const DelayedPort delayed(server.port(), one_way);
    SshOptions options;
    options.config_file = server.config_file(
        fmt::format("Host node\n  Port {}\n  HostKeyAlias known\n{}", delayed.port(), more));
    server.directory().write("known_hosts", "known " + server.host_key() + "\n");
    SshConnector connector(options, prompter_, nullptr);
    const AgentBinaries agents({{agent_directory_.path()}});
    SshTarget target;
    target.host = "node";
    const auto begun = steady_clock::now();
    const auto transport = connector.connect(target, [](const std::string&) {});
    bootstrap(*transport, agents, {});
    return steady_clock::now() - begun;
  }
};

TEST_F(RoundTripsTest, SixFromTheBannerToTheAgent) {
  const SshServer server;
  install(server);
  constexpr auto kOneWay = 150ms;
  const auto plain = time_to_agent(server, 0ms);
  const auto delayed = time_to_agent(server, kOneWay);
  // Banner and key exchange lists, key exchange, service, login, channel, command.
  const double trips = std::chrono::duration<double>(delayed - plain) / (2 * kOneWay);
  RecordProperty("round_trips", fmt::format("{:.2f}", trips));
  EXPECT_NEAR(trips, 6.0, 0.9);
}

}  // namespace
}  // namespace wgmesh::round_trips_test
