#include "controller/reach/bootstrap.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>

#include "common/frame.h"
#include "controller/reach/bootstrap_script.h"
#include "controller/reach/login_failure.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kSlice = 100ms;  // between looks at stderr and at Ctrl-C
constexpr std::size_t kWriteSize = 64u << 10;
constexpr unsigned kMaxUploads = 8;     // more than the script has places
constexpr unsigned kMaxLookAlike = 64;  // lines that begin as ours do

std::string random_hex() {
  std::array<unsigned char, 16> random;
  randombytes_buf(random.data(), random.size());
  std::array<char, 33> hex;
  return sodium_bin2hex(hex.data(), hex.size(), random.data(), random.size());
}

// The text that tells sudo's question from everything else that may be on stderr.
std::string make_prompt() { return fmt::format("wgmesh-password-{}:", random_hex()); }

std::size_t count_of(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + word.size())) {
    ++count;
  }
  return count;
}

class Conversation {
 public:
  Conversation(Transport& transport, const AgentBinaries& agents, const BootstrapOptions& options)
      : transport_(transport),
        agents_(agents),
        options_(options),
        begun_(steady_clock::now()),
        over_(begun_ + options.whole) {
    if (options.become_password) { prompt_ = make_prompt(); }
  }

  std::string run() {
    transport_.start(login_command(agents_));
    if (!transport_.takes_command_line()) { send_script(); }
    await_next();
    while (true) {
      const std::string line = next_line();
      if (line == kMagicLine) { return scanner_.take_rest(); }
      if (line == kShellLine) {
        send_script();
      } else if (line.starts_with(kNeedLine)) {
        upload(line.substr(kNeedLine.size()), true);
      } else if (line.starts_with(kNeedPlainLine)) {
        upload(line.substr(kNeedPlainLine.size()), false);
      } else if (line.starts_with(kFailLine)) {
        throw_refusal(std::string_view(line).substr(kFailLine.size()));
      } else {
        // It only looks like ours: it renews no deadline, and there may not be many.
        if (++look_alike_ > kMaxLookAlike) {
          throw Error(
              say<"bootstrap-endless">("sends one line after the other that is not the agent's"));
        }
        continue;
      }
      await_next();
    }
  }

 private:
  // The node owes an answer from here on.
  void await_next() { due_ = steady_clock::now() + options_.patience; }

  void look_at_clock_and_interrupt() {
    if (options_.interrupt != nullptr && options_.interrupt->is_set()) {
      throw Interrupted(say<"reach-interrupted">());
    }
    const auto now = steady_clock::now();
    if (now >= over_) {
      throw explain_delay(end(),
                          std::chrono::duration_cast<std::chrono::milliseconds>(over_ - begun_));
    }
    if (now >= due_) { throw explain_silence(end()); }
  }

  void send(std::string_view octets) {
    while (!octets.empty()) {
      await_next();
      look_at_clock_and_interrupt();
      const std::string_view piece = octets.substr(0, kWriteSize);
      try {
        transport_.write(piece, std::min(due_, over_));
      } catch (const TimedOut&) { throw explain_silence(end()); } catch (const Unreachable&) {
        throw explain_end(end());  // says more than "broken pipe"
      }
      octets.remove_prefix(piece.size());
    }
  }

  // To the login shell, and again to root's.
  void send_script() {
    const bool second = scripts_++ > 0;
    if (scripts_ > 2) { throw Error(say<"bootstrap-endless">("starts one shell after the other")); }
    send(bootstrap_script(agents_, {options_.become, second ? "" : prompt_, second, random_hex()}));
  }

  void upload(const std::string& machine, bool as_gzip) {
    if (++uploads_ > kMaxUploads) {
      throw Error(say<"bootstrap-endless">("asks for the agent again and again"));
    }
    const AgentBinary& agent = agents_.find(machine);
    const std::string& octets = as_gzip ? agent.gzip() : agent.content();
    if (uploads_ == 1) {
      over_ += std::chrono::seconds(octets.size() / kSlowestUpload + 1);
      if (!as_gzip && options_.note) { options_.note("no gzip there: the agent is sent as it is"); }
    }
    send(upload_header(octets));
    for (std::size_t at = 0; at < octets.size(); at += kWriteSize) {
      if (options_.sent) { options_.sent(at, octets.size()); }
      send(std::string_view(octets).substr(at, kWriteSize));
    }
    if (options_.sent) { options_.sent(octets.size(), octets.size()); }
  }

  std::string next_line() {
    std::optional<std::string> line = scanner_.find({}, kScriptPrefix);
    while (!line) {
      look_at_clock_and_interrupt();
      answer_sudo();
      std::string octets;
      try {
        octets = transport_.read(std::min({due_, over_, steady_clock::now() + kSlice}));
      } catch (const TimedOut&) { continue; }
      if (octets.empty()) { throw explain_end(end()); }
      line = scanner_.find(octets, kScriptPrefix);
    }
    return *line;
  }

  // Only the shell that has our script may ask, and only until it is root's.
  void answer_sudo() {
    if (!options_.become_password || scripts_ != 1) { return; }
    const std::size_t questions = count_of(transport_.stderr_text(), prompt_);
    if (questions > 1) { throw Unreachable(say<"sudo-password-refused">()); }
    if (questions == 0 || answered_) { return; }
    answered_ = true;
    const auto asked = steady_clock::now();
    const Passphrase& password = options_.become_password();
    over_ += steady_clock::now() - asked;
    send(password.view());
    send("\n");
    await_next();
  }

  LoginEnd end() {
    LoginEnd end;
    end.is_exec = !transport_.takes_command_line();
    end.shell_answered = scripts_ > 0 && (!end.is_exec || uploads_ > 0);
    end.by_hand = options_.by_hand;
    end.login = transport_.login_name();
    end.errors = transport_.stderr_text();
    end.noise = scanner_.noise();
    end.prompt = prompt_;
    return end;
  }

  Transport& transport_;
  const AgentBinaries& agents_;
  const BootstrapOptions& options_;
  const Deadline begun_;
  Deadline over_;   // of all
  Deadline due_{};  // of the next answer
  LineScanner scanner_;
  std::string prompt_;
  unsigned scripts_ = 0;
  unsigned uploads_ = 0;
  unsigned look_alike_ = 0;
  bool answered_ = false;
};

}  // namespace

std::string bootstrap(Transport& transport, const AgentBinaries& agents,
                      const BootstrapOptions& options) {
  return Conversation(transport, agents, options).run();
}

}  // namespace wgmesh
