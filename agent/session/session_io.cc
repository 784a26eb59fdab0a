#include "agent/session/session_io.h"

#include <google/protobuf/io/coded_stream.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

// A plan of a thousand peers takes about 250 KiB. A frame may be larger on the wire, but each two
// of its octets can become a message of 200 in memory, so the agent bounds what it parses.
constexpr std::size_t kMaxMessage = 2u << 20;
constexpr int kMaxNesting = 8;
// poll() does not count the time in which the machine sleeps, so the clock is looked at again at
// least this often; and who is late by more than that has slept.
constexpr std::chrono::milliseconds kLook{1000};
constexpr std::chrono::milliseconds kSleep{250};

}  // namespace

std::optional<proto::ToAgent> parse_message(std::string_view octets) {
  if (octets.size() > kMaxMessage) { return std::nullopt; }
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

SessionIo::SessionIo(UniqueFd in, UniqueFd out, int stop_signals, Clock clock)
    : in_(std::move(in)),
      out_(std::move(out)),
      stop_signals_(stop_signals),
      clock_(std::move(clock)) {}

void SessionIo::write_magic_line() { write_all(std::string(kMagicLine) + "\n"); }

std::variant<proto::ToAgent, Ended> SessionIo::read(std::chrono::milliseconds patience,
                                                    const Aside& aside,
                                                    std::chrono::milliseconds after_sleep,
                                                    std::optional<BootClock::time_point> since) {
  const auto from = since.value_or(clock_());
  Patience left{from + patience, from, 0ms, after_sleep};
  for (;;) {
    if (const auto octets = frames_.next()) {
      auto message = parse_message(*octets);
      if (!message) { throw Error(say<"session-message-garbled">()); }
      return std::move(*message);
    }
    if (stopped_) { return Ended::kStopped; }
    if (broken_) { return Ended::kClosed; }
    if (const auto ended = wait(left, aside)) { return *ended; }
    std::array<char, 64 * 1024> buffer;
    const ssize_t n = ::read(in_.get(), buffer.data(), buffer.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) { continue; }
    if (n <= 0) { return Ended::kClosed; }
    frames_.feed({buffer.data(), static_cast<std::size_t>(n)});
  }
}

std::optional<Ended> SessionIo::wait(Patience& patience, const Aside& aside) {
  std::vector<pollfd> fds = {pollfd{in_.get(), POLLIN, 0}, pollfd{stop_signals_, POLLIN, 0}};
  for (const int fd : aside.fds) { fds.push_back({fd, POLLIN, 0}); }
  for (;;) {
    const auto now = clock_();
    const bool has_slept = now - patience.looked > patience.asked + kSleep;
    if (now >= patience.until && has_slept) {
      patience.until = now + std::exchange(patience.after_sleep, 0ms);
    }
    patience.looked = now;
    patience.asked =
        std::clamp(std::chrono::ceil<std::chrono::milliseconds>(patience.until - now), 0ms, kLook);
    const int n = ::poll(fds.data(), fds.size(), static_cast<int>(patience.asked.count()));
    if (n < 0 && errno != EINTR) { throw SystemError("poll", errno); }
    // Only if the time was over before poll() looked: we may have slept since.
    if (n == 0 && patience.asked == 0ms) { return Ended::kSilent; }
    if (n <= 0) { continue; }
    stopped_ = fds[1].revents != 0;
    if (fds[0].revents != 0) { return std::nullopt; }
    if (stopped_) { return Ended::kStopped; }
    aside.serve();
  }
}

bool SessionIo::ended() const {
  std::array<pollfd, 2> fds = {pollfd{in_.get(), POLLRDHUP, 0}, pollfd{stop_signals_, POLLIN, 0}};
  if (::poll(fds.data(), fds.size(), 0) <= 0) { return false; }
  return fds[0].revents != 0 || fds[1].revents != 0;
}

bool SessionIo::write(const proto::FromAgent& message) {
  return write_all(encode_frame(message.SerializeAsString()));
}

bool SessionIo::write_all(std::string_view octets) {
  // A controller that reads nothing must not hold us for ever: its silence then ends the session.
  const auto until = std::chrono::steady_clock::now() + write_patience_;
  while (!octets.empty() && !broken_) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd fd{out_.get(), POLLOUT, 0};
    const int n = ::poll(&fd, 1, static_cast<int>(std::max(left, 0ms).count()));
    if (n <= 0 || left <= 0ms) {
      broken_ = left <= 0ms;
      continue;
    }
    const ssize_t size =
        ::write(out_.get(), octets.data(), std::min<std::size_t>(octets.size(), 4096));
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) { continue; }
    if (size < 0) {
      broken_ = true;
    } else {
      octets.remove_prefix(static_cast<std::size_t>(size));
    }
  }
  return !broken_;
}

}  // namespace wgmesh
