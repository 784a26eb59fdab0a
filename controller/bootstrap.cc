#include "controller/bootstrap.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <optional>

#include "common/frame.h"
#include "controller/bootstrap_script.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kSlice = 100ms;  // between looks at stderr and at Ctrl-C
constexpr std::size_t kWriteSize = 64u << 10;
constexpr unsigned kMaxUploads = 8;  // more than the script has places

// The text that tells sudo's question from everything else that may be on stderr.
std::string make_prompt() {
  std::array<unsigned char, 16> random;
  randombytes_buf(random.data(), random.size());
  std::array<char, 33> hex;
  return fmt::format("wgmesh-password-{}:",
                     sodium_bin2hex(hex.data(), hex.size(), random.data(), random.size()));
}

std::size_t count_of(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + word.size())) {
    ++count;
  }
  return count;
}

// The last line that says something. What sha256sum says of an agent that is not there is expected.
std::string last_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t newline = text.find_last_of("\r\n");
    const std::string_view line =
        newline == std::string_view::npos ? text : text.substr(newline + 1);
    if (!line.empty() && !line.starts_with("sha256sum: ")) return std::string(line);
    text.remove_suffix(text.size() - (newline == std::string_view::npos ? 0 : newline));
  }
  return {};
}

class Conversation {
 public:
  Conversation(Transport& transport, const AgentBinaries& agents, const BootstrapOptions& options)
      : transport_(transport), agents_(agents), options_(options) {
    if (options.become_password != nullptr) prompt_ = make_prompt();
  }

  std::string run() {
    transport_.start(login_command(agents_));
    if (!transport_.takes_command_line()) send_script();
    while (true) {
      const std::string line = next_line();
      if (line == kMagicLine) return scanner_.take_rest();
      if (line == kShellLine) {
        send_script();
      } else if (line.starts_with(kNeedLine)) {
        upload(line.substr(kNeedLine.size()));
      } else if (line.starts_with(kFailLine)) {
        fail(line.substr(kFailLine.size()));
      }
      // Anything else only looks like ours.
    }
  }

 private:
  void send(std::string_view octets) {
    while (!octets.empty()) {
      if (options_.interrupt != nullptr && options_.interrupt->is_set()) {
        throw Interrupted("interrupted");
      }
      const std::string_view piece = octets.substr(0, kWriteSize);
      try {
        transport_.write(piece, steady_clock::now() + options_.patience);
      } catch (const TimedOut&) {
        throw;
      } catch (const Unreachable&) {
        if (!transport_.stderr_text().empty()) explain_end();  // says more than "broken pipe"
        throw;
      }
      octets.remove_prefix(piece.size());
    }
  }

  // To the login shell, and again to root's.
  void send_script() {
    const bool second = scripts_++ > 0;
    if (scripts_ > 2) throw Error("the node starts one shell after the other");
    send(bootstrap_script(agents_, {options_.become, second ? "" : prompt_, second}));
  }

  void upload(const std::string& machine) {
    if (++uploads_ > kMaxUploads) throw Error("the node asks for the agent again and again");
    const AgentBinary& agent = agents_.find(machine);
    send(upload_header(agent));
    send(agent.gzip());
  }

  std::string next_line() {
    std::optional<std::string> line = scanner_.find({}, kScriptPrefix);
    Deadline deadline = steady_clock::now() + options_.patience;
    while (!line) {
      if (options_.interrupt != nullptr && options_.interrupt->is_set()) {
        throw Interrupted("interrupted");
      }
      if (answer_sudo()) deadline = steady_clock::now() + options_.patience;
      std::string octets;
      try {
        octets = transport_.read(std::min(deadline, steady_clock::now() + kSlice));
      } catch (const TimedOut&) {
        if (steady_clock::now() < deadline) continue;
        throw TimedOut("the shell on the node does not answer" + said());
      }
      if (octets.empty()) explain_end();
      line = scanner_.find(octets, kScriptPrefix);
    }
    return *line;
  }

  // True when the password was sent.
  bool answer_sudo() {
    if (options_.become_password == nullptr) return false;
    const std::size_t questions = count_of(transport_.stderr_text(), prompt_);
    if (questions > 1) {
      throw Unreachable("sudo refused the password", "check it with `sudo -v` on the node");
    }
    if (questions == 0 || answered_) return false;
    answered_ = true;
    const Deadline deadline = steady_clock::now() + options_.patience;
    transport_.write(options_.become_password->view(), deadline);
    transport_.write("\n", deadline);
    return true;
  }

  bool has_question(std::string_view text) const {
    return !prompt_.empty() && text.find(prompt_) != std::string_view::npos;
  }

  // What the node has printed, for a message: its last words.
  std::string said() {
    std::string words = last_line(transport_.stderr_text());
    if (words.empty()) words = last_line(scanner_.noise());
    // sudo goes on in the line of its question.
    if (has_question(words)) words.erase(0, words.rfind(prompt_) + prompt_.size());
    return words.empty() ? "" : ": " + words;
  }

  [[noreturn]] void explain_end() {
    const std::string errors = transport_.stderr_text();
    const bool sudo = errors.find("sudo:") != std::string::npos || has_question(errors);
    if (sudo && errors.find("password is required") != std::string::npos) {
      throw Unreachable("sudo wants a password" + said(),
                        "pass -K (--ask-become-pass), or allow it without: NOPASSWD in sudoers");
    }
    if (errors.find("doas:") != std::string::npos) {
      throw Unreachable("doas refuses" + said(),
                        "write `permit nopass` for this login in doas.conf");
    }
    if (sudo) throw Unreachable("sudo refuses" + said(), "allow this login in sudoers");
    throw Unreachable("the shell on the node ended before the agent ran" + said());
  }

  [[noreturn]] void fail(const std::string& reason) {
    if (reason.starts_with("no place")) {
      throw Error(reason, "make room, or one of these places writable and executable for root");
    }
    throw Unreachable(reason, "log in as root, or set `become` under the node's `ssh`");
  }

  Transport& transport_;
  const AgentBinaries& agents_;
  const BootstrapOptions& options_;
  LineScanner scanner_;
  std::string prompt_;
  unsigned scripts_ = 0;
  unsigned uploads_ = 0;
  bool answered_ = false;
};

}  // namespace

std::string bootstrap(Transport& transport, const AgentBinaries& agents,
                      const BootstrapOptions& options) {
  return Conversation(transport, agents, options).run();
}

}  // namespace wgmesh
