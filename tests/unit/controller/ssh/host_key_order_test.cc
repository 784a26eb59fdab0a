#include "controller/ssh/host_key_order.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/error.h"

namespace wgmesh::host_key_order_test {
namespace {

using ::testing::ElementsAre;

constexpr const char* kRsa = "n ssh-rsa AAAAB3NzaC1yc2EAAAABAwAAAAEB\n";
constexpr const char* kEd25519 =
    "n ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";

class HostKeyOrderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    config_.alias = "n";
    config_.exec = "ssh n";
    config_.host_key_algorithms =
        "ssh-ed25519-cert-v01@openssh.com,ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512";
  }
  std::vector<std::string> order(const std::string& lines) {
    const std::string file = ::testing::TempDir() + fmt::format("order-{}", getpid());
    std::ofstream(file) << lines;
    const KnownHosts known({file}, "n");
    std::filesystem::remove(file);
    return host_key_order(config_, known);
  }
  SshConfig config_;
};

TEST_F(HostKeyOrderTest, WhatIsKnownComesFirst) {
  EXPECT_THAT(order(""), ElementsAre("ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519",
                                     "ecdsa-sha2-nistp256", "rsa-sha2-512"));
  EXPECT_THAT(order(kRsa), ElementsAre("rsa-sha2-512", "ssh-ed25519-cert-v01@openssh.com",
                                       "ssh-ed25519", "ecdsa-sha2-nistp256"));
}

TEST_F(HostKeyOrderTest, AsListedWhereTheBestKindIsKnown) {
  EXPECT_THAT(order(std::string(kEd25519) + kRsa),
              ElementsAre("ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", "ecdsa-sha2-nistp256",
                          "rsa-sha2-512"));
}

TEST_F(HostKeyOrderTest, AsListedWhereTheUserSaysSo) {
  config_.host_keys_as_listed = true;
  EXPECT_EQ(order(kRsa).back(), "rsa-sha2-512");
}

TEST_F(HostKeyOrderTest, AnAuthorityPutsCertificatesFirst) {
  config_.host_key_algorithms = "ecdsa-sha2-nistp256,ssh-ed25519-cert-v01@openssh.com,rsa-sha2-512";
  EXPECT_EQ(order(std::string("@cert-authority ") + kRsa).front(),
            "ssh-ed25519-cert-v01@openssh.com");
}

TEST_F(HostKeyOrderTest, OffersWhatLibsshHas) {
  EXPECT_EQ(offered_host_keys(config_, order("")), "ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512");
  config_.host_key_algorithms = "ssh-ed25519-cert-v01@openssh.com,sk-ssh-ed25519@openssh.com";
  try {
    offered_host_keys(config_, order(""));
    FAIL() << "there is nothing to offer";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "host-key-none-common");
    EXPECT_EQ(error.message(),
              "wgmesh's SSH has none of the host keys that the configuration of n asks for: "
              "hostkeyalgorithms ssh-ed25519-cert-v01@openssh.com,sk-ssh-ed25519@openssh.com");
    EXPECT_EQ(error.cure(), exec_cure(config_));
  }
}

TEST_F(HostKeyOrderTest, FindsWhatSshAndTheServerAgreeOn) {
  EXPECT_EQ(agreed_algorithm({"a", "b", "c"}, "c,b"), "b");
  EXPECT_EQ(agreed_algorithm({"a"}, "c,b"), std::nullopt);
  EXPECT_EQ(agreed_algorithm({}, ""), std::nullopt);
}

}  // namespace
}  // namespace wgmesh::host_key_order_test
