// exchange PID:ADDRESS... - packets between the nodes of a lab, and how many of them are lost.
//
// Node I is the network namespace of process PID, and has ADDRESS (IPv6). What shall be done comes
// as lines on stdin:
//   watch I J...   node I asks node J, and each further J, for an ICMPv6 echo every 50 ms
//   forget         nobody does any more
//   count          prints a line for each pair, "I-J ASKED LOST HOLE SILENT", and one with a dot:
//                  since the last count (or the watch) the packets up to the last that was
//                  answered, those of them that were not, the longest time without an answer
//                  between two, and how long the last answer is ago, both in ms; -1 before the
//                  first answer
// It ends with its stdin. One process for all, for processes are what costs under emulation.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr milliseconds kInterval{50};

// The header's identifier is the pair's, and the number follows it.
struct EchoMessage {
  icmp6_hdr header;
  std::uint32_t number;
};

struct Node {
  UniqueFd socket;  // lives in the node's namespace
  sockaddr_in6 address{};
};

struct Pair {
  std::size_t from = 0;
  std::size_t to = 0;
  std::vector<bool> answered{};   // by number
  std::size_t counted = 0;        // those before this number were told
  std::size_t last_answered = 0;  // the greatest such number
  std::optional<Clock::time_point> heard{};
  Clock::duration hole{};
};

UniqueFd echo_socket() {
  UniqueFd socket(::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6));
  if (!socket) { throw SystemError("socket", errno); }
  icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
  if (::setsockopt(socket.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) != 0) {
    throw SystemError("filter", errno);
  }
  return socket;
}

Node make_node(const std::string& words) {
  const std::size_t colon = words.find(':');
  Node node;
  node.address.sin6_family = AF_INET6;
  if (colon == std::string::npos ||
      ::inet_pton(AF_INET6, words.c_str() + colon + 1, &node.address.sin6_addr) != 1) {
    throw std::runtime_error("PID:ADDRESS, not " + words);
  }
  const std::string path = "/proc/" + words.substr(0, colon) + "/ns/net";
  const UniqueFd space(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!space || ::setns(space.get(), CLONE_NEWNET) != 0) {
    throw SystemError("enter " + path, errno);
  }
  node.socket = echo_socket();
  return node;
}

std::int64_t ms(Clock::duration time) { return duration_cast<milliseconds>(time).count(); }

class Exchange {
 public:
  explicit Exchange(const std::vector<std::string>& words) {
    for (const std::string& node : words) { nodes_.push_back(make_node(node)); }
  }

  void run() {
    std::vector<pollfd> polled{{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}};
    for (const Node& node : nodes_) {
      polled.push_back({.fd = node.socket.get(), .events = POLLIN, .revents = 0});
    }
    // What measures does not wait for what is measured.
    const sched_param first{.sched_priority = 1};
    if (::sched_setscheduler(0, SCHED_FIFO, &first) != 0) {
      throw SystemError("SCHED_FIFO", errno);
    }
    for (auto next = Clock::now();;) {
      const auto now = Clock::now();
      if (now >= next) {
        for (auto& [id, pair] : pairs_) { ask(id, pair); }
        next = std::max(next + kInterval, now);  // who was late does not make up for it
      }
      const auto wait = std::max<std::int64_t>(ms(next - Clock::now()), 0) + 1;
      if (::poll(polled.data(), polled.size(), static_cast<int>(wait)) < 0 && errno != EINTR) {
        throw SystemError("poll", errno);
      }
      for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (polled[i + 1].revents != 0) { hear(nodes_[i]); }
      }
      if (polled[0].revents != 0 && !obey()) { return; }
    }
  }

 private:
  // Failures to send are losses like others.
  void ask(std::uint16_t id, Pair& pair) {
    EchoMessage message{};
    message.header.icmp6_type = ICMP6_ECHO_REQUEST;
    message.header.icmp6_id = htons(id);
    message.number = static_cast<std::uint32_t>(pair.answered.size());
    pair.answered.push_back(false);
    const sockaddr_in6& to = nodes_[pair.to].address;
    std::ignore = ::sendto(nodes_[pair.from].socket.get(), &message, sizeof message, 0,
                           reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }

  void hear(const Node& node) {
    EchoMessage message{};
    for (;;) {
      const auto size = ::recv(node.socket.get(), &message, sizeof message, MSG_TRUNC);
      if (size < 0) { return; }
      if (size != sizeof message) {
        continue;  // somebody else's ping
      }
      const auto pair = pairs_.find(ntohs(message.header.icmp6_id));
      if (pair == pairs_.end() || message.number >= pair->second.answered.size()) { continue; }
      hear(pair->second, message.number);
    }
  }

  static void hear(Pair& pair, std::size_t number) {
    const auto now = Clock::now();
    if (pair.heard) { pair.hole = std::max(pair.hole, now - *pair.heard); }
    pair.heard = now;
    pair.answered[number] = true;
    pair.last_answered = std::max(pair.last_answered, number);
  }

  // One read has whole lines: the lab writes each at once.
  bool obey() {
    std::array<char, 4096> octets{};
    const auto size = ::read(STDIN_FILENO, octets.data(), octets.size());
    if (size <= 0) { return false; }
    std::istringstream lines(std::string(octets.data(), static_cast<std::size_t>(size)));
    for (std::string line; std::getline(lines, line);) { obey(line); }
    return true;
  }

  void obey(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    if (verb == "watch") {
      std::size_t from = 0;
      words >> from;
      for (std::size_t to = 0; words >> to;) { watch(from, to); }
    } else if (verb == "forget") {
      pairs_.clear();
    } else if (verb == "count") {
      for (auto& [id, pair] : pairs_) { count(pair); }
      fmt::print(".\n");
      std::fflush(stdout);
    } else {
      throw std::runtime_error("watch I J..., forget or count, not " + line);
    }
  }

  void watch(std::size_t from, std::size_t to) {
    if (from >= nodes_.size() || to >= nodes_.size()) { throw std::runtime_error("no such node"); }
    pairs_[next_id_++] = {.from = from, .to = to};  // an answer to an earlier watch is nobody's
  }

  static void count(Pair& pair) {
    const auto begin = pair.answered.begin() + static_cast<std::ptrdiff_t>(pair.counted);
    const std::size_t end = pair.heard ? std::max(pair.last_answered + 1, pair.counted) : 0;
    const auto asked = static_cast<std::ptrdiff_t>(pair.heard ? end - pair.counted : 0);
    fmt::print("{}-{} {} {} {} {}\n", pair.from, pair.to, asked,
               std::count(begin, begin + asked, false), ms(pair.hole),
               pair.heard ? ms(Clock::now() - *pair.heard) : -1);
    pair.counted += static_cast<std::size_t>(asked);
    pair.hole = {};
  }

  std::vector<Node> nodes_;
  std::map<std::uint16_t, Pair> pairs_;
  std::uint16_t next_id_ = 1;
};

}  // namespace
}  // namespace wgmesh

int main(int count, char** words) {
  try {
    if (count < 2) { throw std::runtime_error("exchange PID:ADDRESS..."); }
    wgmesh::Exchange({words + 1, words + count}).run();
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "exchange: {}\n", error.what());
    return 1;
  }
}
