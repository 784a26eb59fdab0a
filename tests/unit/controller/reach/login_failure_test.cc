#include "controller/reach/login_failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::login_failure_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

LoginEnd over_ssh(const std::string& errors) {
  LoginEnd end;
  end.by_hand = "ssh n1";
  end.login = "ops";
  end.errors = errors;
  return end;
}

LoginEnd over_exec(const std::string& errors = {}) {
  LoginEnd end;
  end.is_exec = true;
  end.by_hand = "docker exec n1";
  end.errors = errors;
  return end;
}

TEST(LoginFailure, EachRefusalOfSudoHasItsOwnCure) {
  struct Case {
    const char* says;
    const char* id;
    const char* cure;
  };
  // As sudo 1.9.13 words them.
  for (const Case& one : {
           Case{"sudo: sorry, you must have a tty to run sudo\n", "sudo-wants-tty",
                "Defaults:ops !requiretty"},
           Case{"sudo: a terminal is required to read the password; either use the -S option to "
                "read from standard input or configure an askpass helper\nsudo: a password is "
                "required\n",
                "sudo-wants-password", "-K"},
           Case{"Sorry, user ops is not allowed to execute '/bin/sh -c true' as root on n1.\nsudo: "
                "x\n",
                "sudo-allows-other-commands", "sudoers allows ops other commands only"},
           Case{"sudo: The \"no new privileges\" flag is set, which prevents sudo from running as "
                "root.\n",
                "sudo-no-new-privileges", "log in as root"},
           Case{"sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set\n",
                "sudo-not-setuid", "mend sudo there"},
           Case{"sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' "
                "option set or an NFS file system without root privileges?\n",
                "sudo-mounted-nosuid", "nosuid"},
           Case{"sudo: Account or password is expired, reset your password and try again\nsudo: "
                "your account has expired\n",
                "sudo-account-expired", "renew the account"},
           Case{"sudo: no valid sudoers sources found, quitting\n", "sudo-sudoers-damaged",
                "visudo"},
           Case{"sudo: something nobody has seen before\n", "sudo-refuses", "allow ops in sudoers"},
       }) {
    SCOPED_TRACE(one.says);
    const Unreachable error = explain_end(over_ssh(one.says));
    EXPECT_THAT(error.message(), StartsWith("sudo "));
    EXPECT_THAT(error.cure(), HasSubstr(one.cure));
    EXPECT_EQ(error.id(), one.id);
  }
}

TEST(LoginFailure, TheNodesLastWordsAreTold) {
  LoginEnd end = over_ssh("wgmesh-password-77:ops is not in the sudoers file.\n");
  end.prompt = "wgmesh-password-77:";
  EXPECT_EQ(explain_end(end).message(), "sudo refuses: ops is not in the sudoers file.");
  end = over_ssh("find: '/var/lib/wgmesh': No such file or directory\nsha256sum: x: gone\n");
  end.noise = "This account is currently not available.\n\n";
  EXPECT_EQ(explain_end(end).message(),
            "the shell on the node ended before the agent ran: This account is currently not "
            "available.");
}

TEST(LoginFailure, DoasIsToldItsOwnFile) {
  const Unreachable error = explain_end(over_ssh("doas: Operation not permitted\n"));
  EXPECT_EQ(error.message(), "doas refuses: doas: Operation not permitted");
  EXPECT_THAT(error.cure(), HasSubstr("`permit nopass ops` into doas.conf"));
  EXPECT_EQ(error.id(), "doas-refuses");
}

// A node that ends or is silent without a word: the cure says what to try.
TEST(LoginFailure, NoWordsAreNoExcuseForNoCure) {
  EXPECT_THAT(explain_end(over_exec()).cure(),
              AllOf(HasSubstr("`docker exec n1 sh`"), HasSubstr("-i")));
  EXPECT_THAT(explain_silence(over_exec()).cure(), HasSubstr("-i"));
  EXPECT_THAT(explain_delay(over_exec(), std::chrono::seconds(60)).cure(), HasSubstr("-i"));
  for (const std::string& cure :
       {explain_end(over_ssh("")).cure(), explain_silence(over_ssh("")).cure(),
        explain_delay(over_ssh(""), std::chrono::seconds(60)).cure()}) {
    EXPECT_THAT(cure, AllOf(HasSubstr("`ssh n1 echo works`"), HasSubstr(".bashrc")));
  }
  EXPECT_THAT(explain_silence(over_ssh("")).message(),
              HasSubstr("login shell does not answer to the command"));
  LoginEnd later = over_ssh("");
  later.shell_answered = true;
  EXPECT_THAT(explain_silence(later).cure(),
              AllOf(Not(HasSubstr(".bashrc")), HasSubstr("directory service")));
  EXPECT_THAT(explain_silence(over_ssh("sudo: timestamp\n")).cure(), HasSubstr("`ssh n1 sudo -v`"));
}

TEST(LoginFailure, WhatHappenedHasOneNameHoweverTheNodeIsReached) {
  LoginEnd later = over_ssh("");
  later.shell_answered = true;
  EXPECT_EQ(explain_end(over_exec()).id(), "shell-ended-early");
  EXPECT_EQ(explain_end(over_ssh("")).id(), "shell-ended-early");
  EXPECT_EQ(explain_silence(over_exec()).id(), "shell-silent");
  EXPECT_EQ(explain_silence(over_ssh("")).id(), "shell-takes-no-command");
  EXPECT_EQ(explain_silence(later).id(), "shell-stopped-answering");
  EXPECT_EQ(explain_silence(over_ssh("sudo: timestamp\n")).id(), "sudo-silent");
  EXPECT_EQ(explain_delay(over_exec(), std::chrono::seconds(60)).id(), "bootstrap-agent-late");
}

TEST(LoginFailure, WhatTheNodeLacksIsNotAboutRoot) {
  const auto cure_of = [](const char* reason) -> std::string {
    try {
      throw_refusal(reason);
    } catch (const Unreachable& error) {
      return "unreachable: " + error.cure();
    } catch (const Error& error) { return error.cure(); }
  };
  EXPECT_EQ(cure_of("the node lacks sha256sum head"), "install coreutils or busybox there");
  EXPECT_THAT(cure_of("no place takes the agent; /tmp: full"), StartsWith("make room"));
  EXPECT_THAT(cure_of("the login is not root, and become is none"),
              StartsWith("unreachable: log in as root"));
}

TEST(LoginFailure, ARefusalOfTheScriptIsToldInItsOwnWords) {
  for (const auto& [reason, id] :
       {std::pair("the node lacks sha256sum head", "bootstrap-tools-missing"),
        {"no place takes the agent; /tmp: full", "bootstrap-no-place"},
        {"there is no sudo", "bootstrap-not-root"}}) {
    try {
      throw_refusal(reason);
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), reason);
      EXPECT_EQ(error.id(), id);
    }
  }
}

}  // namespace
}  // namespace wgmesh::login_failure_test
