#include "agent/bench/bench_receiver.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "agent/netlink/socket_address.h"
#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kRead = 256U << 10;
constexpr int kReadsInARow = 16;  // of the stream, before questions are answered
constexpr std::size_t kReceiveBatch = 32;
constexpr std::size_t kLargestDatagram = 9216;
constexpr std::size_t kMostStrangers = 8;
constexpr auto kStrangersPatience = 2s;

}  // namespace

BenchReceiver::BenchReceiver(BenchEnds ends, BenchTags tags, const Limits& limits)
    : ends_(std::move(ends)),
      tags_(std::move(tags)),
      limits_(limits),
      listener_(open_bench_listener(ends_)),
      udp_(open_bench_socket(ends_, SOCK_DGRAM)),
      buffer_(std::max(kRead, kReceiveBatch * kLargestDatagram)) {}

proto::BenchReceived BenchReceiver::run(const std::function<bool()>& is_over) {
  BenchWatch watch(is_over);
  const BenchTime began = Clock::now();
  for (BenchTime now = began; now < began + limits_.duration && !watch.is_over(now);
       now = Clock::now()) {
    if (!is_greeted_ && now >= began + limits_.until_hello) {
      throw Error(say<"bench-nobody-came">(
          to_text(ends_.peer), std::chrono::ceil<std::chrono::seconds>(now - began).count()));
    }
    wait(now, std::min(BenchWatch::look_by(now), began + limits_.duration));
    read_datagrams();
    if (listener_) { accept_all(now); }
    hear_strangers(now);
    if (stream_) { read_stream(); }
    if (has_ended_) { break; }
  }
  read_datagrams();  // that were on their way before the end of the stream
  proto::BenchReceived received = result();
  listener_.reset();
  udp_.reset();
  strangers_.clear();
  stream_.reset();
  return received;
}

void BenchReceiver::wait(BenchTime now, BenchTime until) {
  std::vector<pollfd> fds{{udp_.get(), POLLIN, 0}};
  if (listener_) { fds.push_back({listener_.get(), POLLIN, 0}); }
  if (stream_) { fds.push_back({stream_.get(), POLLIN, 0}); }
  for (const Stranger& stranger : strangers_) {
    fds.push_back({stranger.fd.get(), POLLIN, 0});
    until = std::min(until, stranger.since + kStrangersPatience);
  }
  wait_for_ready(fds, std::max(until, now));
}

void BenchReceiver::accept_all(BenchTime now) {
  for (;;) {
    KernelSocketAddress from;
    from.size = sizeof from.storage;
    UniqueFd fd(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&from.storage), &from.size,
                          SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) { return; }
    if (is_from(from.octets(), ends_.peer) && strangers_.size() < kMostStrangers) {
      strangers_.push_back({std::move(fd), {}, now});
    }
  }
}

void BenchReceiver::hear_strangers(BenchTime now) {
  for (Stranger& stranger : strangers_) {
    if (stream_) { break; }
    if (admit(stranger)) {
      stream_ = std::move(stranger.fd);
      listener_.reset();
    } else if (now - stranger.since >= kStrangersPatience) {
      stranger.fd.reset();
    }
  }
  if (stream_) { strangers_.clear(); }
  std::erase_if(strangers_, [](const Stranger& stranger) { return !stranger.fd; });
}

// Whether it has said who it is, and was told who we are. Takes away the descriptor of one that is wrong.
bool BenchReceiver::admit(Stranger& stranger) {
  std::array<char, kBenchPacketSize> octets;
  const ssize_t n =
      ::recv(stranger.fd.get(), octets.data(), kBenchPacketSize - stranger.said.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) { return false; }
  if (n > 0) { stranger.said.insert(stranger.said.end(), octets.begin(), octets.begin() + n); }
  if (n > 0 && stranger.said.size() < kBenchPacketSize) { return false; }
  const auto packet = tags_.parse(stranger.said);
  const auto proof = tags_.put({BenchKind::kProof});
  if (n > 0 && packet && packet->kind == BenchKind::kHello &&
      ::send(stranger.fd.get(), proof.data(), proof.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(proof.size())) {
    return true;
  }
  stranger.fd.reset();
  return false;
}

void BenchReceiver::read_stream() {
  for (int i = 0; i < kReadsInARow; ++i) {
    const ssize_t n = ::recv(stream_.get(), buffer_.data(), kRead, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) { return; }
    if (n <= 0) {
      has_ended_ = true;
      return;
    }
    if (stream_count_.octets() == 0) { cpu_before_ = read_cpu_time(); }
    stream_count_.add(Clock::now(), static_cast<std::uint64_t>(n));
    require_agreed(stream_count_.octets());
  }
}

void BenchReceiver::read_datagrams() {
  std::array<mmsghdr, kReceiveBatch> messages{};
  std::array<iovec, kReceiveBatch> places{};
  std::array<sockaddr_storage, kReceiveBatch> senders;
  for (std::size_t i = 0; i < kReceiveBatch; ++i) {
    places[i] = {buffer_.data() + i * kLargestDatagram, kLargestDatagram};
  }
  for (int reads = 0; reads < kReadsInARow; ++reads) {
    for (std::size_t i = 0; i < kReceiveBatch; ++i) {
      messages[i].msg_hdr.msg_name = &senders[i];
      messages[i].msg_hdr.msg_namelen = sizeof senders[i];
      messages[i].msg_hdr.msg_iov = &places[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int n = ::recvmmsg(udp_.get(), messages.data(), kReceiveBatch, MSG_DONTWAIT, nullptr);
    for (std::size_t i = 0; n > 0 && i < static_cast<std::size_t>(n); ++i) {
      take_datagram(
          {static_cast<const char*>(places[i].iov_base), messages[i].msg_len},
          {reinterpret_cast<const std::uint8_t*>(&senders[i]), messages[i].msg_hdr.msg_namelen});
    }
    if (n < static_cast<int>(kReceiveBatch)) { return; }
  }
}

void BenchReceiver::take_datagram(std::span<const char> octets,
                                  std::span<const std::uint8_t> sender) {
  const auto packet = tags_.parse(octets);
  if (!packet || !is_from(sender, ends_.peer)) { return; }
  if (!is_greeted_) {
    if (packet->kind != BenchKind::kHello) { return; }
    // From now on the kernel keeps away whoever else sends.
    const auto* const there = reinterpret_cast<const sockaddr*>(sender.data());
    if (::connect(udp_.get(), there, static_cast<socklen_t>(sender.size())) != 0) { return; }
    is_greeted_ = true;
  }
  if (packet->kind == BenchKind::kHello) { answer({BenchKind::kProof}); }
  if (packet->kind == BenchKind::kQuestion) { answer({BenchKind::kAnswer, packet->number}); }
  if (packet->kind != BenchKind::kData) { return; }
  if (!cpu_after_) { cpu_after_ = read_cpu_time(); }
  datagram_count_.add(Clock::now(), octets.size());
  ++datagrams_;
  require_agreed(datagram_count_.octets());
}

void BenchReceiver::answer(const BenchPacket& packet) {
  const auto octets = tags_.put(packet);
  ::send(udp_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
}

void BenchReceiver::require_agreed(std::uint64_t octets) const {
  if (octets <= limits_.most_octets) { return; }
  throw Error(say<"bench-too-much">(to_text(ends_.peer), limits_.most_octets));
}

proto::BenchReceived BenchReceiver::result() const {
  proto::BenchReceived received;
  received.set_tcp_rate(stream_count_.rate());
  received.set_udp_rate(datagram_count_.rate());
  received.set_udp_datagrams(datagrams_);
  received.set_cpu(busy_between(cpu_before_, cpu_after_.value_or(read_cpu_time())));
  return received;
}

}  // namespace wgmesh
