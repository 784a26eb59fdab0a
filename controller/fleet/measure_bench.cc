#include "controller/fleet/measure_bench.h"

#include <sodium.h>

#include <optional>
#include <string>
#include <utility>

#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr const char* kStep = "bench";
constexpr std::size_t kBenchTokenOctets = 32;
// For first answers, questions and what is still on its way: what a run takes longer than its load, at most.
constexpr milliseconds kAround = 15s;
// Until an answer that is due has come through SSH.
constexpr milliseconds kAnswer = 10s;

// What a node answers, or why it does not while its session goes on.
template <class Answer>
struct Answered {
  std::optional<Answer> answer;
  Said why_not;
};

// An agent that says why nothing can be measured goes on.
template <class Ask>
auto answer_of(const Ask& ask) -> Answered<decltype(ask())> {
  try {
    return {ask(), {}};
  } catch (const AgentError& error) {
    const bool has_ended =
        error.kind() == proto::Error::PROTOCOL || error.kind() == proto::Error::LOCKED;
    if (has_ended) { throw; }
    return {std::nullopt, {error.id(), error.message(), error.cure()}};
  }
}

Said of_node(const std::string& node, Said said) {
  said.text = node + ": " + said.text;
  return said;
}

class BenchMeasuring {
 public:
  BenchMeasuring(Fleet& fleet, const BenchAddresses& addresses, const BenchBounds& bounds,
                 BenchRun& run)
      : fleet_(fleet),
        addresses_(addresses),
        bounds_(bounds),
        run_(run),
        token_(kBenchTokenOctets, '\0') {
    randombytes_buf(token_.data(), token_.size());
  }
  BenchMeasuring(const BenchMeasuring&) = delete;
  BenchMeasuring& operator=(const BenchMeasuring&) = delete;
  ~BenchMeasuring() { sodium_memzero(token_.data(), token_.size()); }

  void run() {
    auto listening = fleet_.ask(kStep, is(run_.to), [&](const Node&, Session& session) {
      return answer_of([&] { return session.bench_listen(receive()); });
    });
    const auto found = listening.find(run_.to);
    if (found == listening.end()) { return note_lost(run_.to); }
    if (!found->second.answer) { return note(run_.to, found->second.why_not); }
    const proto::BenchSend wanted = send(*found->second.answer);
    const auto answers = fleet_.ask(
        kStep, [&](const Node& node) { return node.name == run_.from || node.name == run_.to; },
        [&](const Node& node, Session& session) {
          Both both;
          if (node.name == run_.from) {
            both.sent = answer_of([&] { return session.bench_send(wanted, longest() + kAnswer); });
          } else {
            both.received = answer_of([&] { return session.bench_received(longest() + kAnswer); });
          }
          return both;
        });
    take(answers);
  }

 private:
  struct Both {
    Answered<proto::BenchSent> sent;
    Answered<proto::BenchReceived> received;
  };

  static Fleet::Chosen is(const std::string& name) {
    return [name](const Node& node) { return node.name == name; };
  }
  milliseconds longest() const { return bounds_.stream + bounds_.datagrams() + kAround; }

  proto::BenchPath path(const IpAddress& own, const IpAddress& peer) const {
    proto::BenchPath path;
    path.set_token(token_);
    path.set_own(to_text(own));
    path.set_peer(to_text(peer));
    path.set_beside(run_.beside);
    return path;
  }
  proto::BenchReceive receive() const {
    proto::BenchReceive wanted;
    *wanted.mutable_path() = path(addresses_.to, addresses_.from);
    wanted.set_duration(static_cast<std::uint32_t>(longest().count()));
    wanted.set_most_octets(bounds_.load_octets());
    return wanted;
  }
  proto::BenchSend send(const proto::BenchListening& listening) const {
    proto::BenchSend wanted;
    *wanted.mutable_path() = path(addresses_.from, addresses_.to);
    wanted.set_tcp_port(listening.tcp_port());
    wanted.set_udp_port(listening.udp_port());
    wanted.set_tcp_duration(static_cast<std::uint32_t>(milliseconds(bounds_.stream).count()));
    wanted.set_udp_duration(static_cast<std::uint32_t>(bounds_.datagrams().count()));
    wanted.set_most_octets(bounds_.load_octets());
    return wanted;
  }

  // Where both have something against it, the sender knows better.
  void take(const std::map<std::string, Both>& answers) {
    for (const std::string& name : {run_.from, run_.to}) {
      if (!answers.contains(name)) { return note_lost(name); }
    }
    const auto& sent = answers.at(run_.from).sent;
    const auto& received = answers.at(run_.to).received;
    if (!sent.answer) { return note(run_.from, sent.why_not); }
    if (!received.answer) { return note(run_.to, received.why_not); }
    put(*sent.answer, *received.answer);
  }
  void put(const proto::BenchSent& sent, const proto::BenchReceived& received) {
    BenchFigures figures;
    figures.tcp_rate = received.tcp_rate();
    figures.udp_rate = received.udp_rate();
    figures.udp_loss = loss_of(sent.udp_datagrams(), received.udp_datagrams());
    if (sent.has_round_trip_idle()) {
      figures.round_trip_idle = std::chrono::microseconds(sent.round_trip_idle());
    }
    if (sent.has_round_trip_load()) {
      figures.round_trip_load = std::chrono::microseconds(sent.round_trip_load());
    }
    figures.sender_cpu = sent.cpu();
    figures.receiver_cpu = received.cpu();
    run_.figures = figures;
  }
  void note(const std::string& name, const Said& why_not) { run_.why_not = of_node(name, why_not); }
  void note_lost(const std::string& name) { run_.why_not = say<"bench-node-lost">(name); }

  Fleet& fleet_;
  const BenchAddresses& addresses_;
  const BenchBounds& bounds_;
  BenchRun& run_;
  std::string token_;
};

}  // namespace

void measure_bench(Fleet& fleet, const BenchAddresses& addresses, const BenchBounds& bounds,
                   BenchRun& run) {
  BenchMeasuring(fleet, addresses, bounds, run).run();
}

}  // namespace wgmesh
