// Generated known_hosts files against a real sshd: wgmesh's decision beside that of ssh itself.
// wgmesh is never more open; where it refuses and ssh enters, its reason is one of those that
// README.md lists. A sample, or 600 with WGMESH_LONG; WGMESH_SEED repeats a run.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <sstream>

#include "controller/ssh/known_hosts_line.h"
#include "tests/support/ssh/ssh_test.h"

namespace wgmesh::host_key_campaign_test {
namespace {

constexpr unsigned kSample = 40;
constexpr unsigned kAll = 600;

// What wgmesh says where it refuses and ssh enters.
constexpr std::array kDocumented = {
    "cannot be checked",  // something about this host is not understood, or not readable
    "is revoked",         // StrictHostKeyChecking no; a marker before a tab; without port
    "has changed",        // StrictHostKeyChecking no
    "is to be checked by a certificate",
};

// A link to itself is no file, and no reason to stop.
bool is_regular(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

class HostKeyCampaignTest : public SshTest {
 protected:
  void SetUp() override {
    SshTest::SetUp();
    if (IsSkipped()) { return; }
    const char* seed = getenv("WGMESH_SEED");
    seed_ = seed == nullptr ? std::random_device()() : static_cast<unsigned>(atol(seed));
    random_.seed(seed_);
  }

  unsigned below(unsigned limit) { return std::uniform_int_distribution(0u, limit - 1)(random_); }
  std::string one_of(const std::vector<std::string>& choices) {
    return choices[below(static_cast<unsigned>(choices.size()))];
  }

  static std::string public_key(const SshServer& server, const std::string& file) {
    std::istringstream words(read_text(server.file(file)));
    std::string kind;
    std::string base64;
    words >> kind >> base64;
    return kind + " " + base64;
  }

  // Keys by their part in the play; two of them are the server's.
  void read_keys(const SshServer& server) {
    for (const auto& [name, kind] :
         std::map<std::string, std::string>{{"o1", "ed25519"}, {"o2", "ecdsa"}}) {
      run_captured({"ssh-keygen", "-q", "-t", kind, "-N", "", "-f", server.file(name)}, soon(),
                   nullptr);
    }
    keys_ = {server.host_key("ed25519"),   server.host_key("ed25519"),
             server.host_key("ecdsa"),     public_key(server, "o1.pub"),
             public_key(server, "o2.pub"), public_key(server, "ca.pub")};
    if (below(4) == 0) { keys_.push_back("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"); }
    keys_.push_back("1024 35 1234");
  }

  std::string line(const SshServer& server) {
    const std::string port = fmt::format("{}", server.port());
    const std::string name = "[127.0.0.1]:" + port;
    const std::string host =
        one_of({name, name, name, "known-alias", "127.0.0.1", "a," + name, "[127.0.0.*]:" + port,
                "*", "!" + name + ",*", "else", hashed_host(name), hashed_host("known-alias"),
                hashed_host("else"), "|1|x"});
    std::string key = one_of(keys_);
    const std::string gap = one_of({" ", " ", " ", "  ", "\t", " \t"});
    key.replace(key.find(' '), 1, gap);
    std::string marker = one_of({"", "", "", "", "", "@revoked", "@cert-authority", "@REVOKED",
                                 "@revoked @cert-authority"});
    if (!marker.empty()) { marker += one_of({" ", " ", "\t", "  "}); }
    return one_of({"", "", "", " ", "\t"}) + marker + host + gap + key +
           one_of({"", "", " comment", " # comment", " ", "\t"}) + one_of({"\n", "\n", "\r\n"});
  }

  std::string content(const SshServer& server) {
    std::string made;
    for (unsigned lines = below(4) + 1; lines > 0; --lines) {
      made += one_of({"", "", "", "\n", "# comment\r\n", std::string("\0\n", 2),
                      std::string(9000, 'x') + "\n"});
      made += line(server);
    }
    if (below(4) == 0) { made.pop_back(); }
    return made;
  }

  void write_file(const SshServer& server, const std::string& name) {
    const std::string path = server.file(name);
    std::filesystem::remove_all(path);
    switch (below(12)) {
      case 0:
        break;  // not there
      case 1:
        mkdir(path.c_str(), 0700);
        break;
      case 2:
        ASSERT_EQ(symlink(path.c_str(), path.c_str()), 0);
        break;
      default:
        server.directory().write(name, content(server));
    }
  }

  static std::string config_for(const SshServer& server, const std::string& checking) {
    return fmt::format(
        "Host node\n  UserKnownHostsFile \"{}\" {}\n  GlobalKnownHostsFile {}\n  UpdateHostKeys "
        "no\n  BatchMode yes\n  ConnectTimeout 60\n  StrictHostKeyChecking {}\n",
        server.file("kh 1"), server.file("kh2"), server.file("global"), checking);
  }

  // The first two cases are no dice: the keys are known, or no key is. So each run sees both
  // programs enter and both refuse.
  void run_known_and_unknown(const SshServer& server) {
    const std::string name = fmt::format("[127.0.0.1]:{} ", server.port());
    for (const std::string& file : kNames) { std::filesystem::remove_all(server.file(file)); }
    server.directory().write(
        "kh 1", name + server.host_key("ed25519") + "\n" + name + server.host_key("ecdsa") + "\n");
    decide(server, 0, config_for(server, "yes"));
    EXPECT_EQ(both_enter_, 1u);
    std::filesystem::remove(server.file("kh 1"));
    decide(server, 1, config_for(server, "yes"));
    EXPECT_EQ(both_refuse_, 1u);
  }

  // One case: the files and the configuration.
  void run_case(const SshServer& server, unsigned number) {
    for (const std::string& name : kNames) { write_file(server, name); }
    std::string config =
        config_for(server, one_of({"yes", "ask", "accept-new", "accept-new", "no"}));
    if (below(5) == 0) { config += "  HostKeyAlias known-alias\n"; }
    if (below(5) == 0) { config += "  HashKnownHosts yes\n"; }
    if (below(5) == 0) {
      config += "  HostKeyAlgorithms " +
                one_of({"+ssh-rsa", "^ecdsa-sha2-nistp256", "ssh-ed25519",
                        "ecdsa-sha2-nistp256,ssh-ed25519"}) +
                "\n";
    }
    decide(server, number, config);
  }

  // Asks both programs with the same files.
  void decide(const SshServer& server, unsigned number, const std::string& config) {
    std::map<std::string, std::string> before;
    for (const std::string& name : kNames) {
      if (is_regular(server.file(name))) { before[name] = read_text(server.file(name)); }
    }
    const Ran ssh =
        run_captured({"ssh", "-F", server.config_file(config), "node", "true"}, soon(), nullptr);
    for (const std::string& name : kNames) {
      if (before.contains(name)) {
        server.directory().write(name, before[name]);
      } else if (is_regular(server.file(name))) {
        std::filesystem::remove(server.file(name));
      }
    }
    const std::string why = failure([&] { connect(server, "node", config); });
    const bool ours = why == "no error";
    std::string files;
    for (const auto& [name, text] : before) { files += fmt::format("--- {}\n{}", name, text); }
    SCOPED_TRACE(fmt::format("seed {}, case {}\n{}\n{}\nssh: {} {}\nmesh: {}", seed_, number,
                             config, files, ssh.status, ssh.err, why));
    if (ssh.status == 0 && ours) { ++both_enter_; }
    if (ssh.status != 0 && !ours) { ++both_refuse_; }
    EXPECT_FALSE(ssh.status != 0 && ours) << "more open than ssh";
    if (ssh.status == 0 && !ours) {
      ++stricter_;
      EXPECT_TRUE(std::ranges::any_of(
          kDocumented, [&](const char* reason) { return why.find(reason) != std::string::npos; }));
    }
  }

  void campaign(const SshServer& server, unsigned cases) {
    read_keys(server);
    run_known_and_unknown(server);
    for (unsigned i = 2; i < cases && !HasFatalFailure(); ++i) { run_case(server, i); }
    std::cout << fmt::format(
        "# known_hosts: seed {}, {} cases: {} enter both, {} refuse both, {} refuse where ssh "
        "enters\n",
        seed_, cases, both_enter_, both_refuse_, stricter_);
  }

  static unsigned cases() { return getenv("WGMESH_LONG") == nullptr ? kSample : kAll; }

  static SshServerOptions machine() {
    SshServerOptions machine;
    machine.host_key_kinds = {"ed25519", "ecdsa"};
    machine.init_lines = "ssh-keygen -q -t ed25519 -N '' -f \"$1/ca\"\n";
    return machine;
  }

  static inline const std::array<std::string, 3> kNames = {"kh 1", "kh2", "global"};
  unsigned seed_ = 0;
  std::mt19937 random_;
  std::vector<std::string> keys_;
  unsigned both_enter_ = 0;
  unsigned both_refuse_ = 0;
  unsigned stricter_ = 0;
};

TEST_F(HostKeyCampaignTest, NeverMoreOpenThanSsh) {
  const SshServer server(machine());
  campaign(server, cases());
}

TEST_F(HostKeyCampaignTest, NeverMoreOpenThanSshWhereTheServerHasACertificate) {
  SshServerOptions certified = machine();
  certified.init_lines +=
      "ssh-keygen -q -s \"$1/ca\" -I host -h -n 127.0.0.1,known-alias \"$1/host_ed25519.pub\"\n"
      "echo \"HostCertificate $1/host_ed25519-cert.pub\" >>\"$1/sshd_config\"\n";
  const SshServer server(certified);
  campaign(server, cases() / 2);
}

}  // namespace
}  // namespace wgmesh::host_key_campaign_test
