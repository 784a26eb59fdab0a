#include "controller/reach/login_failure.h"

#include <fmt/format.h>

#include <array>

#include "controller/text/messages.h"

namespace wgmesh {
namespace {

struct Refusal {
  std::string_view says;
  Said (*told)(const std::string& words, const std::string& login);
};

// What sudo 1.8 and 1.9 say when they refuse; the first that is found counts.
constexpr std::array<Refusal, 9> kSudo = {
    Refusal{"must have a tty", say<"sudo-wants-tty">},
    Refusal{"not allowed to execute", say<"sudo-allows-other-commands">},
    Refusal{"no new privileges", say<"sudo-no-new-privileges">},
    Refusal{"have the setuid bit set", say<"sudo-not-setuid">},
    Refusal{"effective uid is not 0", say<"sudo-mounted-nosuid">},
    Refusal{"has expired", say<"sudo-account-expired">},
    Refusal{"account validation failure", say<"sudo-account-expired">},
    Refusal{"no valid sudoers sources", say<"sudo-sudoers-damaged">},
    Refusal{"password is required", say<"sudo-wants-password">}};

// sha256sum and find complain of an agent that is not there, which is no fault.
bool is_expected(std::string_view line) {
  return line.starts_with("sha256sum: ") || line.starts_with("find: ");
}

// The last line that says something.
std::string last_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t newline = text.find_last_of("\r\n");
    const std::string_view line =
        newline == std::string_view::npos ? text : text.substr(newline + 1);
    if (!line.empty() && !is_expected(line)) { return std::string(line); }
    text.remove_suffix(text.size() - (newline == std::string_view::npos ? 0 : newline));
  }
  return {};
}

bool has_question(const LoginEnd& end, std::string_view text) {
  return !end.prompt.empty() && text.find(end.prompt) != std::string_view::npos;
}

// ": " and the last words of the node, or nothing.
std::string last_words(const LoginEnd& end) {
  std::string words = last_line(end.errors);
  if (words.empty()) { words = last_line(end.noise); }
  // sudo goes on in the line of its question.
  if (has_question(end, words)) { words.erase(0, words.rfind(end.prompt) + end.prompt.size()); }
  return words.empty() ? "" : ": " + words;
}

std::string login_of(const LoginEnd& end) { return end.login.empty() ? "this login" : end.login; }

bool sudo_speaks(const LoginEnd& end) {
  return end.errors.find("sudo:") != std::string::npos || has_question(end, end.errors);
}

Unreachable explain_sudo(const LoginEnd& end) {
  for (const Refusal& refusal : kSudo) {
    if (end.errors.find(refusal.says) == std::string::npos) { continue; }
    return Unreachable(refusal.told(last_words(end), login_of(end)));
  }
  return Unreachable(say<"sudo-refuses">(last_words(end), login_of(end)));
}

// What a person can try who wants to see what we saw.
std::string exec_cure(const LoginEnd& end) {
  return fmt::format(
      "run `{} sh` by hand: a shell must start there and read its stdin; docker, podman, nerdctl "
      "and kubectl exec pass it on with -i",
      end.by_hand);
}

std::string ssh_cure(const LoginEnd& end) {
  return fmt::format(
      "`{} echo works` must print `works`: look for a login shell that takes no commands, a "
      "ForceCommand, and start-up files (.bashrc, .cshrc, config.fish) that start another shell or "
      "program where there is no terminal",
      end.by_hand);
}

std::string first_shell_cure(const LoginEnd& end) {
  return end.is_exec ? exec_cure(end) : ssh_cure(end);
}

}  // namespace

Unreachable explain_end(const LoginEnd& end) {
  if (sudo_speaks(end)) { return explain_sudo(end); }
  if (end.errors.find("doas:") != std::string::npos) {
    return Unreachable(say<"doas-refuses">(last_words(end), login_of(end)));
  }
  return Unreachable(say<"shell-ended-early">(last_words(end), first_shell_cure(end)));
}

TimedOut explain_silence(const LoginEnd& end) {
  const std::string words = last_words(end);
  if (sudo_speaks(end)) { return TimedOut(say<"sudo-silent">(words, end.by_hand)); }
  if (end.shell_answered) { return TimedOut(say<"shell-stopped-answering">(words)); }
  if (end.is_exec) { return TimedOut(say<"shell-silent">(words, exec_cure(end))); }
  return TimedOut(say<"shell-takes-no-command">(words, ssh_cure(end)));
}

TimedOut explain_delay(const LoginEnd& end, std::chrono::milliseconds whole) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(whole).count();
  return TimedOut(say<"bootstrap-agent-late">(seconds, last_words(end), first_shell_cure(end)));
}

void throw_refusal(std::string_view reason) {
  constexpr std::string_view kNoPlace = "no place takes the agent";
  constexpr std::string_view kLacks = "the node lacks ";
  if (reason.starts_with(kNoPlace)) {
    throw Error(say<"bootstrap-no-place">(reason.substr(kNoPlace.size())));
  }
  if (reason.starts_with(kLacks)) {
    throw Error(say<"bootstrap-tools-missing">(reason.substr(kLacks.size())));
  }
  throw Unreachable(say<"bootstrap-not-root">(reason));
}

}  // namespace wgmesh
