// A node in a temporary folder with a fake kernel, and a controller's end of a session with it:
// what the tests of `serve` and its parts stand on.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "agent/linux/failing_kernel.h"
#include "agent/node/this_node.h"
#include "agent/store/store.h"
#include "common/frame.h"
#include "common/unique_fd.h"
#include "proto/session.pb.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/fake_kernel.h"
#include "tests/support/agent/temporary_folder.h"

namespace wgmesh {

// Every file under it by path from there, with its content; but for locks and
// the note of the last change.
std::map<std::string, std::string> files_under(const std::string& folder);

class TestNode {
 public:
  TestNode();

  FakeKernel kernel;
  TemporaryFolder folder;
  TemporaryFolder interfaces;  // on the PATH, as it were
  ThisNode this_node;
  InjectedFault fault;  // of the kernel that the next session gets
  // Added to the session's clock, as if the machine had slept for so long. Any thread.
  std::atomic<std::chrono::milliseconds> slept = std::chrono::milliseconds(0);

  Store store() const { return Store(this_node.paths.state); }
  std::map<std::string, std::string> files() const { return files_under(folder.path()); }
};

// `serve` in a thread of its own; frames go over a socket pair.
class TestSession {
 public:
  explicit TestSession(TestNode& node);
  TestSession(const TestSession&) = delete;
  TestSession& operator=(const TestSession&) = delete;
  ~TestSession();

  void send(const proto::ToAgent& message);
  void send_octets(const std::string& octets);
  // The next message that is not Progress; empty at end of file.
  std::optional<proto::FromAgent> receive();
  proto::FromAgent ask(const proto::ToAgent& message);
  // End of file for the agent; returns serve's exit code.
  int close();

  // The steps up to a proposal, with a plan whose preshared keys are made here. A plan is proposed
  // for the generation that follows the one that the hello told.
  proto::Hello open(const proto::Open& open);
  void make_secrets(const proto::Plan& plan);
  proto::FromAgent propose(proto::Goal goal, const proto::Plan* plan = nullptr,
                           bool only_counts = false);
  // All of these for `plan`, which is to be up.
  proto::FromAgent propose_from_the_start(const proto::Plan& plan);
  proto::FromAgent apply();
  // Asks to hold first, if it has applied; what is no promise is the answer.
  proto::FromAgent commit();
  proto::FromAgent hold();
  proto::FromAgent commit_at_once();
  proto::FromAgent undo();

 private:
  UniqueFd end_;
  FrameReader frames_;
  bool magic_seen_ = false;
  std::uint64_t generation_ = 0;
  bool applied_ = false;
  LineScanner scanner_;
  std::thread thread_;
  int result_ = -1;
};

// Opens, makes secrets, proposes, applies, commits. Expects each to succeed.
void bring_up(TestNode& node, const proto::Plan& plan);

}  // namespace wgmesh
