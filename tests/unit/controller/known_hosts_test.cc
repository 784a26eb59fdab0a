#include "controller/host_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace wgmesh {
namespace {

SshKey make_key(ssh_keytypes_e kind = SSH_KEYTYPE_ED25519) {
  ssh_key key = nullptr;
  ssh_pki_generate(kind, kind == SSH_KEYTYPE_ECDSA_P256 ? 256 : 0, &key);
  return SshKey(key);
}

std::string text_of(const SshKey& key) {
  char* raw = nullptr;
  ssh_pki_export_pubkey_base64(key.get(), &raw);
  const SshText base64(raw);
  return std::string(ssh_key_type_to_char(ssh_key_type(key.get()))) + " " + base64.get();
}

class KnownHostsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "wgmesh-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(directory_ + "/" + name) << content;
    return directory_ + "/" + name;
  }
  HostKeyVerdict verdict(const std::string& content, const SshKey& shown,
                         const std::string& name = "n") const {
    return KnownHosts({write("known", content)}, name).check(shown.get());
  }

  std::string directory_;
  SshKey key_ = make_key();
  SshKey other_ = make_key();
};

TEST_F(KnownHostsTest, Verdicts) {
  EXPECT_EQ(verdict("", key_), HostKeyVerdict::kUnknown);
  EXPECT_EQ(verdict("else " + text_of(key_) + "\n", key_), HostKeyVerdict::kUnknown);
  EXPECT_EQ(verdict("n " + text_of(key_) + "\n", key_), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict("n " + text_of(other_) + "\n", key_), HostKeyVerdict::kChanged);
  EXPECT_EQ(verdict("n " + text_of(make_key(SSH_KEYTYPE_ECDSA_P256)) + "\n", key_),
            HostKeyVerdict::kOtherKind);
}

TEST_F(KnownHostsTest, OneOfManyKnownKeysIsEnough) {
  EXPECT_EQ(verdict("n " + text_of(other_) + "\nn " + text_of(key_) + "\n", key_),
            HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict("n " + text_of(key_) + "\nn " + text_of(other_) + "\n", key_),
            HostKeyVerdict::kKnown);
}

TEST_F(KnownHostsTest, RevocationWinsWhereverItStands) {
  const std::string known = "n " + text_of(key_) + "\n";
  EXPECT_EQ(verdict("@revoked * " + text_of(key_) + "\n" + known, key_), HostKeyVerdict::kRevoked);
  EXPECT_EQ(verdict(known + "@revoked\tn " + text_of(key_) + "\n", key_), HostKeyVerdict::kRevoked);
  EXPECT_EQ(verdict(known + "@revoked n " + text_of(other_) + "\n", key_), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(known + "@revoked else " + text_of(key_) + "\n", key_), HostKeyVerdict::kKnown);
}

TEST_F(KnownHostsTest, ASignersKeyIsNoHostKey) {
  EXPECT_EQ(verdict("@cert-authority * " + text_of(key_) + "\n", key_), HostKeyVerdict::kUnknown);
}

TEST_F(KnownHostsTest, DamagedLinesAndMissingFilesHoldNothing) {
  EXPECT_EQ(verdict("n\nn ssh-ed25519\nn ssh-ed25519 !!!\n@revoked\n@\n \n", key_),
            HostKeyVerdict::kUnknown);
  EXPECT_EQ(KnownHosts({directory_ + "/none"}, "n").check(key_.get()), HostKeyVerdict::kUnknown);
}

TEST_F(KnownHostsTest, PrefersTheKindsItKnows) {
  EXPECT_THAT(KnownHosts({}, "n").preferred_algorithms(), ::testing::StartsWith("ssh-ed25519,"));
  const KnownHosts known({write("known", "n " + text_of(make_key(SSH_KEYTYPE_ECDSA_P256)) + "\n")},
                         "n");
  EXPECT_THAT(known.preferred_algorithms(),
              ::testing::StartsWith("ecdsa-sha2-nistp256,ssh-ed25519,"));
}

TEST_F(KnownHostsTest, AnAddedHostIsKnown) {
  const std::string file = write("known", "# no newline");
  add_known_host(file, "[n]:2222", key_.get());
  EXPECT_EQ(KnownHosts({file}, "[n]:2222").check(key_.get()), HostKeyVerdict::kKnown);
  EXPECT_EQ(KnownHosts({file}, "n").check(key_.get()), HostKeyVerdict::kUnknown);
}

}  // namespace
}  // namespace wgmesh
