// The receiving end of a bench: listens at one address for one peer that knows the run's token, counts what comes, and
// closes all sockets when it is done. What the peer sends is hostile: it is counted, and never more of it is taken than
// was agreed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "agent/bench/bench_figures.h"
#include "agent/bench/bench_packet.h"
#include "agent/bench/bench_sockets.h"
#include "proto/session.pb.h"

namespace wgmesh {

class BenchReceiver {
 public:
  struct Limits {
    std::chrono::milliseconds duration{};          // of run()
    std::chrono::milliseconds until_hello{6'000};  // for the peer to come
    std::uint64_t most_octets = 0;                 // of the stream, and again of the datagrams
  };

  // Listens from now on. Throws SystemError.
  BenchReceiver(BenchEnds ends, BenchTags tags, const Limits& limits);

  std::uint16_t tcp_port() const { return port_of(listener_.get()); }
  std::uint16_t udp_port() const { return port_of(udp_.get()); }

  // Returns when the peer has ended the stream, the time is over, or `is_over`. Throws Error for a peer that does not
  // come, or that sends more than was agreed.
  proto::BenchReceived run(const std::function<bool()>& is_over);

 private:
  // Connections that have not yet shown that they know the token.
  struct Stranger {
    UniqueFd fd;
    std::vector<char> said;
    BenchTime since;
  };

  void wait(BenchTime now, BenchTime until);
  void accept_all(BenchTime now);
  void hear_strangers(BenchTime now);
  bool admit(Stranger& stranger);
  void read_stream();
  void read_datagrams();
  void take_datagram(std::span<const char> octets, std::span<const std::uint8_t> sender);
  void answer(const BenchPacket& packet);
  void require_agreed(std::uint64_t octets) const;
  proto::BenchReceived result() const;

  BenchEnds ends_;
  BenchTags tags_;
  Limits limits_;
  UniqueFd listener_;
  UniqueFd udp_;
  std::vector<Stranger> strangers_;
  UniqueFd stream_;
  bool is_greeted_ = false;  // over UDP
  bool has_ended_ = false;   // the stream
  ArrivalCount stream_count_;
  ArrivalCount datagram_count_;
  std::uint64_t datagrams_ = 0;
  CpuTime cpu_before_;
  std::optional<CpuTime> cpu_after_;
  std::vector<char> buffer_;
};

}  // namespace wgmesh
