#include "controller/init/render_draft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/text/shell_words.h"
#include "tests/support/controller/finished_draft.h"

namespace wgmesh::render_draft_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(RenderDraft, BeginsWithTheModelineOfTheSchema) {
  Draft draft;
  draft.nodes = {node_at("a", "a")};
  EXPECT_THAT(finished(draft), StartsWith("# yaml-language-server: $schema=mesh.schema.json\n"));
}

// Read back, a file says what the draft said.
TEST(RenderDraft, IsReadBackAsItWas) {
  Draft draft;
  draft.name = "off";
  DraftNode first = node_at("1", "ops@2001:db8::1");
  first.endpoint = HostAndPort{"2001:db8::1", 51000};
  first.listen_port = 51900;
  first.persistent_keepalive = 0;
  DraftNode second = node_at("null", "[2001:db8::2]:2222");
  SshTarget& ssh = std::get<SshTarget>(second.target);
  ssh.user = "a@b";
  ssh.identity_files = {"~/.ssh/a \"key\": #1"};
  second.endpoint = HostAndPort{"lan.example.com", {}};
  DraftNode third;
  third.name = "c.d";
  third.target = ExecTarget{split_words("docker exec -i 'a b'"), "docker exec -i 'a b'"};
  third.addresses = {*parse_prefix("10.1.0.1/24")};
  draft.nodes = {first, second, third};
  const Mesh mesh = mesh_in(finished(draft));
  EXPECT_EQ(mesh.name, "off");
  EXPECT_EQ(to_text(mesh.network), "fd12:3456:789a::/64");
  ASSERT_EQ(mesh.nodes.size(), 3U);
  EXPECT_EQ(mesh.nodes[0].name, "1");
  EXPECT_EQ(mesh.nodes[0].target, first.target);
  EXPECT_EQ(mesh.nodes[0].endpoint, (HostPort{"2001:db8::1", 51000}));
  EXPECT_EQ(mesh.nodes[0].listen_port, 51900);
  EXPECT_EQ(mesh.nodes[0].persistent_keepalive, 0);
  EXPECT_EQ(mesh.nodes[1].name, "null");
  EXPECT_EQ(mesh.nodes[1].target, second.target);
  EXPECT_EQ(mesh.nodes[1].endpoint, (HostPort{"lan.example.com", 51820}));
  EXPECT_EQ(mesh.nodes[2].target, third.target);
  EXPECT_EQ(mesh.nodes[2].addresses.size(), 2U);
}

// What a node or a file says stays within its comment.
TEST(RenderDraft, CommentsAreLinesOfWordsOnly) {
  Draft draft;
  draft.nodes = {node_at("a", "a")};
  draft.nodes[0].endpoint = HostAndPort{"192.0.2.1", {}};
  draft.nodes[0].notes = {"first\nssh: evil \x1b[2J  last", std::string(150, 'x')};
  std::string long_note;
  for (int i = 0; i < 60; ++i) { long_note += "word "; }
  draft.notes = {long_note};
  const std::string text = finished(draft);
  EXPECT_THAT(text, HasSubstr("    # first\\x0assh: evil \\x1b[2J last\n"));
  EXPECT_THAT(text, HasSubstr("    # " + std::string(150, 'x') + '\n'));
  EXPECT_THAT(text, HasSubstr("word\n# word"));
  EXPECT_EQ(mesh_in(text).nodes.size(), 1U);
}

TEST(RenderDraft, SaysWhyThereIsNoEndpoint) {
  Draft draft;
  draft.nodes = {node_at("a", "a"), node_at("b", "b")};
  draft.nodes[0].endpoint = HostAndPort{"192.0.2.1", {}};
  draft.nodes[1].no_endpoint = "It only dials.";
  EXPECT_THAT(finished(draft), HasSubstr("    ssh: b\n    # endpoint: none. It only dials.\n"));
}

}  // namespace
}  // namespace wgmesh::render_draft_test
