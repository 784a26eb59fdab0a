#include "agent/session/benching.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "agent/bench/bench_place.h"
#include "agent/bench/bench_receiver.h"
#include "agent/bench/bench_sender.h"
#include "agent/change/refused.h"
#include "agent/store/lock.h"
#include "agent/text/messages.h"

namespace wgmesh {
namespace {

using std::chrono::milliseconds;

// Whatever the controller wants.
constexpr milliseconds kLongestReceive{180'000};
constexpr milliseconds kLongestLoad{60'000};

milliseconds at_most(std::uint32_t wanted, milliseconds most) {
  return std::min(milliseconds(wanted), most);
}

std::uint16_t port_from(std::uint32_t port) {
  if (port == 0 || port > 65535) { throw Error(say<"bench-port-invalid">(port)); }
  return static_cast<std::uint16_t>(port);
}

// Whoever changes the mesh holds its lock. It is free again at once: a change that begins now does not wait for us.
void refuse_open_change(const proto::Open& open, const std::string& locks) {
  try {
    const Holder me{open.origin(), kEndsSoon, std::time(nullptr), ::getpid()};
    const MeshLock free(locks, open.mesh(), me, milliseconds(0));
  } catch (const Locked& error) { throw Refused(say<"bench-change-open">(error.message())); }
}

void receive(SessionIo& io, const BenchEnds& ends, const proto::BenchReceive& wanted) {
  BenchReceiver::Limits limits;
  limits.duration = at_most(wanted.duration(), kLongestReceive);
  limits.most_octets = wanted.most_octets();
  BenchReceiver receiver(ends, bench_tags_of(wanted.path().token()), limits);
  proto::FromAgent listening;
  listening.mutable_bench_listening()->set_tcp_port(receiver.tcp_port());
  listening.mutable_bench_listening()->set_udp_port(receiver.udp_port());
  io.write(listening);
  proto::FromAgent received;
  *received.mutable_bench_received() = receiver.run([&io] { return io.ended(); });
  io.write(received);
}

void send(SessionIo& io, const BenchEnds& ends, const proto::BenchSend& wanted) {
  BenchLoad load;
  load.tcp_port = port_from(wanted.tcp_port());
  load.udp_port = port_from(wanted.udp_port());
  load.tcp_duration = at_most(wanted.tcp_duration(), kLongestLoad);
  load.udp_duration = at_most(wanted.udp_duration(), kLongestLoad);
  load.most_octets = wanted.most_octets();
  const BenchTags tags = bench_tags_of(wanted.path().token());
  proto::FromAgent sent;
  *sent.mutable_bench_sent() = send_bench(ends, tags, load, [&io] { return io.ended(); });
  io.write(sent);
}

}  // namespace

void bench(SessionIo& io, Kernel& kernel, const proto::Open& open, const std::string& locks,
           const proto::ToAgent& wanted) {
  refuse_open_change(open, locks);
  const bool receives = wanted.has_bench_receive();
  const proto::BenchPath& path =
      receives ? wanted.bench_receive().path() : wanted.bench_send().path();
  const BenchEnds ends = bench_ends(kernel, open, path);
  receives ? receive(io, ends, wanted.bench_receive()) : send(io, ends, wanted.bench_send());
}

}  // namespace wgmesh
