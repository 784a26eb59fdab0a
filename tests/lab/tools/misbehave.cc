#include "tests/lab/tools/misbehave.h"

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <thread>

#include "common/frame.h"
#include "proto/session.pb.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

// mesh has gone when nobody takes what is written.
void write_to(int fd, std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t count = write(fd, octets.data(), octets.size());
    if (count <= 0) { _exit(0); }
    octets.remove_prefix(static_cast<std::size_t>(count));
  }
}

void say(std::string_view octets) { write_to(STDOUT_FILENO, octets); }
void say(const proto::FromAgent& frame) { say(encode_frame(frame.SerializeAsString())); }

[[noreturn]] void repeat(const std::function<void()>& step) {
  for (;;) { step(); }
}

[[noreturn]] void tell_progress(bool goes_on) {
  proto::FromAgent frame;
  frame.mutable_progress()->set_total(1'000'000);
  for (std::uint32_t done = 1;; ++done) {
    frame.mutable_progress()->set_done(goes_on ? done : 1);
    say(frame);
    std::this_thread::sleep_for(300ms);
  }
}

[[noreturn]] void answer_wrongly() {
  proto::FromAgent frame;
  frame.mutable_peers_called();
  say(frame);
  std::this_thread::sleep_for(1h);
  _exit(0);
}

[[noreturn]] void begin_frame(std::uint64_t size, std::chrono::milliseconds pause) {
  std::string length;
  for (; size >= 0x80; size >>= 7) { length += static_cast<char>((size & 0x7f) | 0x80); }
  length += static_cast<char>(size);
  say(length);
  const std::string octets(pause == 0ms ? 65536 : 1, 'x');
  repeat([&] {
    say(octets);
    std::this_thread::sleep_for(pause);
  });
}

}  // namespace

void misbehave(const std::string& kind) {
  proto::FromAgent alive;
  alive.mutable_alive();
  const std::map<std::string, std::function<void()>> kinds = {
      {"silence", [] { std::this_thread::sleep_for(1h); }},
      {"ends", [] { _exit(0); }},
      {"progress", [] { tell_progress(true); }},
      {"standing", [] { tell_progress(false); }},
      {"alive", [&] { repeat([&] { say(alive); }); }},
      {"wrong", [] { answer_wrongly(); }},
      {"noise", [] { repeat([] { say(std::string(65536, '\xa7')); }); }},
      {"huge", [] { begin_frame(2u << 30, 0ms); }},
      {"empty", [] { repeat([] { say(encode_frame({})); }); }},
      {"trickle", [] { begin_frame(16u << 20, 1s); }},
      {"lines", [] { repeat([] { write_to(STDERR_FILENO, "wgmesh-fine and more\n"); }); }},
  };
  const auto found = kinds.find(kind);
  if (found == kinds.end()) { _exit(64); }
  found->second();
  _exit(0);
}

}  // namespace wgmesh
