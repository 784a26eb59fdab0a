#include "controller/ssh/ssh_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/ssh/ssh_dial.h"

namespace wgmesh::ssh_config_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kDefaults =
    "host h\nuser me\nhostname h\nport 22\nidentitiesonly no\nstricthostkeychecking ask\n"
    "ciphers aes128-ctr,aes256-ctr\nsessiontype default\nsecuritykeyprovider internal\n"
    "requiredrsasize 1024\nstdinnull no\n";

SshConfig config_of(const std::string& lines) {
  SshTarget target;
  target.host = "h";
  return make_ssh_config(target, "", parse_ssh_options(lines), parse_ssh_options(kDefaults));
}

std::string message_of(const std::string& lines) {
  try {
    config_of(lines);
  } catch (const Error& error) { return error.message(); }
  return "no error";
}

std::string id_of(const std::string& lines) {
  try {
    config_of(lines);
  } catch (const Error& error) { return error.id(); }
  return "no error";
}

TEST(ParseSshOptions, TakesLinesInAnyCaseAndKeepsRepetitions) {
  const SshOptionLines options =
      parse_ssh_options("User root\nidentityfile ~/a b\nidentityfile ~/c\nempty\nproxycommand");
  EXPECT_THAT(options.at("user"), ElementsAre("root"));
  EXPECT_THAT(options.at("identityfile"), ElementsAre("~/a b", "~/c"));
  EXPECT_THAT(options.at("empty"), ElementsAre(""));
  EXPECT_THAT(options.at("proxycommand"), ElementsAre(""));
}

TEST(ParseSshOptions, RefusesWhatSshDoesNotWrite) {
  EXPECT_EQ(id_of("\x01 binary\n"), "ssh-config-garbage");
  EXPECT_THROW(parse_ssh_options(" leading space\n"), Error);
}

TEST(MakeSshConfig, ReadsWhereAndWho) {
  const SshConfig config = config_of(
      "user root\nhostname 192.0.2.1\nport 2222\naddressfamily inet\nconnecttimeout 7\n"
      "identityfile /keys/%r@%n\nidentitiesonly yes\nidentityagent none\nhostkeyalias other\n"
      "pubkeyauthentication true\npasswordauthentication no\nbatchmode yes\n");
  EXPECT_EQ(config.user, "root");
  EXPECT_EQ(config.host_name, "192.0.2.1");
  EXPECT_EQ(config.port, 2222);
  EXPECT_EQ(config.address_family, "inet");
  EXPECT_EQ(config.connect_timeout, std::chrono::seconds(7));
  EXPECT_THAT(config.identity_files, ElementsAre("/keys/root@h"));
  EXPECT_TRUE(config.identities_only);
  EXPECT_EQ(config.identity_agent, "");
  EXPECT_EQ(config.known_hosts_name(), "other");
  EXPECT_TRUE(config.public_key);
  EXPECT_FALSE(config.password);
  EXPECT_TRUE(config.batch_mode);
}

TEST(MakeSshConfig, KnownHostsNameCarriesAnUnusualPort) {
  EXPECT_EQ(config_of("hostname n\nport 22\n").known_hosts_name(), "n");
  EXPECT_EQ(config_of("hostname n\nport 2222\n").known_hosts_name(), "[n]:2222");
}

TEST(MakeSshConfig, OnlyListsThatTheUserHasSetAreTaken) {
  EXPECT_EQ(config_of("ciphers aes128-ctr,aes256-ctr\n").ciphers, "");
  EXPECT_EQ(config_of("ciphers aes256-ctr\n").ciphers, "aes256-ctr");
}

TEST(MakeSshConfig, AcceptsFirstContactsOnlyWhereTheUserSaysSo) {
  EXPECT_EQ(config_of("stricthostkeychecking ask\n").host_keys, HostKeyPolicy::kStrict);
  EXPECT_EQ(config_of("stricthostkeychecking true\n").host_keys, HostKeyPolicy::kStrict);
  EXPECT_EQ(config_of("stricthostkeychecking no\n").host_keys, HostKeyPolicy::kAcceptNew);
  EXPECT_EQ(config_of("stricthostkeychecking false\n").host_keys, HostKeyPolicy::kAcceptNew);
  EXPECT_EQ(config_of("stricthostkeychecking accept-new\n").host_keys, HostKeyPolicy::kAcceptNew);
}

TEST(MakeSshConfig, NamesAllOptionsThatCannotBeHonoured) {
  EXPECT_THAT(message_of("bindinterface eth1\nrequiredrsasize 4096\nsessiontype default\n"
                         "remotecommand none\n"),
              ::testing::AllOf(HasSubstr("bindinterface eth1"), HasSubstr("requiredrsasize 4096"),
                               ::testing::Not(HasSubstr("sessiontype")),
                               ::testing::Not(HasSubstr("remotecommand"))));
  EXPECT_EQ(id_of("bindinterface eth1\n"), "ssh-config-unsupported");
}

TEST(MakeSshConfig, NamesATokenItDoesNotKnow) {
  EXPECT_EQ(message_of("proxycommand nc %C %p\n"),
            "ssh option proxycommand nc %C %p: the token %C is not understood");
  EXPECT_EQ(id_of("proxycommand nc %C %p\n"), "ssh-option-token-unknown");
  EXPECT_EQ(config_of("hostname n\nport 24\nproxycommand nc %h %p %%\n").proxy_command,
            "nc n 24 %");
}

TEST(MakeSshConfig, NamesAVariableThatIsNotSet) {
  EXPECT_EQ(message_of("identityfile ${WGMESH_UNSET}/id\n"),
            "ssh option identityfile ${WGMESH_UNSET}/id: ${WGMESH_UNSET} is not set");
  EXPECT_EQ(id_of("identityfile ${WGMESH_UNSET}/id\n"), "ssh-option-variable-unset");
}

TEST(MakeSshConfig, RefusesAPortThatIsNone) {
  EXPECT_EQ(message_of("port 0\n"), "ssh option port: 0");
  EXPECT_EQ(id_of("port 65536\n"), "ssh-option-unfit");
}

TEST(MakeSshConfig, PreferredAuthenticationsLeaveOthersOut) {
  const SshConfig config = config_of("preferredauthentications publickey,hostbased\n");
  EXPECT_TRUE(config.public_key);
  EXPECT_FALSE(config.password);
  EXPECT_FALSE(config.keyboard_interactive);
}

TEST(SshArguments, SayWhatTheFileSays) {
  SshTarget target;
  target.host = "h";
  target.user = "root";
  target.port = 2222;
  target.identity_files = {"~/.ssh/a"};
  target.proxy_jump = "gw";
  target.connect_timeout = 3;
  EXPECT_THAT(ssh_arguments(target, ""), ElementsAre("-l", "root", "-p", "2222", "-i", "~/.ssh/a",
                                                     "-J", "gw", "-o", "ConnectTimeout=3"));
}

std::vector<std::string> tail_of_jump(const std::string& jump) {
  SshConfig config;
  config.host_name = "2001:db8::1";
  config.proxy_jump = jump;
  std::vector<std::string> words = jump_command(config, "");
  words.erase(words.begin(), words.begin() + 3);
  return words;
}

TEST(JumpCommand, SplitsHops) {
  EXPECT_THAT(tail_of_jump("gw"), ElementsAre("-W", "[2001:db8::1]:22", "--", "gw"));
  EXPECT_THAT(tail_of_jump("a,me@gw:2222"),
              ElementsAre("-J", "a", "-W", "[2001:db8::1]:22", "-p", "2222", "--", "me@gw"));
  EXPECT_THAT(tail_of_jump("[2001:db8::2]:24"),
              ElementsAre("-W", "[2001:db8::1]:22", "-p", "24", "--", "2001:db8::2"));
  EXPECT_THAT(tail_of_jump("2001:db8::2"),
              ElementsAre("-W", "[2001:db8::1]:22", "--", "2001:db8::2"));
  EXPECT_THAT(tail_of_jump("ssh://me@gw:24"),
              ElementsAre("-W", "[2001:db8::1]:22", "--", "ssh://me@gw:24"));
}

}  // namespace
}  // namespace wgmesh::ssh_config_test
