#include "controller/ssh/known_hosts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/error.h"

namespace wgmesh::known_hosts_test {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string field(std::string_view text) {
  std::string made = {0, 0, static_cast<char>(text.size() >> 8), static_cast<char>(text.size())};
  return made.append(text);
}

SshPublicKey ed25519(char fill) {
  return *parse_ssh_public_key(field("ssh-ed25519") + field(std::string(32, fill)));
}
SshPublicKey rsa(char fill) {
  return *parse_ssh_public_key(field("ssh-rsa") + field("\x03") + field(std::string(256, fill)));
}

std::string text_of(const SshPublicKey& key) { return key.kind + " " + base64_of(key.wire); }

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
  KnownHosts known(const std::string& content, const std::string& name = "n") const {
    return KnownHosts({write("known", content)}, name);
  }
  HostKeyVerdict verdict(const std::string& content, const std::string& name = "n") const {
    return known(content, name).check(key_);
  }

  std::string directory_;
  SshPublicKey key_ = ed25519('a');
  SshPublicKey other_ = ed25519('b');
  std::string mine_ = text_of(key_);
  std::string others_ = text_of(other_);
};

TEST_F(KnownHostsTest, Verdicts) {
  EXPECT_EQ(verdict(""), HostKeyVerdict::kUnknown);
  EXPECT_EQ(verdict("else " + mine_ + "\n"), HostKeyVerdict::kUnknown);
  EXPECT_EQ(verdict("n " + mine_ + "\n"), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict("n " + others_ + "\n"), HostKeyVerdict::kChanged);
  EXPECT_EQ(verdict("n " + text_of(rsa('a')) + "\n"), HostKeyVerdict::kOtherKind);
}

TEST_F(KnownHostsTest, OneOfManyKnownKeysIsEnough) {
  EXPECT_EQ(verdict("n " + others_ + "\nn " + mine_ + "\n"), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict("n " + mine_ + "\nn " + others_ + "\n"), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict("n " + text_of(rsa('a')) + "\nn " + others_ + "\n"), HostKeyVerdict::kChanged);
}

// Every one of these is a line to ssh.
TEST_F(KnownHostsTest, BlanksTabsAndLineEndingsDoNotHideALine) {
  const std::size_t space = mine_.find(' ');
  const std::string kind = others_.substr(0, space);
  const std::string base64 = others_.substr(space + 1);
  for (const std::string& line :
       {"n " + others_ + "\r\n", "n\t" + others_ + "\n", "  n " + others_ + "\n",
        "\t n \t" + kind + "\t \t" + base64 + "\t\n", "n " + others_, "n " + others_ + " a # b\r\n",
        "n " + others_ + " \n", "n " + kind + "\t" + base64 + "\r\n",
        hashed_host("n") + " " + others_ + "\r\n", hashed_host("n") + "\t" + others_ + "\n"}) {
    EXPECT_EQ(verdict(line), HostKeyVerdict::kChanged) << line;
  }
}

TEST_F(KnownHostsTest, RevocationWinsWhereverItStands) {
  const std::string known = "n " + mine_ + "\n";
  for (const std::string& line :
       {"@revoked * " + mine_ + "\n", "@revoked\tn " + mine_ + "\n", "  @revoked n " + mine_ + "\n",
        "\t@revoked \t* " + mine_ + "\r\n", "@revoked a,n " + mine_ + " stolen\r\n",
        "@revoked " + hashed_host("n") + " " + mine_ + "\n"}) {
    EXPECT_EQ(verdict(line + known), HostKeyVerdict::kRevoked) << line;
    EXPECT_EQ(verdict(known + line), HostKeyVerdict::kRevoked) << line;
    EXPECT_EQ(verdict(line), HostKeyVerdict::kRevoked) << line;
  }
  EXPECT_EQ(verdict(known + "@revoked n " + others_ + "\n"), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(known + "@revoked else " + mine_ + "\n"), HostKeyVerdict::kKnown);
}

TEST_F(KnownHostsTest, AKeyIsRevokedInsideACertificateToo) {
  const std::string certificate = field("ssh-ed25519-cert-v01@openssh.com") + field("nonce") +
                                  field(std::string(32, 'a')) + "serial and more";
  const std::string line = "n ssh-ed25519-cert-v01@openssh.com " + base64_of(certificate) + "\n";
  EXPECT_EQ(verdict("@revoked " + line), HostKeyVerdict::kRevoked);
  // As a known key it is another one.
  EXPECT_EQ(verdict(line), HostKeyVerdict::kChanged);
}

TEST_F(KnownHostsTest, ASignersKeyIsNoHostKey) {
  EXPECT_EQ(verdict("@cert-authority * " + mine_ + "\n"), HostKeyVerdict::kUnknown);
  EXPECT_THAT(known("\n@cert-authority * " + mine_ + "\n").authority(), EndsWith("known:2"));
  EXPECT_EQ(known("@cert-authority else " + mine_ + "\n").authority(), "");
}

TEST_F(KnownHostsTest, ALineAboutThisHostThatIsNotUnderstoodIsTold) {
  for (const std::string line : {"n", "n ssh-ed25519", "n ssh-ed25519 !!!", "n 1024 35 1234",
                                 "n ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA", "* ssh-new AAAA",
                                 "|1|nonsense ssh-ed25519 AAAA", "n # ssh-ed25519"}) {
    EXPECT_EQ(verdict("# one\n" + line + "\n"), HostKeyVerdict::kUnclear) << line;
    EXPECT_THAT(known("# one\n" + line + "\n").where(key_), HasSubstr("known:2: no ")) << line;
    // Where the key is known all the same, ssh is right to pass over it.
    EXPECT_EQ(verdict(line + "\nn " + mine_ + "\n"), HostKeyVerdict::kKnown) << line;
    EXPECT_EQ(verdict(line + "\nn " + others_ + "\n"), HostKeyVerdict::kChanged) << line;
  }
  for (const std::string line : {"", "\r", " ", "\t#", "else", "else ssh-ed25519 !!!", "# n x"}) {
    EXPECT_EQ(verdict(line + "\n"), HostKeyVerdict::kUnknown) << line;
  }
}

// It may have been meant to refuse the key.
TEST_F(KnownHostsTest, AMarkerThatIsNotUnderstoodIsToldThoughTheKeyIsKnown) {
  for (const std::string marker : {"@REVOKED", "@", "@revoked,", "@cert-authority @revoked"}) {
    const std::string line = marker + " n " + mine_ + "\n";
    EXPECT_EQ(verdict("n " + mine_ + "\n" + line), HostKeyVerdict::kUnclear) << marker;
    EXPECT_THAT(known("n " + mine_ + "\n" + line).where(key_),
                AllOf(HasSubstr("known:2: "), HasSubstr("marker")));
    EXPECT_EQ(verdict("n " + mine_ + "\n" + marker + " else " + mine_ + "\n"),
              HostKeyVerdict::kKnown);
  }
  EXPECT_EQ(verdict("n " + mine_ + "\n@revoked n ssh-ed25519 AAAA\n"), HostKeyVerdict::kUnclear);
}

TEST_F(KnownHostsTest, ALineEndsAtANul) {
  const std::string nul(1, '\0');
  EXPECT_EQ(verdict("n" + nul + " " + mine_ + "\n"), HostKeyVerdict::kUnclear);
  EXPECT_EQ(verdict(nul + "\nn " + mine_ + "\n"), HostKeyVerdict::kKnown);
}

TEST_F(KnownHostsTest, WhatCannotBeReadHidesNothing) {
  const std::string good = write("good", "n " + mine_ + "\n");
  mkdir((directory_ + "/folder").c_str(), 0700);
  mkfifo((directory_ + "/fifo").c_str(), 0600);
  symlink("loop", (directory_ + "/loop").c_str());
  for (const char* name : {"folder", "fifo", "loop"}) {
    const std::string bad = directory_ + "/" + name;
    EXPECT_EQ(KnownHosts({bad}, "n").check(key_), HostKeyVerdict::kUnclear) << name;
    EXPECT_THAT(KnownHosts({bad}, "n").where(key_), StartsWith(bad + ": "));
    EXPECT_EQ(KnownHosts({bad, good}, "n").check(key_), HostKeyVerdict::kKnown) << name;
  }
  EXPECT_EQ(KnownHosts({directory_ + "/none", good + "/none", "/dev/null"}, "n").check(key_),
            HostKeyVerdict::kUnknown);
}

TEST_F(KnownHostsTest, OneKeyHasOneForm) {
  const std::string padded = field("ssh-rsa") + field(std::string("\0\x03", 2)) +
                             field(std::string(3, '\0') + std::string(256, 'a'));
  EXPECT_EQ(parse_ssh_public_key(padded), rsa('a'));
  EXPECT_EQ(parse_ssh_public_key(padded + "x"), std::nullopt);
  EXPECT_EQ(parse_ssh_public_key("rsa-sha2-512", base64_of(rsa('a').wire)), rsa('a'));
  EXPECT_EQ(parse_ssh_public_key("ssh-ed25519", base64_of(rsa('a').wire)), std::nullopt);
  EXPECT_EQ(parse_ssh_public_key(field("ssh-rsa") + field("\x03") + field("\x80")), std::nullopt);
  EXPECT_EQ(kind_of_algorithm("rsa-sha2-256-cert-v01@openssh.com"), "ssh-rsa");
  EXPECT_EQ(kind_of_algorithm("sk-ssh-ed25519-cert-v01@openssh.com"), "sk-ssh-ed25519@openssh.com");
}

TEST_F(KnownHostsTest, KnowsTheKindsThatAreNotRevoked) {
  const std::string lines = "n " + mine_ + "\nn " + text_of(rsa('a')) + "\n";
  EXPECT_TRUE(known(lines).knows_kind("ssh-rsa"));
  EXPECT_FALSE(known(lines).knows_kind("ecdsa-sha2-nistp256"));
  EXPECT_FALSE(known(lines + "@revoked * " + text_of(rsa('a')) + "\n").knows_kind("ssh-rsa"));
}

TEST_F(KnownHostsTest, AnAddedHostIsKnown) {
  for (const bool hashed : {false, true}) {
    const std::string file = write("known", "# no newline");
    add_known_host(file, "[n]:2222", key_, hashed);
    EXPECT_EQ(KnownHosts({file}, "[n]:2222").check(key_), HostKeyVerdict::kKnown);
    EXPECT_EQ(KnownHosts({file}, "n").check(key_), HostKeyVerdict::kUnknown);
    std::ifstream in(file);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(text.find("[n]:2222") == std::string::npos, hashed);
    EXPECT_EQ(text.find("\n|1|") != std::string::npos, hashed);
  }
}

TEST_F(KnownHostsTest, AFileThatCannotBeWrittenIsAnError) {
  EXPECT_THROW(add_known_host(directory_, "n", key_, false), SystemError);
  EXPECT_THROW(add_known_host("/dev/full", "n", key_, false), SystemError);
}

TEST(MatchesHost, Patterns) {
  EXPECT_TRUE(matches_host("a.example.com", "*.example.com"));
  EXPECT_TRUE(matches_host("a.example.com", "b,A.EXAMPLE.com"));
  EXPECT_TRUE(matches_host("ab", "a?"));
  EXPECT_TRUE(matches_host("ab", "*"));
  EXPECT_TRUE(matches_host("aab", "*a*b**"));
  EXPECT_FALSE(matches_host("ab", "a"));
  EXPECT_FALSE(matches_host("ab", "a?b"));
  EXPECT_FALSE(matches_host("ab", "!ab,*"));
  EXPECT_FALSE(matches_host("ab", "*,!a*"));
  EXPECT_FALSE(matches_host("ab", "!x"));
  EXPECT_FALSE(matches_host("ab", ""));
  EXPECT_FALSE(matches_host("ab", "ab," + std::string(1023, 'x')));
  EXPECT_TRUE(matches_host("[n]:2222", "[n]:22*"));
  // A pattern that a naive matcher needs ages for.
  EXPECT_FALSE(matches_host(std::string(200, 'a'), "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"));
}

// As in a library that its administrator has cut down.
TEST_F(KnownHostsTest, AHashThatNobodyCanMakeIsAnError) {
  ASSERT_EQ(EVP_set_default_properties(nullptr, "provider=none"), 1);
  try {
    hashed_host("n");
    ADD_FAILURE() << "there was a hash";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "host-key-hash-missing");
    EXPECT_THAT(error.message(), HasSubstr("HMAC-SHA1"));
  }
  EVP_set_default_properties(nullptr, "");
}

}  // namespace
}  // namespace wgmesh::known_hosts_test
