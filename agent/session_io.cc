#include "agent/session_io.h"

#include <google/protobuf/io/coded_stream.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/error.h"

namespace wgmesh {
namespace {

// A plan of a thousand peers takes about 250 KiB. A frame may be larger on the wire, but each two
// of its octets can become a message of 200 in memory, so the agent bounds what it parses.
constexpr std::size_t kMaxMessage = 2u << 20;
constexpr int kMaxNesting = 8;
constexpr std::chrono::seconds kWritePatience{60};

}  // namespace

std::optional<proto::ToAgent> parse_message(std::string_view octets) {
  if (octets.size() > kMaxMessage) return std::nullopt;
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const std::uint8_t*>(octets.data()),
                                               static_cast<int>(octets.size()));
  input.SetRecursionLimit(kMaxNesting);
  proto::ToAgent message;
  if (!message.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage() ||
      message.body_case() == proto::ToAgent::BODY_NOT_SET) {
    return std::nullopt;
  }
  return message;
}

SessionIo::SessionIo(UniqueFd in, UniqueFd out, int stop_signals)
    : in_(std::move(in)), out_(std::move(out)), stop_signals_(stop_signals) {}

void SessionIo::write_magic_line() { write_all(std::string(kMagicLine) + "\n"); }

std::variant<proto::ToAgent, Ended> SessionIo::read(std::chrono::milliseconds patience,
                                                    const Aside& aside) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (const auto octets = frames_.next()) {
      auto message = parse_message(*octets);
      if (!message) throw Error("garbage from the controller instead of a message");
      return std::move(*message);
    }
    if (broken_) return Ended::kClosed;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (const auto ended = wait(left, aside)) return *ended;
    std::array<char, 64 * 1024> buffer;
    const ssize_t n = ::read(in_.get(), buffer.data(), buffer.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return Ended::kClosed;
    frames_.feed({buffer.data(), static_cast<std::size_t>(n)});
  }
}

std::optional<Ended> SessionIo::wait(std::chrono::milliseconds patience, const Aside& aside) const {
  const auto until = std::chrono::steady_clock::now() + patience;
  std::vector<pollfd> fds = {pollfd{in_.get(), POLLIN, 0}, pollfd{stop_signals_, POLLIN, 0}};
  for (const int fd : aside.fds) fds.push_back({fd, POLLIN, 0});
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Ended::kSilent;
    const int n = ::poll(fds.data(), fds.size(), static_cast<int>(left.count()) + 1);
    if (n < 0 && errno != EINTR) throw SystemError("poll", errno);
    if (n <= 0) continue;
    if (fds[1].revents != 0) return Ended::kStopped;
    if (fds[0].revents != 0) return std::nullopt;
    aside.serve();
  }
}

bool SessionIo::ended() const {
  std::array<pollfd, 2> fds = {pollfd{in_.get(), POLLRDHUP, 0}, pollfd{stop_signals_, POLLIN, 0}};
  if (::poll(fds.data(), fds.size(), 0) <= 0) return false;
  return fds[0].revents != 0 || fds[1].revents != 0;
}

bool SessionIo::write(const proto::FromAgent& message) {
  return write_all(encode_frame(message.SerializeAsString()));
}

bool SessionIo::write_all(std::string_view octets) {
  // A controller that reads nothing must not hold us for ever: its silence then ends the session.
  const auto until = std::chrono::steady_clock::now() + kWritePatience;
  while (!octets.empty() && !broken_) {
    pollfd fd{out_.get(), POLLOUT, 0};
    if (::poll(&fd, 1, 1000) <= 0) {
      broken_ = std::chrono::steady_clock::now() >= until;
      continue;
    }
    const ssize_t n =
        ::write(out_.get(), octets.data(), std::min<std::size_t>(octets.size(), 4096));
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) {
      broken_ = true;
    } else {
      octets.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  return !broken_;
}

}  // namespace wgmesh
