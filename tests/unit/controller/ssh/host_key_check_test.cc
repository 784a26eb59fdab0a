// What known_hosts says of a server's name, and of its address (CheckHostIP). The names are tested
// against ssh's own decision as well, in tests/ssh.
#include "controller/ssh/host_key_check.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace wgmesh::host_key_check_test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr const char* kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
constexpr const char* kOther =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC";

constexpr const char* kOtherKind =
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

SshPublicKey key_of(const std::string& text) {
  const auto blank = text.find(' ');
  return *parse_ssh_public_key(text.substr(0, blank), text.substr(blank + 1));
}

class HostKeyCheck : public ::testing::Test {
 protected:
  HostKeyCheck() {
    std::string name = ::testing::TempDir() + "wgmesh-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) { throw SystemError("mkdtemp", errno); }
    folder_ = name;
    config_.host_name = "node.example";
    config_.user_known_hosts = {folder_ + "/known_hosts"};
    config_.check_host_ip = true;
    shown_.key = key_of(kKey);
    shown_.address = "192.0.2.7";
  }
  ~HostKeyCheck() override { std::filesystem::remove_all(folder_); }

  // What is said of a server whose name is known, where the file says that of its address.
  std::string check(const std::string& of_address) {
    return check_with(fmt::format("node.example {}\n{}", kKey, of_address));
  }
  std::string check_with(const std::string& text) {
    std::ofstream(config_.user_known_hosts.front()) << text;
    const KnownHosts known(known_hosts_files(config_), config_.known_hosts_name());
    try {
      check_host_key(config_, known, order_, shown_,
                     {false, [this](const std::string& line) { told_ += line; }});
    } catch (const Unreachable& error) {
      id_ = error.id();
      cure_ = error.cure();
      return error.message();
    }
    return "trusted";
  }
  std::string file() const {
    std::ifstream in(config_.user_known_hosts.front());
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string folder_;
  SshConfig config_;
  ShownHostKey shown_;
  std::vector<std::string> order_ = {"ssh-ed25519"};
  std::string told_;
  std::string id_;  // of the refusal
  std::string cure_;
};

TEST_F(HostKeyCheck, EveryVerdictButKnownIsARefusal) {
  config_.check_host_ip = false;
  EXPECT_EQ(check_with(fmt::format("node.example {}\n", kKey)), "trusted");
  EXPECT_THAT(check_with(""), HasSubstr("is unknown"));
  EXPECT_EQ(id_, "host-key-unknown");
  EXPECT_THAT(check_with(fmt::format("node.example {}\n", kOther)), HasSubstr("has changed"));
  EXPECT_EQ(id_, "host-key-changed");
  EXPECT_THAT(cure_, EndsWith("ssh-keygen -R 'node.example'"));
  EXPECT_THAT(check_with(fmt::format("node.example {}\n", kOtherKind)),
              HasSubstr("a key of another kind"));
  EXPECT_EQ(id_, "host-key-kind-changed");
  EXPECT_THAT(cure_, HasSubstr("ssh-keygen -R 'node.example'; if `ssh "));
  EXPECT_THAT(check_with("node.example ssh-ed25519 garbage\n"), HasSubstr("cannot be checked"));
  EXPECT_EQ(id_, "host-key-uncheckable");
  EXPECT_EQ(told_, "");
}

TEST_F(HostKeyCheck, ARevokedKeyIsRefusedWhateverElseIsWritten) {
  config_.check_host_ip = false;
  shown_.server_offered = "ssh-ed25519";  // no certificate
  const std::string revoked = fmt::format("@revoked node.example {}\n", kKey);
  EXPECT_THAT(check_with(revoked), HasSubstr("is revoked"));
  EXPECT_EQ(id_, "host-key-revoked");
  EXPECT_THAT(check_with(revoked + fmt::format("node.example {}\n", kKey)),
              HasSubstr("is revoked"));
  // Who takes new keys takes no revoked one.
  config_.host_keys = HostKeyPolicy::kAcceptNew;
  EXPECT_THAT(check_with(revoked), HasSubstr("is revoked"));
  EXPECT_THAT(check_with(fmt::format("node.example {}\n", kOther)), HasSubstr("has changed"));
  EXPECT_EQ(check_with(""), "trusted");
  EXPECT_THAT(told_, HasSubstr("accepted the new host key of node.example"));
}

// ssh looks at the certificate, and may find that a revoked authority has signed it. libssh cannot.
TEST_F(HostKeyCheck, WhatACertificateMayDecideIsLeftToSsh) {
  config_.check_host_ip = false;
  const std::string text = fmt::format("node.example {}\n@revoked node.example {}\n", kKey, kOther);
  shown_.server_offered = "ssh-ed25519-cert-v01@openssh.com,ssh-ed25519";
  order_ = {"ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519"};
  EXPECT_THAT(check_with(text), HasSubstr("is to be checked by a certificate"));
  EXPECT_EQ(id_, "host-key-wants-certificate");
  order_ = {"ssh-ed25519"};  // ssh would not have asked for the certificate
  EXPECT_EQ(check_with(text), "trusted");
}

TEST_F(HostKeyCheck, AKeyThatSshMayFindInDnsIsNotTrusted) {
  config_.keys_from_elsewhere = true;
  EXPECT_THAT(check_with(""), HasSubstr("node.example is in no known_hosts file"));
  EXPECT_EQ(id_, "host-key-not-in-files");
  EXPECT_THAT(cure_, HasSubstr("VerifyHostKeyDNS"));
}

// A key that is written for the usual port is good at another one; a revoked one is not.
TEST_F(HostKeyCheck, TheUsualPortSpeaksForTheOthers) {
  config_.check_host_ip = false;
  config_.port = 2222;
  EXPECT_EQ(check_with(fmt::format("node.example {}\n", kKey)), "trusted");
  EXPECT_THAT(check_with(fmt::format("@revoked node.example {}\n", kKey)), HasSubstr("is revoked"));
  EXPECT_THAT(check_with(fmt::format("node.example {}\n", kOther)), HasSubstr("is unknown"));
}

TEST_F(HostKeyCheck, AnAddressThatIsKnownByTheSameKeyIsTrusted) {
  EXPECT_EQ(check(fmt::format("192.0.2.7 {}\n", kKey)), "trusted");
  EXPECT_EQ(told_, "");
}

TEST_F(HostKeyCheck, AnAddressThatIsNotKnownIsRemembered) {
  EXPECT_EQ(check(""), "trusted");
  EXPECT_THAT(told_, HasSubstr("accepted the new host key of 192.0.2.7"));
  EXPECT_THAT(file(), HasSubstr(fmt::format("192.0.2.7 {}", kKey)));
}

TEST_F(HostKeyCheck, AnAddressThatIsKnownByAnotherKeyIsRefused) {
  EXPECT_THAT(check(fmt::format("192.0.2.7 {}\n", kOther)),
              HasSubstr("the host key of 192.0.2.7 has changed"));
  config_.port = 2222;  // then the address has its port, too
  std::ofstream(config_.user_known_hosts.front()) << "";
  EXPECT_THAT(check(fmt::format("[node.example]:2222 {}\n[192.0.2.7]:2222 {}\n", kKey, kOther)),
              HasSubstr("the host key of [192.0.2.7]:2222 has changed"));
}

TEST_F(HostKeyCheck, AnAddressWhoseKeyIsRevokedIsRefused) {
  EXPECT_THAT(check(fmt::format("@revoked 192.0.2.7 {}\n", kKey)),
              HasSubstr("the host key of 192.0.2.7 is revoked"));
}

TEST_F(HostKeyCheck, ALineAboutTheAddressThatNobodyUnderstandsIsRefused) {
  EXPECT_THAT(check("192.0.2.7 ssh-ed25519 garbage\n"), HasSubstr("cannot be checked"));
}

TEST_F(HostKeyCheck, NobodyAsksForTheAddressWhereItSaysNothing) {
  const std::string bad = fmt::format("192.0.2.7 {}\n", kOther);
  const ShownHostKey shown = shown_;
  const SshConfig config = config_;
  config_.check_host_ip = false;
  EXPECT_EQ(check(bad), "trusted");
  config_ = config;
  shown_.is_local = true;
  EXPECT_EQ(check(bad), "trusted");
  shown_ = shown;
  shown_.address = "";  // reached through a process
  EXPECT_EQ(check(bad), "trusted");
}

}  // namespace
}  // namespace wgmesh::host_key_check_test
