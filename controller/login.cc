#include "controller/login.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "common/overloaded.h"
#include "controller/reach/agent_binary.h"
#include "controller/reach/bootstrap.h"
#include "controller/reach/exec_transport.h"
#include "controller/reach/known_agents.h"
#include "controller/reach/password_command.h"
#include "controller/reach/prompt.h"
#include "controller/ssh/ssh_connector.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// A password manager may want to be unlocked first.
constexpr auto kPasswordCommand = 60s;

SshOptions ssh_options_of(const CommandLine& command_line) {
  SshOptions options;
  options.accept_new_host_keys = command_line.accept_new_host_keys;
  options.logs = command_line.verbose > 1;
  return options;
}

}  // namespace

bool is_password_due(const NodeTarget& target, std::string_view login) {
  const auto* ssh = std::get_if<SshTarget>(&target);
  return ssh != nullptr && (ssh->become == Become::kAuto || ssh->become == Become::kSudo) &&
         login != "root";
}

struct Login::Shared {
  Shared(const CommandLine& command_line, Progress& p, const Interrupt& i)
      : progress(p),
        interrupt(i),
        // The live lines step aside while a question stands on the terminal.
        prompter([this](const std::string& question, bool echo) {
          progress.pause();
          auto answer = terminal.ask(question, echo);
          progress.resume();
          return answer;
        }),
        terminal(&i),
        connector(ssh_options_of(command_line), prompter, &i) {}

  Progress& progress;
  const Interrupt& interrupt;
  AgentBinaries agents{usual_agent_places(), known_agents()};
  Prompter prompter;
  Prompter terminal;
  SshConnector connector;
  // Of the command. It is run once, however many nodes have it, when the first of them asks.
  const Passphrase& password_of(const std::string& command) {
    CommandsPassword* entry = nullptr;
    {
      const std::lock_guard lock(passwords_mutex);
      entry = &passwords[command];
    }
    std::call_once(entry->once, [&] {
      entry->password = password_from(command, steady_clock::now() + kPasswordCommand, &interrupt);
    });
    return *entry->password;
  }

  std::optional<Passphrase> become_password;
  struct CommandsPassword {
    std::once_flag once;
    std::optional<Passphrase> password;
  };
  std::mutex passwords_mutex;
  std::map<std::string, CommandsPassword> passwords;
};

Login::Login(const CommandLine& command_line, Progress& progress, const Interrupt& interrupt)
    : shared_(std::make_unique<Shared>(command_line, progress, interrupt)) {
  if (!command_line.ask_become_pass) { return; }
  shared_->become_password = shared_->prompter.ask("Password for sudo on the nodes: ");
  if (!shared_->become_password) { throw Error(say<"terminal-for-password">()); }
}

Login::~Login() = default;

std::unique_ptr<Session> Login::open_session(const Node& node) {
  BootstrapOptions options;
  options.interrupt = &shared_->interrupt;
  options.sent = [&](std::size_t sent, std::size_t total) {
    shared_->progress.set_bytes(node.name, "sending the agent", sent, total);
    if (sent == total) { shared_->progress.set(node.name, "starting the agent"); }
  };
  options.note = [&](const std::string& line) { shared_->progress.note(node.name, line); };

  const auto enter = Overloaded{[&](const SshTarget& ssh) {
                                  options.become = ssh.become;
                                  options.by_hand = "ssh " + ssh.host;
                                  std::unique_ptr<Transport> transport =
                                      shared_->connector.connect(ssh, options.note);
                                  if (!is_password_due(ssh, transport->login_name())) {
                                    return transport;
                                  }
                                  if (!ssh.become_password_command.empty()) {
                                    options.become_password = [&]() -> const Passphrase& {
                                      return shared_->password_of(ssh.become_password_command);
                                    };
                                  } else if (shared_->become_password) {
                                    options.become_password = [&]() -> const Passphrase& {
                                      return *shared_->become_password;
                                    };
                                  }
                                  return transport;
                                },
                                [&](const ExecTarget& exec) {
                                  options.become = Become::kNone;
                                  options.by_hand = exec.text;
                                  return make_exec_transport(exec);
                                }};
  std::unique_ptr<Transport> transport = std::visit(enter, node.target);
  shared_->progress.set(node.name, "starting the agent");
  const std::string already_read = bootstrap(*transport, shared_->agents, options);
  return std::make_unique<Session>(std::move(transport), already_read);
}

}  // namespace wgmesh
