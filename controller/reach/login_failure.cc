#include "controller/reach/login_failure.h"

#include <fmt/format.h>

#include <array>

namespace wgmesh {
namespace {

struct Refusal {
  std::string_view says;
  std::string_view cure;  // {0}: the login
};

// What sudo 1.8 and 1.9 say when they refuse; the first that is found counts.
constexpr std::array<Refusal, 9> kSudo = {
    Refusal{"must have a tty", "write `Defaults:{0} !requiretty` into sudoers there (visudo)"},
    Refusal{"not allowed to execute",
            "sudoers allows {0} other commands only: allow `/bin/sh` there, or ALL"},
    Refusal{"no new privileges",
            "logins of that server cannot gain privileges (NoNewPrivileges, a container): log in "
            "as root there"},
    Refusal{"have the setuid bit set", "mend sudo there, or log in as root"},
    Refusal{"effective uid is not 0",
            "its file system may be mounted nosuid: mend that, or log in as root"},
    Refusal{"has expired", "renew the account or the password of {0} there"},
    Refusal{"account validation failure", "renew the account or the password of {0} there"},
    Refusal{"no valid sudoers sources", "mend sudoers there with visudo"},
    Refusal{"password is required",
            "pass -K (--ask-become-pass), say become_password_command in mesh.yaml, or allow it "
            "without: NOPASSWD in sudoers"}};

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
std::string said(const LoginEnd& end) {
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
    const bool wants_password = refusal.says == kSudo.back().says;
    return Unreachable((wants_password ? "sudo wants a password" : "sudo refuses") + said(end),
                       fmt::format(fmt::runtime(refusal.cure), login_of(end)));
  }
  return Unreachable("sudo refuses" + said(end),
                     fmt::format("allow {} in sudoers there", login_of(end)));
}

// What a person can try who wants to see what we saw.
std::string exec_cure(const LoginEnd& end) {
  return fmt::format(
      "run `{} sh` by hand: a shell must start there and read its stdin; docker, podman, nerdctl "
      "and kubectl exec want -i for that",
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
    return Unreachable("doas refuses" + said(end),
                       fmt::format("write `permit nopass {}` into doas.conf there", login_of(end)));
  }
  return Unreachable("the shell on the node ended before the agent ran" + said(end),
                     first_shell_cure(end));
}

TimedOut explain_silence(const LoginEnd& end) {
  if (sudo_speaks(end)) {
    return TimedOut("sudo does not answer" + said(end),
                    fmt::format("see what `{} sudo -v` waits for", end.by_hand));
  }
  if (end.shell_answered) {
    return TimedOut("the shell on the node has stopped answering" + said(end),
                    "see what hangs there: sudo or doas that waits for a directory service, a disk "
                    "that does not answer");
  }
  if (end.is_exec) {
    return TimedOut("the shell on the node does not answer" + said(end), exec_cure(end));
  }
  return TimedOut("the login shell does not answer to the command that it was given" + said(end),
                  ssh_cure(end));
}

TimedOut explain_delay(const LoginEnd& end, std::chrono::milliseconds whole) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(whole).count();
  return TimedOut(
      fmt::format("the node answers, but no agent runs after {} s{}", seconds, said(end)),
      first_shell_cure(end));
}

void throw_refusal(std::string_view reason) {
  const std::string words(reason);
  if (reason.starts_with("no place")) {
    throw Error(words, "make room, or one of these places writable and executable for root alone");
  }
  if (reason.starts_with("the node lacks ")) {
    throw Error(words, "install coreutils or busybox there");
  }
  throw Unreachable(words, "log in as root, or set `become` under the node's `ssh`");
}

}  // namespace wgmesh
