#include "tests/bench/node/agent_end.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "common/error.h"
#include "tests/bench/node/told_time.h"

namespace wgmesh {

AgentEnd::AgentEnd(const std::string& program) : AgentEnd(program, make_pipe(), make_pipe()) {}

AgentEnd::AgentEnd(const std::string& program, Pipe in, Pipe out)
    : in_(std::move(in.write_end)),
      out_(std::move(out.read_end)),
      child_({program, "serve"}, {.fds = {{in.read_end.get(), STDIN_FILENO},
                                          {out.write_end.get(), STDOUT_FILENO},
                                          {STDERR_FILENO, STDERR_FILENO}}}) {}

void AgentEnd::send(const proto::ToAgent& question) const {
  if (!write_all(in_.get(), encode_frame(question.SerializeAsString()))) {
    throw SystemError("write to the agent", errno);
  }
}

proto::FromAgent AgentEnd::await(proto::FromAgent::BodyCase wanted) {
  for (;;) {
    const std::optional<std::string> frame = frames_.next();
    if (!frame) {
      feed();
      continue;
    }
    proto::FromAgent answer;
    if (!answer.ParseFromString(*frame)) { throw std::runtime_error("no message"); }
    if (answer.body_case() == proto::FromAgent::kError) {
      throw std::runtime_error(answer.error().step() + ": " + answer.error().message());
    }
    if (answer.body_case() == wanted) { return answer; }
  }
}

void AgentEnd::feed() {
  std::array<char, 65536> octets{};
  const auto size = retry([&] { return ::read(out_.get(), octets.data(), octets.size()); });
  if (size <= 0) { throw std::runtime_error("the agent has ended"); }
  const std::string_view came(octets.data(), static_cast<std::size_t>(size));
  if (has_begun_) { return frames_.feed(came); }
  if (line_.find(came, kMagicLine)) {
    has_begun_ = true;
    frames_.feed(line_.take_rest());
  }
}

std::chrono::nanoseconds AgentEnd::cpu_time() const {
  clockid_t clock{};
  if (const int error = ::clock_getcpuclockid(child_.pid(), &clock); error != 0) {
    throw SystemError("find the CPU clock of the agent", error);
  }
  return wgmesh::cpu_time(clock);
}

void AgentEnd::end() {
  in_.reset();
  child_.wait(std::chrono::steady_clock::now() + std::chrono::minutes(1));
}

}  // namespace wgmesh
