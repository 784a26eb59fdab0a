// play_agent serve: stands in for wgmesh-agent where only mesh is looked at. It answers as a node
// that does all it is asked, changes nothing on this machine, and notes in $PLAY_LOG what became of
// it. $PLAY lets it do otherwise:
//   fails        it cannot apply         dies     it ends while it applies
//   locked       somebody has it locked  slow     it takes long to plan
//   unchanged    there is nothing to do
//   keeps        it keeps the plan of its last commit in $PLAY_KEPT, and changes by what is new (keeping_node.h)
//   STEP:KIND    asked for that step (open secrets propose apply switch call hold commit undo
//   status receive send), it
//                does what misbehave.h says of KIND instead
#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <thread>

#include "tests/lab/tools/keeping_node.h"
#include "tests/lab/tools/misbehave.h"
#include "tests/support/controller/scripted_agent.h"

namespace wgmesh {
namespace {

using Body = proto::ToAgent;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

void note(const std::string& word) {
  if (const std::string path = variable("PLAY_LOG"); !path.empty()) { std::ofstream(path) << word; }
}

const std::map<std::string, Body::BodyCase> kSteps = {
    {"open", Body::kOpen},        {"secrets", Body::kMakeSecrets},  {"propose", Body::kPropose},
    {"apply", Body::kApply},      {"switch", Body::kSwitchOver},    {"call", Body::kCallPeers},
    {"hold", Body::kHold},        {"commit", Body::kCommit},        {"undo", Body::kUndo},
    {"status", Body::kAskStatus}, {"receive", Body::kBenchReceive}, {"send", Body::kBenchSend}};

void play(ScriptedNode& node, const std::string& role) {
  if (const auto colon = role.find(':'); colon != std::string::npos) {
    node.answers[kSteps.at(role.substr(0, colon))] =
        [kind = role.substr(colon + 1)](const proto::ToAgent&) -> std::vector<proto::FromAgent> {
      note("misbehaves");
      misbehave(kind);
    };
    return;
  }
  if (role == "fails") {
    node.answers[Body::kApply] = [](const proto::ToAgent&) {
      return std::vector{error_frame("ip link add", "File exists", true)};
    };
  } else if (role == "dies") {
    node.answers[Body::kApply] = [](const proto::ToAgent&) -> std::vector<proto::FromAgent> {
      _exit(1);
    };
  } else if (role == "locked") {
    node.answers[Body::kOpen] = [](const proto::ToAgent&) {
      return std::vector{error_frame("lock", "locked by ann@desk", false, proto::Error::LOCKED)};
    };
  } else if (role == "slow") {
    node.answers[Body::kPropose] = [](const proto::ToAgent&) -> std::vector<proto::FromAgent> {
      note("planning");
      std::this_thread::sleep_for(std::chrono::seconds(20));
      return {};
    };
  } else if (role == "keeps") {
    keep_plan(node, variable("PLAY_KEPT"));
  } else if (role == "unchanged") {
    node.answers[Body::kPropose] = [](const proto::ToAgent&) {
      proto::FromAgent nothing;
      nothing.mutable_changes();
      return std::vector{nothing};
    };
  }
}

void tell_what_became(ScriptedNode& node) {
  if (node.saw(Body::kCommit)) {
    note("committed");
  } else if (node.saw(Body::kApply)) {
    note("undone");
  } else if (node.saw(Body::kOpen)) {
    note("untouched");
  }
}

void write_out(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t count = write(STDOUT_FILENO, octets.data(), octets.size());
    if (count <= 0) { return; }
    octets.remove_prefix(static_cast<std::size_t>(count));
  }
}

void serve() {
  ScriptedNode node;
  node.public_key_octet =
      static_cast<std::uint16_t>(std::atoi(variable("PLAY_NUMBER").c_str()) + 1);
  play(node, variable("PLAY"));
  ScriptedAgent agent(node);
  const auto now = [] { return std::chrono::steady_clock::now(); };
  write_out(std::string(kMagicLine) + '\n');
  std::array<char, 65536> buffer;
  for (ssize_t got = 0; (got = read(STDIN_FILENO, buffer.data(), buffer.size())) > 0;) {
    agent.write({buffer.data(), static_cast<std::size_t>(got)}, now());
    try {
      write_out(agent.read(now()));
    } catch (const TimedOut&) {
      // It has nothing to say to that.
    }
    tell_what_became(node);
  }
}

}  // namespace
}  // namespace wgmesh

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "serve") == 0) {
    wgmesh::serve();
  } else {
    std::cout << "wgmesh-agent play\n";
  }
}
