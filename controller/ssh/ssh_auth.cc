#include "controller/ssh/ssh_auth.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "controller/ssh/ssh_agent.h"
#include "controller/ssh/ssh_public_key.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr int kPassphraseTries = 3;

struct PassphraseQuestion {
  const std::string& path;
  Prompter* prompter;  // null: nobody is asked
  bool wanted = false;
  bool answered = false;
};

// libssh's ssh_auth_callback.
int answer_passphrase(const char*, char* buffer, std::size_t size, int, int, void* userdata) {
  auto& question = *static_cast<PassphraseQuestion*>(userdata);
  question.wanted = true;
  if (question.prompter == nullptr) { return -1; }
  try {
    const auto answer = question.prompter->ask(fmt::format("Passphrase of {}: ", question.path));
    if (!answer || answer->view().empty() || answer->view().size() >= size) { return -1; }
    memcpy(buffer, answer->c_str(), answer->view().size() + 1);
    question.answered = true;
    return 0;
  } catch (const Error&) {
    return -1;  // Ctrl-C; the wait that follows sees it too
  }
}

KeyFile read_key_file(const std::string& path, Prompter* prompter) {
  for (int i = 0; i < kPassphraseTries; ++i) {
    PassphraseQuestion question{path, prompter};
    ssh_key key = nullptr;
    if (ssh_pki_import_privkey_file(path.c_str(), nullptr, answer_passphrase, &question, &key) ==
        SSH_OK) {
      return {SshKey(key), false};
    }
    if (!question.wanted) {
      return {};  // not there, or not a key
    }
    if (!question.answered) { break; }
  }
  return {nullptr, true};
}

std::string text_of(ssh_key key) {
  char* raw = nullptr;
  if (ssh_pki_export_pubkey_base64(key, &raw) != SSH_OK) { return {}; }
  const SshText text(raw);
  return text.get();
}

// The certificate that lies beside a key, in its wire form; nothing where there is none for it.
std::optional<std::string> certificate_beside(const std::string& path, std::string_view key) {
  std::ifstream in(path + "-cert.pub");
  std::string name;
  std::string base64;
  if (!(in >> name >> base64)) { return std::nullopt; }
  const auto certificate = parse_ssh_public_key(name, base64);
  const auto plain = parse_ssh_public_key(key);
  if (!certificate || !certificate->certificate || !plain || certificate->wire != plain->wire) {
    return std::nullopt;
  }
  return octets_of(base64);
}

// Why a key file that was named by hand is of no use.
std::string why_no_key(const std::string& path) {
  if (::access(path.c_str(), R_OK) != 0) { return fmt::format("{}: {}", path, strerror(errno)); }
  return path + ": no private key that wgmesh's SSH can read";
}

// The public half, as far as it can be known without a passphrase.
SshKey read_public_key(const std::string& path) {
  for (const std::string& file : {path + ".pub", path}) {
    ssh_key key = nullptr;
    if (ssh_pki_import_pubkey_file(file.c_str(), &key) == SSH_OK) { return SshKey(key); }
  }
  return nullptr;
}

struct Identity {
  std::string path;
  SshKey public_key;  // null: not known
  bool in_agent = false;
};

// One login. Each method leaves true behind when the server has let us in.
class Authentication {
 public:
  Authentication(SshSession& session, const SshConfig& config, KeyFiles& keys, Prompter& prompter,
                 std::chrono::milliseconds step)
      : session_(session), config_(config), keys_(keys), prompter_(prompter), step_(step) {}

  void run() {
    if (config_.public_key && (try_agent() || try_files())) { return; }
    const bool ask = !config_.batch_mode;
    if (!knows_methods() &&
        try_call("none", [&] { return ssh_userauth_none(handle(), nullptr); })) {
      return;
    }
    if (ask && config_.keyboard_interactive && offers(SSH_AUTH_METHOD_INTERACTIVE) &&
        try_interactive()) {
      return;
    }
    if (ask && config_.password && offers(SSH_AUTH_METHOD_PASSWORD) && try_password()) { return; }
    refuse();
  }

 private:
  ssh_session handle() { return session_.get(); }
  bool offers(unsigned method) {
    return (static_cast<unsigned>(ssh_userauth_list(handle(), nullptr)) & method) != 0;
  }

  // The server has refused something, and said what it takes.
  bool knows_methods() { return ssh_userauth_list(handle(), nullptr) != 0; }

  template <typename Call>
  int complete(const Call& call) try {
    return session_.complete(SSH_AUTH_AGAIN, std::chrono::steady_clock::now() + step_, call);
  } catch (const ConnectionClosed&) {
    return SSH_AUTH_ERROR;  // whoever asked looks at the connection, and tells what was tried
  }

  // True: logged in. Remembers `what` for the message when the server refuses it.
  template <typename Call>
  bool try_call(const std::string& what, const Call& call) {
    const int result = complete(call);
    if (result == SSH_AUTH_SUCCESS) { return true; }
    if (what != "none") { tried_.push_back(what); }
    if (!session_.is_connected()) { refuse(); }
    return false;
  }

  std::vector<Identity> find_identities(const std::vector<AgentKey>& in_agent) {
    std::vector<Identity> found;
    for (const std::string& path : config_.identity_files) {
      Identity identity{path, read_public_key(path)};
      const std::string base64 = identity.public_key ? text_of(identity.public_key.get()) : "";
      identity.in_agent =
          !base64.empty() && std::ranges::any_of(in_agent, [&](const AgentKey& key) {
            return base64_of(key.blob) == base64;
          });
      found.push_back(std::move(identity));
    }
    return found;
  }

  // Those of the configured identities first; the others only without IdentitiesOnly.
  std::vector<AgentKey> choose(std::vector<AgentKey> keys) {
    std::vector<AgentKey> chosen;
    for (const Identity& identity : identities_) {
      if (!identity.in_agent) { continue; }
      const std::string base64 = text_of(identity.public_key.get());
      const auto found = std::ranges::find_if(
          keys, [&](const AgentKey& key) { return base64_of(key.blob) == base64; });
      if (found == keys.end()) {
        continue;  // two files, one key
      }
      // As ssh: the certificate first, which the key signs for.
      if (auto certificate = certificate_beside(identity.path, found->blob)) {
        chosen.push_back({std::move(*certificate), found->comment, found->blob});
      }
      chosen.push_back(std::move(*found));
      keys.erase(found);
    }
    if (!config_.identities_only) { std::ranges::move(keys, std::back_inserter(chosen)); }
    return chosen;
  }

  bool try_agent() {
    std::vector<AgentKey> keys;
    if (!config_.identity_agent.empty()) { keys = read_agent_keys(config_.identity_agent); }
    identities_ = find_identities(keys);
    const std::vector<AgentKey> chosen = choose(std::move(keys));
    if (chosen.empty()) { return false; }
    agent_.emplace(config_.identity_agent, chosen);
    if (ssh_set_agent_socket(handle(), agent_->take_client_end()) != SSH_OK) { return false; }
    return try_call(
        fmt::format("{} key{} of the agent", chosen.size(), chosen.size() == 1 ? "" : "s"),
        [&] { return ssh_userauth_agent(handle(), nullptr); });
  }

  bool try_files() {
    for (const Identity& identity : identities_) {
      if (identity.in_agent) { continue; }
      KeyFile file = keys_.find(identity.path);
      if (file.locked) {
        file = unlock(identity);
      } else if (!file.key && std::ranges::find(config_.named_identities, identity.path) !=
                                  config_.named_identities.end()) {
        useless_.push_back(why_no_key(identity.path));
      }
      if (!file.key) { continue; }
      if (try_certificate(identity.path, file.key.get()) || try_call(identity.path, [&] {
            return ssh_userauth_publickey(handle(), nullptr, file.key.get());
          })) {
        return true;
      }
    }
    return false;
  }

  // Asks only where the server would take the key.
  KeyFile unlock(const Identity& identity) {
    const std::string what = identity.path + " (locked by a passphrase)";
    if (identity.public_key) {
      const int result = complete(
          [&] { return ssh_userauth_try_publickey(handle(), nullptr, identity.public_key.get()); });
      if (result != SSH_AUTH_SUCCESS) {
        tried_.push_back(identity.path);
        if (!session_.is_connected()) { refuse(); }
        return {};
      }
    }
    KeyFile file =
        config_.batch_mode ? KeyFile{nullptr, true} : keys_.unlock(identity.path, prompter_);
    if (!file.key) { tried_.push_back(what); }
    return file;
  }

  // Where a certificate lies beside the key, as ssh looks for it.
  bool try_certificate(const std::string& path, ssh_key key) {
    ssh_key raw = nullptr;
    if (ssh_pki_import_cert_file((path + "-cert.pub").c_str(), &raw) != SSH_OK) { return false; }
    const SshKey certificate(raw);
    const SshKey certified(ssh_key_dup(key));
    if (!certified || ssh_pki_copy_cert_to_privkey(certificate.get(), certified.get()) != SSH_OK) {
      return false;
    }
    return try_call(path + "-cert.pub",
                    [&] { return ssh_userauth_publickey(handle(), nullptr, certified.get()); });
  }

  bool try_interactive() {
    bool asked = false;
    for (unsigned i = 0; i < config_.password_prompts; ++i) {
      int result = complete([&] { return ssh_userauth_kbdint(handle(), nullptr, nullptr); });
      while (result == SSH_AUTH_INFO) {
        if (!answer_questions(asked)) { return false; }
        result = complete([&] { return ssh_userauth_kbdint(handle(), nullptr, nullptr); });
      }
      if (result == SSH_AUTH_SUCCESS) { return true; }
      if (!session_.is_connected()) { refuse(); }
      if (!asked || result == SSH_AUTH_PARTIAL) { break; }
    }
    if (asked) { tried_.emplace_back("keyboard-interactive"); }
    return false;
  }

  // False: nobody answers.
  bool answer_questions(bool& asked) {
    const int count = ssh_userauth_kbdint_getnprompts(handle());
    for (int i = 0; i < count; ++i) {
      const auto index = static_cast<unsigned>(i);
      char echo = 0;
      const char* question = ssh_userauth_kbdint_getprompt(handle(), index, &echo);
      const auto answer = prompter_.ask(fmt::format("{}@{}: {}", config_.user, config_.alias,
                                                    question == nullptr ? "" : question),
                                        echo != 0);
      if (!answer) { return false; }
      asked = true;
      ssh_userauth_kbdint_setanswer(handle(), index, answer->c_str());
    }
    return true;
  }

  bool try_password() {
    for (unsigned i = 0; i < config_.password_prompts; ++i) {
      const auto answer =
          prompter_.ask(fmt::format("{}@{}'s password: ", config_.user, config_.alias));
      if (!answer) { return false; }
      const int result =
          complete([&] { return ssh_userauth_password(handle(), nullptr, answer->c_str()); });
      if (result == SSH_AUTH_SUCCESS) { return true; }
      if (!session_.is_connected()) { refuse(); }
      if (result == SSH_AUTH_PARTIAL) { break; }
    }
    tried_.emplace_back("password");
    return false;
  }

  std::string methods() {
    std::vector<std::string> methods;
    if (offers(SSH_AUTH_METHOD_PUBLICKEY)) { methods.emplace_back("publickey"); }
    if (offers(SSH_AUTH_METHOD_INTERACTIVE)) { methods.emplace_back("keyboard-interactive"); }
    if (offers(SSH_AUTH_METHOD_PASSWORD)) { methods.emplace_back("password"); }
    if (offers(SSH_AUTH_METHOD_GSSAPI_MIC)) { methods.emplace_back("gssapi-with-mic"); }
    if (offers(SSH_AUTH_METHOD_HOSTBASED)) { methods.emplace_back("hostbased"); }
    if (methods.empty()) { return {}; }
    return fmt::format(" (the server takes: {})", fmt::join(methods, ", "));
  }

  [[noreturn]] void refuse() {
    const bool connected = session_.is_connected();
    const std::string reason = connected ? "" : session_.reason();
    std::string details = connected ? methods() : ": " + reason;
    details += tried_.empty() ? "; there was no key to try"
                              : fmt::format("; tried: {}", fmt::join(tried_, ", "));
    if (!useless_.empty()) { details += fmt::format("; {}", fmt::join(useless_, "; ")); }
    if (agent_ && agent_->refusals() > 0) { details += "; the agent refused to sign"; }
    throw Unreachable(refusal(reason, details));
  }

  Said refusal(const std::string& reason, const std::string& details) {
    if (reason.find("Too many authentication failures") != std::string::npos) {
      return say<"ssh-login-too-many-keys">(config_.user, details, config_.alias);
    }
    if (agent_ && agent_->refusals() > 0) {
      return say<"ssh-login-agent-refused">(config_.user, details, exec_cure(config_));
    }
    if (!useless_.empty()) { return say<"ssh-login-key-unusable">(config_.user, details); }
    return say<"ssh-login-refused">(config_.user, details, config_.alias, exec_cure(config_));
  }

  SshSession& session_;
  const SshConfig& config_;
  KeyFiles& keys_;
  Prompter& prompter_;
  std::chrono::milliseconds step_;
  std::vector<Identity> identities_;
  std::optional<FilteredAgent> agent_;
  std::vector<std::string> tried_;
  std::vector<std::string> useless_;  // key files that were named by hand, and why they are none
};

KeyFile copy_of(const KeyFile& file) {
  return {SshKey(file.key ? ssh_key_dup(file.key.get()) : nullptr), file.locked};
}

}  // namespace

KeyFile KeyFiles::find(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(path);
  if (found != known_.end()) { return copy_of(found->second); }
  return copy_of(known_.emplace(path, read_key_file(path, nullptr)).first->second);
}

KeyFile KeyFiles::unlock(const std::string& path, Prompter& prompter) {
  const std::lock_guard lock(mutex_);
  KeyFile& known = known_[path];
  if (!known.key && asked_.insert(path).second) { known = read_key_file(path, &prompter); }
  return copy_of(known);
}

void log_in(SshSession& session, const SshConfig& config, KeyFiles& keys, Prompter& prompter,
            std::chrono::milliseconds step) {
  Authentication(session, config, keys, prompter, step).run();
}

}  // namespace wgmesh
