#include "tests/support/agent/test_node.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "agent/peers/endpoints.h"
#include "agent/session/serve.h"
#include "agent/store/last_change.h"

namespace wgmesh {

std::map<std::string, std::string> files_under(const std::string& folder) {
  std::map<std::string, std::string> files;
  if (!std::filesystem::exists(folder)) { return files; }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".lock") { continue; }
    if (entry.path().filename() == kLastChange) { continue; }
    std::ifstream file(entry.path(), std::ios::binary);
    files[std::filesystem::relative(entry.path(), folder)] =
        std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

TestNode::TestNode() {
  this_node.paths = {
      folder.path() + "/lib",        folder.path() + "/run",
      {interfaces.path()},           {folder.path() + "/lib/bin", folder.path() + "/opt"},
      folder.path() + "/no-systemd", folder.path() + "/units",
      folder.path() + "/systemctl",  folder.path() + "/journal.socket",
      folder.path() + "/log.socket"};
  this_node.paths.wireguard = folder.path() + "/wireguard";
  this_node.paths.self = "";  // the test's own program is large, and stays where it is
  this_node.open_kernel = [this] {
    return std::make_unique<FailingKernel>(kernel, InjectedFault{});
  };
  this_node.open_session_kernel = [this] { return std::make_unique<FailingKernel>(kernel, fault); };
  this_node.probe = [](const proto::Open&, const ResolvedEndpoints& endpoints, const KernelReading&,
                       const std::set<std::string>&, proto::Hello& hello) {
    for (const auto& [node, resolved] : endpoints) {
      proto::EndpointRoute& route = *hello.add_routes();
      route.set_node(node);
      route.set_error(resolved.error);
      if (!resolved.addresses.empty()) { route.set_address(to_text(resolved.addresses.front())); }
      route.set_mtu(1500);
    }
  };
  // The fake kernel lives in this process, so a process of its own could not undo there.
  this_node.with_watcher = false;
  this_node.lock_patience = std::chrono::milliseconds(300);
}

TestSession::TestSession(TestNode& node) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw SystemError("socketpair", errno);
  }
  end_.reset(ends[0]);
  const timeval patience{20, 0};
  ::setsockopt(end_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  thread_ = std::thread([this, &node, end = ends[1]] {
    SessionIo io(UniqueFd(::dup(end)), UniqueFd(end), -1,
                 [&node] { return BootClock::now() + node.slept.load(); });
    result_ = serve(io, node.this_node);
  });
}

TestSession::~TestSession() { close(); }

void TestSession::send(const proto::ToAgent& message) {
  send_octets(encode_frame(message.SerializeAsString()));
}

void TestSession::send_octets(const std::string& octets) {
  ::send(end_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
}

std::optional<proto::FromAgent> TestSession::receive() {
  for (;;) {
    while (const auto octets = frames_.next()) {
      proto::FromAgent message;
      EXPECT_TRUE(message.ParseFromString(*octets));
      if (message.body_case() != proto::FromAgent::kProgress) { return message; }
    }
    char buffer[4096];
    const ssize_t n = ::recv(end_.get(), buffer, sizeof buffer, 0);
    if (n < 0 && errno == EINTR) {
      continue;  // a wait with a timeout is not taken up again
    }
    if (n <= 0) { return std::nullopt; }
    const std::string_view octets(buffer, static_cast<std::size_t>(n));
    if (magic_seen_) {
      frames_.feed(octets);
    } else if (scanner_.find(octets, kMagicLine)) {
      magic_seen_ = true;
      frames_.feed(scanner_.take_rest());
    }
  }
}

proto::FromAgent TestSession::ask(const proto::ToAgent& message) {
  send(message);
  const auto answer = receive();
  EXPECT_TRUE(answer) << "no answer";
  return answer.value_or(proto::FromAgent());
}

int TestSession::close() {
  ::shutdown(end_.get(), SHUT_WR);
  if (thread_.joinable()) { thread_.join(); }
  return result_;
}

proto::Hello TestSession::open(const proto::Open& open) {
  proto::ToAgent message;
  *message.mutable_open() = open;
  const proto::FromAgent answer = ask(message);
  EXPECT_TRUE(answer.has_hello()) << answer.error().message();
  generation_ = answer.hello().generation();
  return answer.hello();
}

void TestSession::make_secrets(const proto::Plan& plan) {
  proto::ToAgent message;
  message.mutable_make_secrets();
  const SessionKey theirs;
  const auto& octets = theirs.public_key().octets;
  for (const proto::Peer& peer : plan.peers()) {
    proto::SecretFor& one = *message.mutable_make_secrets()->add_peers();
    one.set_node(peer.node());
    one.set_session_key(std::string(octets.begin(), octets.end()));
  }
  EXPECT_EQ(ask(message).secrets().sealed_size(), plan.peers_size());
}

proto::FromAgent TestSession::propose(proto::Goal goal, const proto::Plan* plan, bool only_counts) {
  proto::ToAgent message;
  message.mutable_propose()->set_goal(goal);
  message.mutable_propose()->set_only_counts(only_counts);
  if (plan != nullptr) {
    *message.mutable_propose()->mutable_plan() = *plan;
    message.mutable_propose()->mutable_plan()->set_generation(generation_ + 1);
  }
  return ask(message);
}

proto::FromAgent TestSession::propose_from_the_start(const proto::Plan& plan) {
  open(open_for(plan));
  make_secrets(plan);
  return propose(proto::UP, &plan);
}

proto::FromAgent TestSession::apply() {
  proto::ToAgent message;
  message.mutable_apply();
  const proto::FromAgent answer = ask(message);
  applied_ = answer.has_applied();
  return answer;
}

proto::FromAgent TestSession::hold() {
  proto::ToAgent message;
  message.mutable_hold();
  return ask(message);
}

proto::FromAgent TestSession::commit() {
  if (applied_) {
    const proto::FromAgent answer = hold();
    if (!answer.has_held()) { return answer; }
  }
  return commit_at_once();
}

proto::FromAgent TestSession::commit_at_once() {
  proto::ToAgent message;
  message.mutable_commit();
  const proto::FromAgent answer = ask(message);
  if (!answer.has_committed()) { return answer; }
  // What the agent does after that answer, it has done when it answers again.
  proto::ToAgent heartbeat;
  heartbeat.mutable_heartbeat();
  ask(heartbeat);
  return answer;
}

proto::FromAgent TestSession::undo() {
  proto::ToAgent message;
  message.mutable_undo();
  return ask(message);
}

void bring_up(TestNode& node, const proto::Plan& plan) {
  TestSession session(node);
  const auto changes = session.propose_from_the_start(plan);
  ASSERT_TRUE(changes.has_changes()) << changes.error().message();
  const auto applied = session.apply();
  ASSERT_TRUE(applied.has_applied()) << applied.error().message();
  const auto committed = session.commit();
  ASSERT_TRUE(committed.has_committed()) << committed.error().message();
  EXPECT_EQ(session.close(), 0);
}

}  // namespace wgmesh
