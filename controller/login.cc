#include "controller/login.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include "controller/agent_binary.h"
#include "controller/bootstrap.h"
#include "controller/exec_transport.h"
#include "controller/prompt.h"
#include "controller/ssh_transport.h"

namespace wgmesh {
namespace {

SshOptions ssh_options_of(const CommandLine& command_line) {
  SshOptions options;
  options.accept_new_host_keys = command_line.accept_new_host_keys;
  options.logs = command_line.verbose > 1;
  return options;
}

}  // namespace

bool is_password_due(const std::variant<SshTarget, ExecTarget>& target, std::string_view login) {
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
  AgentBinaries agents;
  Prompter prompter;
  Prompter terminal;
  SshConnector connector;
  std::optional<Passphrase> become_password;
};

Login::Login(const CommandLine& command_line, Progress& progress, const Interrupt& interrupt)
    : shared_(std::make_unique<Shared>(command_line, progress, interrupt)) {
  if (!command_line.ask_become_pass) return;
  shared_->become_password = shared_->prompter.ask("Password for sudo on the nodes: ");
  if (!shared_->become_password) {
    throw Error("-K asks for a password, and there is no terminal to ask on",
                "run mesh from a terminal, or let sudo on the nodes work without a password");
  }
}

Login::~Login() = default;

std::unique_ptr<Session> Login::open_session(const Node& node) {
  BootstrapOptions options;
  options.interrupt = &shared_->interrupt;
  options.note = [&](const std::string& line) { shared_->progress.note(node.name, line); };

  std::unique_ptr<Transport> transport;
  if (const auto* ssh = std::get_if<SshTarget>(&node.target)) {
    options.become = ssh->become;
    options.by_hand = "ssh " + ssh->host;
    transport = shared_->connector.connect(*ssh, options.note);
  } else {
    const ExecTarget& exec = std::get<ExecTarget>(node.target);
    options.become = Become::kNone;
    options.by_hand = exec.text;
    transport = make_exec_transport(exec);
  }
  if (shared_->become_password && is_password_due(node.target, transport->login_name())) {
    options.become_password = [&]() -> const Passphrase& { return *shared_->become_password; };
  }
  shared_->progress.set(node.name, "starting the agent");
  const std::string already_read = bootstrap(*transport, shared_->agents, options);
  return std::make_unique<Session>(std::move(transport), already_read);
}

}  // namespace wgmesh
