// What no agent of ours tells of an export; and an agent that is older than exports.
#include "controller/fleet/check_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/error.h"
#include "controller/fleet/session.h"
#include "tests/support/controller/scripted_agent.h"

namespace wgmesh::check_export_test {
namespace {

TEST(CheckExport, BelievesWhatCanBe) {
  proto::ExportFiles wanted;
  proto::ExportedFiles exported;
  exported.add_files()->set_name("wg-m.conf");
  exported.mutable_files(0)->add_lines("[Interface]");
  EXPECT_NO_THROW(check_export(wanted, exported));
  exported.mutable_files(0)->clear_lines();
  exported.mutable_files(0)->set_name("/etc/wireguard/wg-m.conf");
  exported.add_warnings("networkd cannot read the keys");
  exported.add_warning_ids("export-for-networkd");
  for (const char* folder : {"/etc/wireguard", "/etc/wireguard//"}) {
    wanted.set_folder(folder);
    EXPECT_NO_THROW(check_export(wanted, exported));
  }
}

TEST(CheckExport, DoesNotBelieveTheRest) {
  struct Lie {
    const char* told;
    const char* folder;
    std::function<void(proto::ExportedFiles&)> tell;
  };
  const Lie lies[] = {
      {"an export without a file", "", [](auto&) {}},
      {"a file's name of 0 octets", "", [](auto& told) { told.add_files(); }},
      {"a file's name of 256 octets", "",
       [](auto& told) { told.add_files()->set_name(std::string(256, 'x')); }},
      {"a file's name of several lines", "",
       [](auto& told) { told.add_files()->set_name("a\nb"); }},
      {"a file '../x', which has a folder", "",
       [](auto& told) { told.add_files()->set_name("../x"); }},
      {"what is in /x/y", "/x",
       [](auto& told) {
         told.add_files()->set_name("/x/y");
         told.mutable_files(0)->add_lines("PrivateKey = x");
       }},
      {"a file '/etc/x/y', which is not in /etc/wireguard", "/etc/wireguard",
       [](auto& told) { told.add_files()->set_name("/etc/x/y"); }},
      {"a file '/etc/wireguard', which is not in", "/etc/wireguard/",
       [](auto& told) { told.add_files()->set_name("/etc/wireguard"); }},
      {"a file '/x/../y', which is not in /x", "/x",
       [](auto& told) { told.add_files()->set_name("/x/../y"); }},
      {"a file '/x/..', which is not in /x", "/x",
       [](auto& told) { told.add_files()->set_name("/x/.."); }},
      {"a warning of several lines", "",
       [](auto& told) {
         told.add_files()->set_name("y");
         told.add_warnings("a\nb");
       }},
      {"a length of a warning of 10000", "",
       [](auto& told) {
         told.add_files()->set_name("y");
         told.add_warnings(std::string(10'000, 'x'));
       }},
      {"a number of warnings of 17", "",
       [](auto& told) {
         told.add_files()->set_name("y");
         for (int i = 0; i < 17; ++i) { told.add_warnings("x"); }
       }},
      {"the name of a warning 'a b'", "",
       [](auto& told) {
         told.add_files()->set_name("y");
         told.add_warning_ids("a b");
       }},
      {"a line of a file of several lines", "",
       [](auto& told) {
         told.add_files()->set_name("y");
         told.mutable_files(0)->add_lines("a\nb");
       }},
  };
  for (const Lie& lie : lies) {
    proto::ExportFiles wanted;
    wanted.set_folder(lie.folder);
    proto::ExportedFiles exported;
    lie.tell(exported);
    try {
      check_export(wanted, exported);
      ADD_FAILURE() << "believed: " << lie.told;
    } catch (const Error& error) { EXPECT_THAT(error.message(), testing::HasSubstr(lie.told)); }
  }
}

TEST(CheckExport, AnOlderAgentIsNotAsked) {
  ScriptedNode node;
  node.knows_export = false;
  Session session(std::make_unique<ScriptedAgent>(node), {});
  proto::Open open;
  open.set_mesh("m");
  session.open(open);
  try {
    session.export_files({});
    FAIL() << "it was asked";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "agent-cannot-export");
    EXPECT_THAT(error.cure(), testing::HasSubstr("`mesh up`"));
  }
  EXPECT_FALSE(node.saw(proto::ToAgent::kExportFiles));
}

TEST(CheckExport, ANewerAgentIsAskedInItsSession) {
  ScriptedNode node;
  Session session(std::make_unique<ScriptedAgent>(node), {});
  proto::Open open;
  open.set_mesh("m");
  session.open(open);
  proto::ExportFiles wanted;
  wanted.set_format("wg-quick");
  EXPECT_EQ(session.export_files(wanted).files(0).lines(0), "PrivateKey = (hidden)");
  EXPECT_EQ(node.last(proto::ToAgent::kExportFiles).export_files().format(), "wg-quick");
}

}  // namespace
}  // namespace wgmesh::check_export_test
