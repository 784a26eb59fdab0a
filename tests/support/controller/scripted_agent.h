// A Transport with an agent inside that answers from a script: no node, no process, no socket. By
// default it plays a well-behaved node with one change to make; tests replace single answers.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "common/frame.h"
#include "controller/reach/transport.h"
#include "proto/session.pb.h"

namespace wgmesh {

// The key that a node of that number plays: 32 octets of it. Beyond 255 the first one is another than the rest.
std::string played_key(std::uint16_t number);

// What one scripted node has seen, shared with the test.
struct ScriptedNode {
  using Answer = std::function<std::vector<proto::FromAgent>(const proto::ToAgent&)>;

  // Answers by body; an entry here replaces the default. An empty list leaves the controller
  // waiting.
  std::map<proto::ToAgent::BodyCase, Answer> answers;
  // Bodies after whose answer the stream ends.
  std::set<proto::ToAgent::BodyCase> ends_after;
  std::uint16_t public_key_octet = 1;
  bool knows_hold = true;  // every hello says so, a scripted one too
  bool knows_export = true;
  bool knows_call_again = true;
  std::vector<proto::ToAgent> seen;
  std::mutex mutex;  // of `seen`

  bool saw(proto::ToAgent::BodyCase body);
  proto::ToAgent last(proto::ToAgent::BodyCase body);
};

class ScriptedAgent final : public Transport {
 public:
  explicit ScriptedAgent(ScriptedNode& node) : node_(node) {}

  void start(std::string_view) override {}
  void write(std::string_view octets, Deadline deadline) override;
  std::string read(Deadline deadline) override;
  std::string stderr_text() override { return {}; }
  bool takes_command_line() const override { return false; }
  void interrupt() override;

 private:
  ScriptedNode& node_;
  FrameReader frames_;
  std::mutex mutex_;
  std::condition_variable readable_;
  std::string to_read_;
  bool ended_ = false;
  bool interrupted_ = false;
};

proto::FromAgent error_frame(const std::string& step, const std::string& message, bool undone,
                             proto::Error::Kind kind = proto::Error::FAILED);

}  // namespace wgmesh
