#include "controller/ssh/host_key_check.h"

#include <fmt/format.h>

#include "controller/reach/transport.h"
#include "controller/ssh/host_key_order.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

// ssh writes no name with one of these into a file, and so trusts none that is not there.
constexpr const char* kNeverWritten = "@?*#[]|'\"\\";

// One question about one server.
class Check {
 public:
  Check(const SshConfig& config, const KnownHosts& known, const std::vector<std::string>& order,
        const ShownHostKey& shown, const HostKeyPolicies& policies)
      : config_(config),
        known_(known),
        order_(order),
        shown_(shown),
        policies_(policies),
        name_(config.known_hosts_name()) {}

  void run() {
    // ssh asks no file then, not even for a revoked key.
    if (config_.trust_localhost && shown_.is_local && config_.host_key_alias.empty()) { return; }
    refuse_what_a_certificate_may_decide();
    switch (known_.check(shown_.key)) {
      case HostKeyVerdict::kKnown:
        check_address();
        return;
      case HostKeyVerdict::kRevoked:
        refuse_revoked(known_, name_);
      case HostKeyVerdict::kChanged:
      case HostKeyVerdict::kOtherKind:
        refuse_changed(known_, name_);
      case HostKeyVerdict::kUnclear:
        refuse_unclear(known_);
      case HostKeyVerdict::kUnknown:
        break;
    }
    if (is_known_without_port()) {
      check_address();
      return;
    }
    if (!accepts_new()) { refuse_unknown(); }
    check_address();
    accept(name_);
  }

 private:
  bool accepts_new() const {
    return (policies_.accept_new || config_.host_keys == HostKeyPolicy::kAcceptNew) &&
           config_.host_name.find_first_of(kNeverWritten) == std::string::npos;
  }

  // As ssh: a key that is written down for the host at its usual port is good at another one too.
  // A revoked one is not, and here we refuse more than ssh.
  bool is_known_without_port() {
    if (config_.port == 22 || !config_.host_key_alias.empty()) { return false; }
    SshConfig usual = config_;
    usual.port = 22;
    const std::string name = usual.known_hosts_name();
    const KnownHosts known(known_hosts_files(config_), name);
    const HostKeyVerdict verdict = known.check(shown_.key);
    if (verdict == HostKeyVerdict::kRevoked) { refuse_revoked(known, name); }
    if (verdict == HostKeyVerdict::kUnclear) { refuse_unclear(known); }
    if (authority_.empty()) { authority_ = known.authority(); }
    return verdict == HostKeyVerdict::kKnown;
  }

  // libssh does no host certificates. Where ssh would look at one, and a line of known_hosts may
  // turn its signature into a refusal, only ssh can decide; so too where the certificate is one for
  // another key than we were shown.
  void refuse_what_a_certificate_may_decide() {
    authority_ = known_.authority();
    const std::string revocation = known_.revocation();
    if (!shown_.server_offered) {
      if (!revocation.empty()) { refuse_certificate(revocation); }
      if (!authority_.empty()) { refuse_certificate(authority_); }
      return;
    }
    const auto agreed = agreed_algorithm(order_, *shown_.server_offered);
    if (!agreed) { return; }
    if (is_certificate(*agreed) && !revocation.empty()) { refuse_certificate(revocation); }
    if (kind_of_algorithm(*agreed) != shown_.key.kind) { refuse_certificate(authority_); }
  }

  // CheckHostIP: a name's server has to have the address's key too.
  void check_address() {
    if (!config_.check_host_ip || shown_.address.empty() || shown_.is_local ||
        shown_.address == config_.host_name) {
      return;
    }
    SshConfig numeric = config_;
    numeric.host_name = shown_.address;
    numeric.host_key_alias.clear();
    const std::string name = numeric.known_hosts_name();
    const KnownHosts known(known_hosts_files(config_), name);
    switch (known.check(shown_.key)) {
      case HostKeyVerdict::kKnown:
        return;
      case HostKeyVerdict::kRevoked:
        refuse_revoked(known, name);
      case HostKeyVerdict::kChanged:
      case HostKeyVerdict::kOtherKind:
        refuse_changed(known, name);
      case HostKeyVerdict::kUnclear:
        refuse_unclear(known);
      case HostKeyVerdict::kUnknown:
        break;
    }
    accept(name);
  }

  // As ssh: into the first file of the list; where that fails, the user is told and we go on.
  void accept(const std::string& name) {
    policies_.report(fmt::format("accepted the new host key of {}: {}", name, shown_.fingerprint));
    if (config_.user_known_hosts.empty() || config_.user_known_hosts.front() == "/dev/null") {
      return;
    }
    try {
      add_known_host(config_.user_known_hosts.front(), name, shown_.key, config_.hash_known_hosts);
    } catch (const SystemError& error) {
      policies_.report(
          fmt::format("the new host key of {} is not kept: {}", name, error.message()));
    }
  }

  [[noreturn]] void refuse_revoked(const KnownHosts& known, const std::string& name) const {
    throw Unreachable(say<"host-key-revoked">(name, shown_.fingerprint, known.where(shown_.key)));
  }

  [[noreturn]] void refuse_changed(const KnownHosts& known, const std::string& name) const {
    const std::string where = known.where(shown_.key);
    if (known.check(shown_.key) == HostKeyVerdict::kOtherKind) {
      throw Unreachable(
          say<"host-key-kind-changed">(name, shown_.fingerprint, where, exec_cure(config_)));
    }
    throw Unreachable(say<"host-key-changed">(name, shown_.fingerprint, where));
  }

  [[noreturn]] void refuse_unclear(const KnownHosts& known) const {
    throw Unreachable(
        say<"host-key-uncheckable">(name_, shown_.fingerprint, known.where(shown_.key)));
  }

  [[noreturn]] void refuse_certificate(const std::string& where) const {
    throw Unreachable(say<"host-key-wants-certificate">(
        name_, where.empty() ? "" : fmt::format(" ({})", where), exec_cure(config_)));
  }

  [[noreturn]] void refuse_unknown() const {
    // ssh enters then without asking, and keeps nothing that we could compare.
    if (!authority_.empty()) { refuse_certificate(authority_); }
    if (config_.keys_from_elsewhere) {
      throw Unreachable(
          say<"host-key-not-in-files">(name_, shown_.fingerprint, exec_cure(config_)));
    }
    throw Unreachable(say<"host-key-unknown">(name_, shown_.fingerprint, config_.alias));
  }

  const SshConfig& config_;
  const KnownHosts& known_;
  const std::vector<std::string>& order_;
  const ShownHostKey& shown_;
  const HostKeyPolicies& policies_;
  std::string name_;
  std::string authority_;  // where a @cert-authority line for this host stands
};

}  // namespace

std::vector<std::string> known_hosts_files(const SshConfig& config) {
  std::vector<std::string> files = config.user_known_hosts;
  files.insert(files.end(), config.global_known_hosts.begin(), config.global_known_hosts.end());
  return files;
}

void check_host_key(const SshConfig& config, const KnownHosts& known,
                    const std::vector<std::string>& order, const ShownHostKey& shown,
                    const HostKeyPolicies& policies) {
  Check(config, known, order, shown, policies).run();
}

}  // namespace wgmesh
