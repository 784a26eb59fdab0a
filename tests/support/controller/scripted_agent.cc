#include "tests/support/controller/scripted_agent.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace wgmesh {

std::string played_key(std::uint16_t number) {
  std::string key(32, static_cast<char>(number));
  if (number > 255) { key[0] = static_cast<char>(number ^ (0x80 | (number >> 8))); }
  return key;
}

namespace {

std::vector<proto::FromAgent> default_answer(const ScriptedNode& node,
                                             const proto::ToAgent& frame) {
  proto::FromAgent answer;
  switch (frame.body_case()) {
    case proto::ToAgent::kOpen: {
      proto::Hello& hello = *answer.mutable_hello();
      hello.set_protocol_version(kProtocolVersion);
      hello.set_public_key(played_key(node.public_key_octet));
      hello.set_session_key(played_key(static_cast<std::uint16_t>(node.public_key_octet + 100)));
      hello.set_knows_export(node.knows_export);
      hello.set_knows_call_again(node.knows_call_again);
      if (frame.open().surveys()) {
        proto::Survey& survey = *hello.mutable_survey();
        survey.set_host_name("played");
        survey.set_port_user("WireGuard device wg0");
        survey.set_free_port(frame.open().listen_port() + 1);
      }
      break;
    }
    case proto::ToAgent::kMakeSecrets:
      answer.mutable_secrets();
      for (const auto& peer : frame.make_secrets().peers()) {
        proto::SealedSecret& box = *answer.mutable_secrets()->add_sealed();
        box.set_node(peer.node());
        box.set_box("box for " + peer.node());
        box.mutable_box()->resize(80);
      }
      break;
    case proto::ToAgent::kPropose:
      answer.mutable_changes()->add_changes()->set_text("ip link add wg-m type wireguard");
      break;
    case proto::ToAgent::kApply:
      answer.mutable_applied();
      break;
    case proto::ToAgent::kSwitchOver:
      answer.mutable_switched_over();
      break;
    case proto::ToAgent::kCallPeers:
      answer.mutable_peers_called();
      break;
    case proto::ToAgent::kCallAgain:
      answer.mutable_called_again();
      break;
    case proto::ToAgent::kCommit:
      answer.mutable_committed();
      break;
    case proto::ToAgent::kUndo:
      answer.mutable_undone();
      break;
    case proto::ToAgent::kAskStatus:
      answer.mutable_status();
      break;
    case proto::ToAgent::kListen:
      for (const bool inner : {true, false}) {
        proto::Listener& listener = *answer.mutable_listening()->add_listeners();
        listener.set_address(fmt::format("{}.0.0.{}", inner ? 198 : 10, node.public_key_octet));
        listener.set_port(4000);
        listener.set_inner(inner);
      }
      break;
    case proto::ToAgent::kProbe:
      answer.mutable_probed();
      for (int i = 0; i < frame.probe().targets_size(); ++i) {
        proto::ProbeResult& result = *answer.mutable_probed()->add_results();
        result.set_asked(5);
        result.set_answered(5);
        result.set_round_trip(1000U * static_cast<std::uint32_t>(i + 1));
        result.set_large_answered(true);
      }
      break;
    case proto::ToAgent::kHold:
      answer.mutable_held();
      break;
    case proto::ToAgent::kHeartbeat:
      answer.mutable_alive();
      break;
    case proto::ToAgent::kBenchReceive: {
      answer.mutable_bench_listening()->set_tcp_port(4001);
      answer.mutable_bench_listening()->set_udp_port(4002);
      proto::FromAgent received;
      received.mutable_bench_received()->set_tcp_rate(941'000'000);
      received.mutable_bench_received()->set_udp_rate(930'000'000);
      received.mutable_bench_received()->set_udp_datagrams(990);
      received.mutable_bench_received()->set_cpu(520);
      return {answer, received};
    }
    case proto::ToAgent::kBenchSend:
      answer.mutable_bench_sent()->set_udp_datagrams(1000);
      answer.mutable_bench_sent()->set_round_trip_idle(310);
      answer.mutable_bench_sent()->set_round_trip_load(2400);
      answer.mutable_bench_sent()->set_cpu(350);
      break;
    case proto::ToAgent::kExportFiles: {
      proto::ExportedFile& file = *answer.mutable_exported_files()->add_files();
      file.set_name("wg-m.conf");
      file.add_lines("PrivateKey = (hidden)");
      break;
    }
    case proto::ToAgent::BODY_NOT_SET:
      return {};
  }
  return {answer};
}

}  // namespace

bool ScriptedNode::saw(proto::ToAgent::BodyCase body) {
  const std::lock_guard lock(mutex);
  for (const auto& frame : seen) {
    if (frame.body_case() == body) { return true; }
  }
  return false;
}

proto::ToAgent ScriptedNode::last(proto::ToAgent::BodyCase body) {
  const std::lock_guard lock(mutex);
  for (auto frame = seen.rbegin(); frame != seen.rend(); ++frame) {
    if (frame->body_case() == body) { return *frame; }
  }
  return {};
}

void ScriptedAgent::write(std::string_view octets, Deadline) {
  if (ended_) { throw Unreachable(Said{"", "the node has ended the session", ""}); }
  frames_.feed(octets);
  while (auto message = frames_.next()) {
    proto::ToAgent frame;
    if (!frame.ParseFromString(*message)) {
      throw std::runtime_error("the controller wrote garbage");
    }
    {
      const std::lock_guard lock(node_.mutex);
      node_.seen.push_back(frame);
    }
    const auto scripted = node_.answers.find(frame.body_case());
    auto answers =
        scripted != node_.answers.end() ? scripted->second(frame) : default_answer(node_, frame);
    const std::lock_guard lock(mutex_);
    ended_ = ended_ || node_.ends_after.contains(frame.body_case());
    for (proto::FromAgent& answer : answers) {
      if (answer.has_hello()) { answer.mutable_hello()->set_knows_hold(node_.knows_hold); }
    }
    for (const auto& answer : answers) { to_read_ += encode_frame(answer.SerializeAsString()); }
  }
}

std::string ScriptedAgent::read(Deadline deadline) {
  std::unique_lock lock(mutex_);
  const bool ready = readable_.wait_until(
      lock, deadline, [&] { return interrupted_ || ended_ || !to_read_.empty(); });
  if (std::exchange(interrupted_, false)) { throw Interrupted(Said{"", "interrupted", ""}); }
  if (!ready) { throw TimedOut(Said{"", "no answer in time", ""}); }
  return std::exchange(to_read_, {});
}

void ScriptedAgent::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
  }
  readable_.notify_all();
}

proto::FromAgent error_frame(const std::string& step, const std::string& message, bool undone,
                             proto::Error::Kind kind) {
  proto::FromAgent frame;
  proto::Error& error = *frame.mutable_error();
  error.set_kind(kind);
  error.set_step(step);
  error.set_message(message);
  error.set_undone(undone);
  return frame;
}

}  // namespace wgmesh
