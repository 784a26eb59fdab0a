#include "agent/bench/bench_sender.h"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <vector>

#include "agent/bench/bench_figures.h"
#include "agent/bench/datagram_pace.h"
#include "agent/bench/round_trips.h"
#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kHelloEvery = 100ms;
constexpr int kIdleQuestions = 20;
constexpr auto kIdleEvery = 20ms;
constexpr auto kLastAnswer = 1000ms;
constexpr auto kLoadEvery = 50ms;
constexpr auto kDrain = 2000ms;
constexpr std::size_t kWrite = 128U << 10;
// Of the stream, that waits in this machine for its turn: what is counted is what the path takes.
constexpr int kMostUnsent = 512 << 10;
constexpr std::size_t kSendBatch = 32;
constexpr auto kLastDatagram = 100ms;

class BenchSender {
 public:
  BenchSender(const BenchEnds& ends, const BenchTags& tags, const BenchLoad& load,
              const std::function<bool()>& is_over)
      : ends_(ends),
        tags_(tags),
        load_(load),
        watch_(is_over),
        udp_(open_bench_socket(ends, SOCK_DGRAM)),
        stream_(open_bench_socket(ends, SOCK_STREAM)),
        questions_(udp_.get(), tags) {}

  proto::BenchSent run() {
    greet_over_udp();
    greet_over_tcp();
    measure_idle();
    send_stream();
    drain();
    send_datagrams();
    wait_quietly(kLastDatagram);
    return sent_;
  }

 private:
  void greet_over_udp();
  void greet_over_tcp();
  void measure_idle();
  void send_stream();
  bool send_some(std::span<const char> block, std::uint64_t& written);
  void drain();
  void send_datagrams();
  std::size_t send_batch(std::size_t count, std::size_t size);
  std::size_t datagram_size() const;
  std::uint64_t acknowledged() const;
  void wait_quietly(milliseconds time);
  [[noreturn]] void refuse_silence(std::string_view protocol, std::uint16_t port) const;
  bool is_over(BenchTime now, BenchTime until) { return now >= until || watch_.is_over(now); }

  const BenchEnds& ends_;
  const BenchTags& tags_;
  const BenchLoad& load_;
  BenchWatch watch_;
  UniqueFd udp_;
  UniqueFd stream_;
  RoundTrips questions_;
  std::uint64_t rate_ = 0;  // bits per second, of the stream
  std::vector<char> payload_;
  proto::BenchSent sent_;
};

void BenchSender::refuse_silence(std::string_view protocol, std::uint16_t port) const {
  throw Error(
      say<"bench-no-answer">(to_text(SocketAddress{ends_.peer, port}), protocol,
                             std::chrono::ceil<std::chrono::seconds>(load_.patience).count()));
}

void BenchSender::greet_over_udp() {
  connect_bench_socket(udp_.get(), ends_, load_.udp_port, Clock::now());
  const auto hello = tags_.put({BenchKind::kHello});
  const BenchTime until = Clock::now() + load_.patience;
  std::array<char, kBenchPacketSize> octets;
  for (BenchTime now = Clock::now(); !is_over(now, until); now = Clock::now()) {
    ::send(udp_.get(), hello.data(), hello.size(), MSG_NOSIGNAL);
    pollfd waiting{udp_.get(), POLLIN, 0};
    wait_for_ready({&waiting, 1}, std::min(now + kHelloEvery, until));
    const ssize_t n = ::recv(udp_.get(), octets.data(), octets.size(), 0);
    const auto packet =
        tags_.parse(std::span(octets).first(n > 0 ? static_cast<std::size_t>(n) : 0));
    if (packet && packet->kind == BenchKind::kProof) { return; }
    // Somebody else's words, or nobody's port: neither is to be asked in a hurry.
    if (waiting.revents != 0) { wait_quietly(10ms); }
  }
  refuse_silence("UDP", load_.udp_port);
}

void BenchSender::greet_over_tcp() {
  const BenchTime until = Clock::now() + load_.patience;
  connect_bench_socket(stream_.get(), ends_, load_.tcp_port, until);
  const int most = kMostUnsent;
  ::setsockopt(stream_.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, sizeof most);
  const auto hello = tags_.put({BenchKind::kHello});
  ::send(stream_.get(), hello.data(), hello.size(), MSG_NOSIGNAL);
  std::vector<char> said;
  std::array<char, kBenchPacketSize> octets;
  for (BenchTime now = Clock::now(); !is_over(now, until); now = Clock::now()) {
    pollfd waiting{stream_.get(), POLLIN, 0};
    if (!wait_for_ready({&waiting, 1}, std::min(BenchWatch::look_by(now), until))) { continue; }
    const ssize_t n = ::recv(stream_.get(), octets.data(), octets.size() - said.size(), 0);
    if (n <= 0) { break; }
    said.insert(said.end(), octets.begin(), octets.begin() + n);
    if (said.size() < kBenchPacketSize) { continue; }
    const auto packet = tags_.parse(said);
    if (packet && packet->kind == BenchKind::kProof) { return; }
    break;
  }
  refuse_silence("TCP", load_.tcp_port);
}

void BenchSender::measure_idle() {
  questions_.begin();
  BenchTime next = Clock::now();
  int asked = 0;
  const BenchTime until = next + kIdleEvery * kIdleQuestions + kLastAnswer;
  for (BenchTime now = next; !is_over(now, until); now = Clock::now()) {
    if (asked < kIdleQuestions && now >= next) {
      questions_.ask(now);
      ++asked;
      next = now + kIdleEvery;
    }
    questions_.hear();
    if (asked == kIdleQuestions && questions_.all_answered()) { break; }
    pollfd waiting{udp_.get(), POLLIN, 0};
    wait_for_ready({&waiting, 1},
                   std::min(asked < kIdleQuestions ? next : BenchWatch::look_by(now), until));
  }
  if (const auto median = questions_.median()) { sent_.set_round_trip_idle(*median); }
}

void BenchSender::send_stream() {
  const std::vector<char> block(kWrite);
  questions_.begin();
  const CpuTime cpu_before = read_cpu_time();
  const BenchTime began = Clock::now();
  const BenchTime until = began + load_.tcp_duration;
  BenchTime next_question = began + kLoadEvery;
  std::uint64_t written = 0;
  for (BenchTime now = began; !is_over(now, until) && written < load_.most_octets;
       now = Clock::now()) {
    if (now >= next_question) {
      questions_.ask(now);
      next_question = now + kLoadEvery;
    }
    questions_.hear();
    if (send_some(block, written)) { continue; }
    std::array<pollfd, 2> waiting{{{stream_.get(), POLLOUT, 0}, {udp_.get(), POLLIN, 0}}};
    wait_for_ready(waiting, std::min({next_question, until, BenchWatch::look_by(now)}));
  }
  const std::chrono::duration<double> took = Clock::now() - began;
  rate_ = static_cast<std::uint64_t>(static_cast<double>(acknowledged()) * 8 / took.count());
  sent_.set_cpu(busy_between(cpu_before, read_cpu_time()));
  questions_.hear();
  if (const auto median = questions_.median()) { sent_.set_round_trip_load(*median); }
}

// False when the socket takes no more.
bool BenchSender::send_some(std::span<const char> block, std::uint64_t& written) {
  const auto left = std::min<std::uint64_t>(block.size(), load_.most_octets - written);
  const ssize_t n = ::send(stream_.get(), block.data(), left, MSG_NOSIGNAL);
  if (n < 0 && errno == EAGAIN) { return false; }
  if (n < 0 && errno == EINTR) { return true; }
  if (n < 0) { throw SystemError("send to " + to_text(ends_.peer), errno); }
  written += static_cast<std::uint64_t>(n);
  return true;
}

std::uint64_t BenchSender::acknowledged() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  ::getsockopt(stream_.get(), IPPROTO_TCP, TCP_INFO, &info, &size);
  return size >= offsetof(tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked
             ? info.tcpi_bytes_acked
             : 0;
}

// The datagrams shall have the path for themselves.
void BenchSender::drain() {
  const BenchTime until = Clock::now() + kDrain;
  for (BenchTime now = Clock::now(); !is_over(now, until); now = Clock::now()) {
    int unacknowledged = 0;
    if (::ioctl(stream_.get(), SIOCOUTQ, &unacknowledged) != 0 || unacknowledged == 0) { return; }
    wait_quietly(5ms);
  }
}

std::size_t BenchSender::datagram_size() const {
  constexpr std::size_t kSmallest = 256;
  constexpr std::size_t kLargest = 8900;
  const bool is_ipv4 = ends_.own.family == Family::kIpv4;
  int mtu = 0;
  socklen_t size = sizeof mtu;
  ::getsockopt(udp_.get(), is_ipv4 ? IPPROTO_IP : IPPROTO_IPV6, is_ipv4 ? IP_MTU : IPV6_MTU, &mtu,
               &size);
  const int payload = mtu - (is_ipv4 ? 28 : 48);
  return std::clamp(static_cast<std::size_t>(std::max(payload, 0)), kSmallest, kLargest);
}

void BenchSender::send_datagrams() {
  const std::size_t size = datagram_size();
  payload_.resize(size - kBenchPacketSize);
  const BenchTime began = Clock::now();
  const BenchTime until = began + load_.udp_duration;
  DatagramPace pace(rate_, size, began);
  std::uint64_t sent = 0;
  for (BenchTime now = began; !is_over(now, until); now = Clock::now()) {
    const std::uint64_t room = load_.most_octets / size - sent;
    if (room == 0) { break; }
    const std::size_t due = std::min<std::uint64_t>({pace.due(now), kSendBatch, room});
    const std::size_t done = due == 0 ? 0 : send_batch(due, size);
    pace.took(done);
    sent += done;
    if (done > 0) { continue; }
    // Nothing is due, or the interface has no room: either will have changed in a moment.
    wait_quietly(1ms);
  }
  sent_.set_udp_datagrams(sent);
}

std::size_t BenchSender::send_batch(std::size_t count, std::size_t size) {
  const auto head = tags_.put({BenchKind::kData});
  std::array<iovec, 2> parts{
      {{const_cast<char*>(head.data()), head.size()}, {payload_.data(), size - head.size()}}};
  std::array<mmsghdr, kSendBatch> messages{};
  for (std::size_t i = 0; i < count; ++i) {
    messages[i].msg_hdr.msg_iov = parts.data();
    messages[i].msg_hdr.msg_iovlen = parts.size();
  }
  const int n = ::sendmmsg(udp_.get(), messages.data(), static_cast<unsigned>(count), MSG_NOSIGNAL);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

void BenchSender::wait_quietly(milliseconds time) { wait_for_ready({}, Clock::now() + time); }

}  // namespace

proto::BenchSent send_bench(const BenchEnds& ends, const BenchTags& tags, const BenchLoad& load,
                            const std::function<bool()>& is_over) {
  return BenchSender(ends, tags, load, is_over).run();
}

}  // namespace wgmesh
