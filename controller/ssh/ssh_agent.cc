#include "controller/ssh/ssh_agent.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include "common/error.h"
#include "common/posix.h"
#include "controller/reach/thread.h"

namespace wgmesh {
namespace {

// The agent protocol (draft-miller-ssh-agent): a 32-bit length, one octet of type, contents.
constexpr char kFailure = 5;
constexpr char kRequestIdentities = 11;
constexpr char kIdentitiesAnswer = 12;
constexpr char kSignRequest = 13;
constexpr std::size_t kMaxMessage = 256u << 10;  // OpenSSH's own limit
constexpr std::uint32_t kMaxKeys = 2048;

bool read_whole(int fd, char* into, std::size_t size) {
  return read_up_to(fd, into, size) == static_cast<ssize_t>(size);
}

void put_u32(std::string& out, std::size_t value) {
  for (const int shift : {24, 16, 8, 0}) { out += static_cast<char>((value >> shift) & 0xff); }
}

void put_string(std::string& out, std::string_view text) {
  put_u32(out, text.size());
  out += text;
}

std::optional<std::uint32_t> take_u32(std::string_view& in) {
  if (in.size() < 4) { return std::nullopt; }
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    value = value << 8 | static_cast<unsigned char>(in[static_cast<std::size_t>(i)]);
  }
  in.remove_prefix(4);
  return value;
}

std::optional<std::string> take_string(std::string_view& in) {
  const auto size = take_u32(in);
  if (!size || *size > in.size()) { return std::nullopt; }
  std::string taken(in.substr(0, *size));
  in.remove_prefix(*size);
  return taken;
}

bool send_message(int fd, std::string_view message) {
  std::string framed;
  put_string(framed, message);
  std::string_view left = framed;
  while (!left.empty()) {
    // An agent that ends must not end us.
    const ssize_t count = retry([&] { return ::send(fd, left.data(), left.size(), MSG_NOSIGNAL); });
    if (count < 0) { return false; }
    left.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::optional<std::string> receive_message(int fd) {
  std::array<char, 4> header;
  if (!read_whole(fd, header.data(), header.size())) { return std::nullopt; }
  std::string_view in(header.data(), header.size());
  const std::uint32_t size = *take_u32(in);
  if (size == 0 || size > kMaxMessage) { return std::nullopt; }
  std::string message(size, '\0');
  if (!read_whole(fd, message.data(), size)) { return std::nullopt; }
  return message;
}

// `seconds` bounds each answer: 0 for no bound (a person may have to touch a token).
UniqueFd connect_agent(const std::string& path, int seconds) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) { return UniqueFd(); }
  memcpy(address.sun_path, path.data(), path.size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) { return fd; }
  const timeval limit{seconds, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fd.reset();
  }
  return fd;
}

}  // namespace

std::vector<AgentKey> parse_agent_keys(std::string_view answer) {
  if (answer.empty() || answer.front() != kIdentitiesAnswer) { return {}; }
  std::string_view in = answer.substr(1);
  const std::uint32_t count = take_u32(in).value_or(0);
  std::vector<AgentKey> keys;
  while (keys.size() < count && keys.size() < kMaxKeys) {
    const auto blob = take_string(in);
    const auto comment = take_string(in);
    if (!blob || !comment) { break; }
    keys.push_back({*blob, *comment});
  }
  return keys;
}

std::optional<std::string> agent_sign_request(std::string_view request,
                                              const std::vector<AgentKey>& keys) {
  if (request.empty() || request.front() != kSignRequest) { return std::nullopt; }
  std::string_view in = request.substr(1);
  const auto blob = take_string(in);
  if (!blob) { return std::nullopt; }
  const auto found = std::ranges::find(keys, *blob, &AgentKey::blob);
  if (found == keys.end()) { return std::nullopt; }
  std::string made(1, kSignRequest);
  put_string(made, found->signer.empty() ? *blob : found->signer);
  return made.append(in);
}

std::vector<AgentKey> read_agent_keys(const std::string& socket_path) {
  const UniqueFd fd = connect_agent(socket_path, 5);
  if (!fd || !send_message(fd.get(), std::string_view(&kRequestIdentities, 1))) { return {}; }
  const std::optional<std::string> answer = receive_message(fd.get());
  return answer ? parse_agent_keys(*answer) : std::vector<AgentKey>();
}

FilteredAgent::FilteredAgent(const std::string& socket_path, const std::vector<AgentKey>& keys)
    : keys_(keys), identities_(1, kIdentitiesAnswer), agent_(connect_agent(socket_path, 0)) {
  put_u32(identities_, keys.size());
  for (const AgentKey& key : keys) {
    put_string(identities_, key.blob);
    put_string(identities_, key.comment);
  }
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw SystemError("socketpair", errno);
  }
  client_.reset(ends[0]);
  server_.reset(ends[1]);
  thread_ = start_thread([this] { serve(); });
}

FilteredAgent::~FilteredAgent() {
  // Both wake the thread, wherever it waits.
  ::shutdown(server_.get(), SHUT_RDWR);
  if (agent_) { ::shutdown(agent_.get(), SHUT_RDWR); }
  thread_.join();
}

void FilteredAgent::serve() {
  while (const auto request = receive_message(server_.get())) {
    std::string answer(1, kFailure);
    if (request->front() == kRequestIdentities) {
      answer = identities_;
    } else if (request->front() == kSignRequest) {
      const auto asked = agent_sign_request(*request, keys_);
      if (asked && agent_ && send_message(agent_.get(), *asked)) {
        if (auto signature = receive_message(agent_.get())) { answer = *signature; }
      }
      if (answer.front() == kFailure) { ++refusals_; }
    }
    if (!send_message(server_.get(), answer)) { return; }
  }
}

}  // namespace wgmesh
