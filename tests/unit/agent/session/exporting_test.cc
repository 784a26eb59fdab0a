// An export as a controller asks for it, in whole sessions: files on the node, and an answer without
// secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "common/secret_text.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::exporting_test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class AnExport : public testing::Test {
 protected:
  static proto::Open reading(const proto::Plan& plan) {
    proto::Open open = open_for(plan);
    open.set_changes_state(false);
    return open;
  }
  proto::FromAgent ask(const std::string& format, const std::string& folder = {}) {
    TestSession session(node_);
    EXPECT_TRUE(session.open(reading(plan_)).knows_export());
    proto::ToAgent message;
    message.mutable_export_files()->set_format(format);
    message.mutable_export_files()->set_folder(folder);
    return session.ask(message);
  }
  // Base64 and octets, as they could stand in an answer.
  std::vector<std::string> secrets() const {
    const StoredMesh stored = node_.store().load("test").mesh;
    std::vector<Secret> all = {*stored.private_key};
    for (const auto& [peer, key] : stored.preshared_keys) { all.push_back(key); }
    std::vector<std::string> texts;
    for (const Secret& secret : all) {
      append_secret(texts.emplace_back(), secret);
      texts.emplace_back(secret.reveal().begin(), secret.reveal().end());
    }
    return texts;
  }
  void expect_no_secret(const proto::FromAgent& answer) const {
    EXPECT_EQ(secrets().size(), 8u);
    for (const std::string& secret : secrets()) {
      EXPECT_THAT(answer.SerializeAsString(), Not(HasSubstr(secret)));
    }
  }

  const proto::Plan plan_ = plan_with_addresses();
  TestNode node_;
  TemporaryFolder to_;
};

TEST_F(AnExport, TellsFilesWithPlaceholders) {
  bring_up(node_, plan_);
  for (const char* format : {"wg-quick", "networkd"}) {
    const proto::FromAgent answer = ask(format);
    ASSERT_TRUE(answer.has_exported_files()) << answer.error().message();
    expect_no_secret(answer);
    const bool is_one = std::string(format) == "wg-quick";
    const proto::ExportedFile& first = answer.exported_files().files(0);
    EXPECT_EQ(first.name(), is_one ? "wg-test.conf" : "10-wg-test.netdev");
    EXPECT_EQ(answer.exported_files().files_size(), is_one ? 1 : 11);
    EXPECT_THAT(first.lines(), Contains(is_one ? "PrivateKey = (hidden)" : "PrivateKey=(hidden)"));
  }
}

TEST_F(AnExport, WritesFilesWithSecretsOnTheNodeAlone) {
  bring_up(node_, plan_);
  const proto::FromAgent answer = ask("wg-quick", to_.path());
  ASSERT_TRUE(answer.has_exported_files()) << answer.error().message();
  expect_no_secret(answer);
  ASSERT_EQ(answer.exported_files().files_size(), 1);
  EXPECT_EQ(answer.exported_files().files(0).name(), to_.path() + "/wg-test.conf");
  EXPECT_EQ(answer.exported_files().files(0).lines_size(), 0);
  std::ostringstream text;
  text << std::ifstream(to_.path() + "/wg-test.conf").rdbuf();
  EXPECT_THAT(text.str(), AllOf(HasSubstr("PrivateKey = " + secrets()[0]),
                                HasSubstr("PresharedKey = " + secrets()[2]),
                                HasSubstr("Endpoint = 192.0.2.1:51820"), Not(HasSubstr("hidden"))));
}

TEST_F(AnExport, OfNetworkdSaysHowNetworkdGetsToReadTheKeys) {
  bring_up(node_, plan_);
  const proto::FromAgent answer = ask("networkd", to_.path());
  ASSERT_TRUE(answer.has_exported_files()) << answer.error().message();
  expect_no_secret(answer);
  EXPECT_EQ(answer.exported_files().files_size(), 11);
  const std::string keys = to_.path() + "/10-wg-test.netdev";
  ASSERT_EQ(answer.exported_files().warnings_size(), 1);
  EXPECT_EQ(answer.exported_files().warning_ids(0), "export-for-networkd");
  EXPECT_THAT(answer.exported_files().warnings(0),
              HasSubstr("`chgrp systemd-network " + keys + " && chmod 640 " + keys + "`"));
}

TEST_F(AnExport, SaysACommandThatAShellTakesWhateverTheFolderIsCalled) {
  bring_up(node_, plan_);
  const proto::FromAgent answer = ask("networkd", to_.path() + "/a b's");
  ASSERT_TRUE(answer.has_exported_files()) << answer.error().message();
  EXPECT_THAT(answer.exported_files().warnings(0),
              HasSubstr("chmod 640 '" + to_.path() + "/a b'\\''s/10-wg-test.netdev'`"));
}

TEST_F(AnExport, SaysThatNamesAreLeftOut) {
  proto::Plan plan = plan_;
  plan.add_needs("hosts");
  proto::Host& host = *plan.add_hosts();
  host.set_node("mesh1");
  host.add_addresses("fd00:0:0:1::2");
  node_.kernel.hosts_file = "127.0.0.1 localhost\n";
  bring_up(node_, plan);
  for (const std::string& folder : {std::string(), to_.path()}) {
    const proto::FromAgent answer = ask("wg-quick", folder);
    ASSERT_EQ(answer.exported_files().warnings_size(), 1) << folder;
    EXPECT_EQ(answer.exported_files().warning_ids(0), "export-without-hosts");
    EXPECT_THAT(answer.exported_files().warnings(0), HasSubstr("`mesh hosts`"));
  }
}

TEST_F(AnExport, IsRefusedWhereNothingIsStoredOrTheFormatIsUnknown) {
  EXPECT_EQ(ask("wg-quick").error().id(), "export-nothing-stored");
  const proto::FromAgent answer = ask("netplan");
  EXPECT_EQ(answer.error().id(), "export-format-unknown");
  EXPECT_EQ(answer.error().kind(), proto::Error::REFUSED);
  EXPECT_EQ(answer.error().step(), "export");
}

TEST_F(AnExport, TellsWhatIsWrongWithTheFolder) {
  bring_up(node_, plan_);
  EXPECT_EQ(ask("wg-quick", "relative").error().id(), "export-folder-relative");
  std::ofstream(to_.path() + "/wg-test.conf") << "[Interface]\n";
  EXPECT_EQ(ask("wg-quick", to_.path()).error().id(), "export-file-foreign");
}

TEST_F(AnExport, HasNoTurnInASessionThatChangesTheNode) {
  TestSession session(node_);
  session.open(open_for(plan_));
  proto::ToAgent message;
  message.mutable_export_files()->set_format("wg-quick");
  EXPECT_EQ(session.ask(message).error().id(), "session-message-misplaced");
}

}  // namespace
}  // namespace wgmesh::exporting_test
