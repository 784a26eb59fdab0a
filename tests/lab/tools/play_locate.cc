// play_locate - asks a node where it sees a peer, as often as nobody should, or lies to all that ask.
//
//   play_locate ask OWN PEER KEY COUNT SECONDS   COUNT questions in SECONDS from address OWN to PEER, about KEY (base64);
//                                                says "asked A, answered B, seen WHERE"
//   play_locate lie OWN WHERE                    listens at OWN, and says that everybody is at WHERE, until it is killed
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/locate/locate_packet.h"
#include "agent/netlink/socket_address.h"
#include "common/locate_port.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "play_locate: %s\n", what);
  std::exit(1);
}

IpAddress address_of(const std::string& text) {
  const auto address = parse_ip(text);
  if (!address) { die("that is no address"); }
  return *address;
}

UniqueFd open_at(const IpAddress& own, std::uint16_t port) {
  UniqueFd fd(::socket(own.family == Family::kIpv4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0));
  const KernelSocketAddress here = put_socket_address({own, port});
  if (::bind(fd.get(), here.get(), here.size) != 0) { die("cannot listen there"); }
  return fd;
}

bool is_ready(int fd, Clock::duration patience) {
  pollfd waiting{fd, POLLIN, 0};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
  return ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) > 0;
}

int ask(const std::vector<std::string>& words) {
  const UniqueFd fd = open_at(address_of(words[1]), 0);
  const KernelSocketAddress peer = put_socket_address({address_of(words[2]), kLocatePort});
  const auto key = parse_public_key(words[3]);
  const int count = std::atoi(words[4].c_str());
  const std::chrono::duration<double> seconds(std::atof(words[5].c_str()));
  if (!key || count < 1) { die("that is no key or no number"); }
  const std::string question = put_locate_question({.nonce = {1}, .key = *key});
  const auto began = Clock::now();
  int asked = 0;
  int answered = 0;
  std::string seen = "nothing";
  for (auto end = began; asked < count || Clock::now() < end;) {
    const auto next = began + std::chrono::duration_cast<Clock::duration>(seconds * asked / count);
    if (asked < count && Clock::now() >= next) {
      ::sendto(fd.get(), question.data(), question.size(), 0, peer.get(), peer.size);
      ++asked;
      end = Clock::now() + 3s;
    }
    if (!is_ready(fd.get(), (asked < count ? next : end) - Clock::now())) { continue; }
    std::array<std::uint8_t, 100> octets;
    const ssize_t size = ::recv(fd.get(), octets.data(), octets.size(), 0);
    if (size < 0) { continue; }
    const auto answer =
        parse_locate_answer(std::span(octets).first(static_cast<std::size_t>(size)));
    if (!answer) { die("this is no answer"); }
    ++answered;
    seen = answer->seen ? to_text(*answer->seen) : "nowhere";
  }
  std::printf("asked %d, answered %d, seen %s\n", asked, answered, seen.c_str());
  return 0;
}

int lie(const std::vector<std::string>& words) {
  const UniqueFd fd = open_at(address_of(words[1]), kLocatePort);
  const auto where = parse_socket_address(words[2]);
  if (!where) { die("that is no place"); }
  for (;;) {
    std::array<std::uint8_t, 100> octets;
    KernelSocketAddress from;
    from.size = sizeof from.storage;
    const ssize_t size = ::recvfrom(fd.get(), octets.data(), octets.size(), 0,
                                    reinterpret_cast<sockaddr*>(&from.storage), &from.size);
    if (size < 0) { continue; }
    const auto question =
        parse_locate_question(std::span(octets).first(static_cast<std::size_t>(size)));
    if (!question) { continue; }
    const std::string answer = put_locate_answer({question->nonce, where});
    ::sendto(fd.get(), answer.data(), answer.size(), 0, from.get(), from.size);
    std::puts("lied");
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace wgmesh

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 6 && words[0] == "ask") { return wgmesh::ask(words); }
  if (words.size() == 3 && words[0] == "lie") { return wgmesh::lie(words); }
  std::fputs("usage: play_locate ask OWN PEER KEY COUNT SECONDS | lie OWN WHERE\n", stderr);
  return 64;
}
