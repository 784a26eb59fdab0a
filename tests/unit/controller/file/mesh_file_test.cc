// The format of mesh.yaml, as a specification: what each key may say, and what is said where it may
// not. Each file is compared with the schema as well: see noted_mesh_file.h.
#include "controller/file/mesh_file.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "common/naming.h"
#include "tests/support/controller/noted_mesh_file.h"

namespace wgmesh::mesh_file_test {
namespace {

using testing::ElementsAre;

std::string data(const std::string& name) {
  const std::ifstream file(std::string(WGMESH_TEST_DATA) + "/mesh/" + name);
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The faults' text, one a line; empty when there are none.
std::string faults_of(const std::string& text, Syntax syntax = Syntax::kYaml) {
  try {
    read_noted_mesh_file(text, "m", syntax);
    return {};
  } catch (const MeshFileFaults& faults) {
    EXPECT_EQ(std::ranges::count(faults.message(), '\n') + 1,
              static_cast<std::ptrdiff_t>(faults.faults().size()));
    EXPECT_EQ(faults.id(), "file-at-fault");
    for (const Fault& fault : faults.faults()) { EXPECT_NE(fault.id, "") << fault.message; }
    return faults.message();
  }
}

// ---- what is read
// -----------------------------------------------------------------------------------

TEST(MeshFile, ReadsTheExample) {
  const Mesh mesh = read_noted_mesh_file(data("spec.yaml"), "spec.yaml");
  EXPECT_EQ(mesh.name, "test");
  EXPECT_EQ(mesh.network, *parse_prefix("fd00:0:0:1::/64"));
  EXPECT_FALSE(mesh.full);
  EXPECT_EQ(mesh.underlay, default_underlay("test"));
  EXPECT_EQ(mesh.mtu, std::nullopt);
  EXPECT_EQ(mesh.stp, (StpTimers{4, 1, 6, 10}));
  ASSERT_EQ(mesh.nodes.size(), 4u);
  const Node& mesh0 = mesh.nodes[0];
  EXPECT_EQ(mesh0.name, "mesh0");
  EXPECT_THAT(mesh0.addresses, ElementsAre(*parse_prefix("fd00:0:0:1::1/64")));
  EXPECT_EQ(std::get<SshTarget>(mesh0.target).host, "test0");
  EXPECT_EQ(mesh0.endpoint, (HostPort{"lan1.example.com", 51820}));
  EXPECT_THAT(mesh0.peers, ElementsAre("mesh1", "mesh2", "mesh3"));
  EXPECT_EQ(mesh0.persistent_keepalive, 25);
  EXPECT_EQ(mesh0.fwmark, 0u);
  EXPECT_EQ(mesh.nodes[1].endpoint, (HostPort{"lan1.example.com", 51821}));
  EXPECT_EQ(mesh.nodes[1].listen_port, 51820);
  EXPECT_EQ(mesh.nodes[2].endpoint, (HostPort{"lan2.example.com", 51850}));
  EXPECT_EQ(mesh.nodes[2].listen_port, 51850);
}

TEST(MeshFile, PrioritiesFollowTheFileAndAnExplicitOneWins) {
  const Mesh mesh = read_noted_mesh_file(data("spec.yaml"), "spec.yaml");
  EXPECT_EQ(mesh.nodes[0].priority, 4096);
  EXPECT_EQ(mesh.nodes[1].priority, 8192);
  EXPECT_EQ(mesh.nodes[2].priority, 12288);
  EXPECT_EQ(mesh.nodes[3].priority, 100);
  std::string text = "name: m\nnetwork: 10.0.0.0/24\nnodes:\n";
  for (int i = 1; i <= 20; ++i) {
    const std::string n = std::to_string(i);
    text += "  n" + n + ": {addr: 10.0.0." + n + "/24, ssh: n" + n + ", endpoint: n" + n + "}\n";
  }
  const Mesh large = read_noted_mesh_file(text, "m");
  EXPECT_EQ(large.nodes[14].priority, 61440);
  EXPECT_EQ(large.nodes[19].priority, 61440);
}

TEST(MeshFile, AnAbsentNodeIsNobodysPeerAndInNobodysWay) {
  const Mesh mesh = read_noted_mesh_file(R"(
name: m
network: 10.0.0.0/24
full: false
nodes:
  a: {addr: 10.0.0.1/24, ssh: a, endpoint: a, peers: [b, old]}
  old: {addr: 10.0.0.2/24, ssh: old, state: absent}
  b: {addr: 10.0.0.2/24, ssh: b, endpoint: b}
)",
                                         "m");
  ASSERT_EQ(mesh.nodes.size(), 2u);
  ASSERT_EQ(mesh.absent.size(), 1u);
  EXPECT_EQ(mesh.absent[0].name, "old");
  EXPECT_TRUE(mesh.absent[0].absent);
  ASSERT_EQ(peers_of(mesh, mesh.nodes[0]).size(), 1u);
  // Its place in the file counts until the entry is gone, so the others keep their priorities.
  EXPECT_EQ(mesh.nodes[1].priority, 3 * 4096);
}

TEST(MeshFile, JsonAndAListOfNodesSayTheSame) {
  const Mesh mesh = read_noted_mesh_file(data("spec.yaml"), "spec.yaml");
  EXPECT_EQ(read_noted_mesh_file(data("spec_list.yaml"), "spec_list.yaml"), mesh);
  EXPECT_EQ(read_noted_mesh_file(data("spec.json"), "spec.json", Syntax::kJson), mesh);
  EXPECT_EQ(read_noted_mesh_file(data("spec.json"), "-", Syntax::kYaml), mesh);
}

TEST(MeshFile, ReadsEveryKey) {
  const Mesh mesh = read_noted_mesh_file(data("everything.yaml"), "everything.yaml");
  EXPECT_EQ(mesh.mtu, 1280u);
  EXPECT_EQ(mesh.underlay, *parse_prefix("198.18.7.0/24"));
  EXPECT_EQ(mesh.stp, (StpTimers{15, 2, 20, 300}));
  EXPECT_EQ(mesh.path_cost, (PathCost{PathCost::Kind::kFixed, 250}));
  EXPECT_TRUE(mesh.hosts);
  EXPECT_FALSE(mesh.fragments);
  ASSERT_EQ(mesh.nodes.size(), 5u);

  const Node& n0 = mesh.nodes[0];
  EXPECT_THAT(n0.addresses, ElementsAre(*parse_prefix("10.7.0.1/24"), *parse_prefix("fd07::1/64")));
  EXPECT_EQ(n0.listen_port, 51900);
  EXPECT_EQ(n0.persistent_keepalive, 15);
  EXPECT_EQ(n0.fwmark, 4096u);
  EXPECT_EQ(n0.endpoint, (HostPort{"192.0.2.10", 51900}));
  EXPECT_EQ(n0.site, "cellar");
  EXPECT_EQ(n0.local_endpoint, (HostPort{"192.168.1.10", 51900}));
  EXPECT_THAT(n0.bridge_ports, ElementsAre("eth1", "eth1.20"));
  EXPECT_EQ(std::get<SshTarget>(n0.target).user, "admin");
  EXPECT_EQ(std::get<SshTarget>(n0.target).port, 2222);

  const Node& n1 = mesh.nodes[1];
  EXPECT_EQ(std::get<SshTarget>(n1.target).host, "2001:db8::5");
  EXPECT_EQ(n1.endpoint, (HostPort{"2001:db8::1", 51900}));
  EXPECT_EQ(n1.underlay_address, parse_ip("198.18.7.2"));
  EXPECT_EQ(inner_address_of(mesh, n1), *parse_prefix("198.18.7.2/24"));

  const Node& n2 = mesh.nodes[2];
  const SshTarget& ssh = std::get<SshTarget>(n2.target);
  EXPECT_EQ(ssh.user, "deploy");
  EXPECT_THAT(ssh.identity_files, ElementsAre("~/.ssh/id_mesh", "~/.ssh/id_old"));
  EXPECT_EQ(ssh.proxy_jump, "jump.example.com,ops@[2001:db8::6]:22");
  EXPECT_EQ(ssh.connect_timeout, 5u);
  EXPECT_EQ(ssh.become, Become::kDoas);
  EXPECT_EQ(n2.endpoint, (HostPort{"2001:db8::2", 4500}));
  EXPECT_EQ(n2.persistent_keepalive, 0);
  EXPECT_EQ(n2.fwmark, 0u);
  EXPECT_EQ(n2.priority, 0);

  const Node& n3 = mesh.nodes[3];
  const SshTarget& fabric = std::get<SshTarget>(n3.target);
  EXPECT_EQ(fabric.user, "ops");
  EXPECT_EQ(fabric.host, "n3");
  EXPECT_THAT(fabric.identity_files, ElementsAre("~/.ssh/id_fabric"));
  EXPECT_EQ(fabric.proxy_jump, "jump.example.com");
  EXPECT_EQ(n3.endpoint, (HostPort{"n3.example.com", 4501}));
  EXPECT_EQ(n3.json.dump(),
            R"({"rack":12,"tags":["a","12",true,null,1.5],"nested":{"deep":{"er":"text"}}})");

  const Node& n4 = mesh.nodes[4];
  EXPECT_THAT(std::get<ExecTarget>(n4.target).words,
              ElementsAre("docker", "exec", "-i", "clab lab-n4"));
  EXPECT_EQ(n4.endpoint, std::nullopt);
}

// With frames of 1500 bytes the tunnels are gretap ones, so what is derived is IPv4.
TEST(MeshFile, BridgePortsMakeTheSegmentCarryFramesOf1500Bytes) {
  const auto mesh_with = [](const std::string& line) {
    return read_noted_mesh_file(
        "name: m\nnetwork: 10.0.0.0/24\n" + line +
            "nodes:\n  n: {addr: 10.0.0.1/24, ssh: n, bridge_ports: [eth1]}\n",
        "m");
  };
  EXPECT_TRUE(mesh_with("").fragments);
  EXPECT_EQ(mesh_with("").underlay, default_ipv4_underlay("m"));
  EXPECT_FALSE(mesh_with("mtu: auto\n").fragments);
  EXPECT_EQ(mesh_with("mtu: auto\n").underlay, default_underlay("m"));
  EXPECT_EQ(mesh_with("mtu: 1300\n").mtu, 1300u);
  EXPECT_TRUE(mesh_with("mtu: 1500\n").fragments);
}

TEST(MeshFile, AnInnerAddressThatEqualsTheDerivedOneSaysNothingNew) {
  const std::string derived = to_text(inner_address("m", "n", default_underlay("m")).address);
  const Mesh mesh = read_noted_mesh_file(
      "name: m\nnetwork: 10.0.0.0/24\nnodes:\n  n: {addr: 10.0.0.1/24, "
      "ssh: n, underlay_addr: \"" +
          derived + "\"}\n",
      "m");
  EXPECT_EQ(mesh.nodes[0].underlay_address, std::nullopt);
}

TEST(MeshFile, NamesThatLookLikeNumbersNeedNoQuotes) {
  const Mesh mesh = read_noted_mesh_file(
      "name: 7\nnetwork: 10.0.0.0/24\nfull: false\nnodes:\n"
      "  1: {addr: 10.0.0.1/24, ssh: a, endpoint: a, peers: [2]}\n"
      "  2: {addr: 10.0.0.2/24, ssh: b, endpoint: b}\n",
      "m");
  EXPECT_EQ(mesh.name, "7");
  EXPECT_THAT(mesh.nodes[0].peers, ElementsAre("2"));
}

TEST(MeshFile, AliasesRepeatValues) {
  const Mesh mesh = read_noted_mesh_file(
      "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
      "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: a, json: &data {host: jump, user: me}}\n"
      "  b: {addr: 10.0.0.2/24, ssh: b, json: *data}\n",
      "m");
  EXPECT_EQ(mesh.nodes[0].json, mesh.nodes[1].json);
}

TEST(MeshFile, MergeKeysFillInWhatAMapDoesNotSay) {
  const Mesh mesh = read_noted_mesh_file(
      "x-all: &all {listen_port: 1, fwmark: 1, persistent_keepalive: 1}\n"
      "x-some: &some {listen_port: 2, fwmark: 2}\n"
      "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
      "  a: {<<: *all, addr: 10.0.0.1/24, ssh: a, endpoint: a, listen_port: 9}\n"
      "  b: {addr: 10.0.0.2/24, ssh: b, listen_port: 9, <<: [*some, *all]}\n",
      "m");
  EXPECT_EQ(mesh.nodes[0].listen_port, 9);
  EXPECT_EQ(mesh.nodes[0].fwmark, 1u);
  EXPECT_EQ(mesh.nodes[1].listen_port, 9);
  EXPECT_EQ(mesh.nodes[1].fwmark, 2u);
  EXPECT_EQ(mesh.nodes[1].persistent_keepalive, 1);
}

// One mistake in what many nodes share is one fault.
TEST(MeshFile, AFaultInWhatIsSharedIsToldOnce) {
  EXPECT_EQ(faults_of("name: m\nnetwork: 10.0.0.0/24\nx-a: &a {prio: x}\nnodes:\n"
                      "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: a, <<: *a}\n"
                      "  b: {addr: 10.0.0.2/24, ssh: b, <<: *a}\n"),
            "m:3:16: nodes.a.prio: expected a bridge priority 0..65535, found \"x\"");
}

TEST(MeshFile, SshTakesSharedSettingsByAnAlias) {
  const Mesh mesh = read_noted_mesh_file(
      "x-ssh: &ssh\n  host: gw\n  user: root\nname: m\nnetwork: 10.0.0.0/24\n"
      "nodes:\n  n: {addr: 10.0.0.1/24, ssh: *ssh}\n",
      "m");
  EXPECT_EQ(std::get<SshTarget>(mesh.nodes[0].target).user, "root");
}

TEST(MeshFile, ByteOrderMarkAndCarriageReturnsAreIgnored) {
  const std::string text = "\xef\xbb\xbf" + data("spec.yaml");
  EXPECT_EQ(read_noted_mesh_file(text, "m"), read_noted_mesh_file(data("spec.yaml"), "m"));
  std::string dos;
  for (const char c : data("spec.yaml")) {
    dos += c == '\n' ? std::string("\r\n") : std::string(1, c);
  }
  EXPECT_EQ(read_noted_mesh_file(dos, "m"), read_noted_mesh_file(data("spec.yaml"), "m"));
}

TEST(MeshFile, JsonSurrogatePairsAreOneCharacter) {
  const std::string text =
      R"({"name":"m","network":"10.0.0.0/24","nodes":{"n":{"addr":"10.0.0.1/24","ssh":"n","json":{"a":"\ud83d\ude00","b\ud83d\ude00":"\\ud83d"}}}})";
  const Mesh mesh = read_noted_mesh_file(text, "m", Syntax::kJson);
  EXPECT_EQ(mesh.nodes[0].json["a"], "\xf0\x9f\x98\x80");
  EXPECT_EQ(mesh.nodes[0].json["b\xf0\x9f\x98\x80"], "\\ud83d");
}

TEST(MeshFile, JsonColumnsCountTheOriginal) {
  const std::string text =
      R"({"name":"m","network":"10.0.0.0/24","nodes":{"n":{"json":"\ud83d\ude00","addr":1}}})";
  EXPECT_EQ(faults_of(text, Syntax::kJson),
            "m:1:46: nodes.n.ssh: missing; expected [user@]host[:port], or exec instead\n"
            "m:1:80: nodes.n.addr: expected an address with prefix length, such as 10.0.0.1/24, "
            "found \"1\"");
}

// ---- faults, one by one: each file is right but for the one thing
// -----------------------------------

struct Case {
  const char* about;
  const char* text;
  const char* faults;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.about; }

// Lines 1 and 2 are the mesh's; the case stands on line 3, nodes follow.
class MeshFaults : public testing::TestWithParam<Case> {};
TEST_P(MeshFaults, AreReportedInPlace) {
  const std::string text = std::string("name: m\nnetwork: 10.0.0.0/24\n") + GetParam().text +
                           "\nnodes:\n  n: {addr: 10.0.0.1/24, ssh: n, endpoint: n}\n";
  EXPECT_EQ(faults_of(text), GetParam().faults);
}

INSTANTIATE_TEST_SUITE_P(
    Boolean, MeshFaults,
    testing::ValuesIn(std::vector<Case>{
        Case{"true", "full: true", ""},
        Case{"yes is no boolean", "full: yes",
             "m:3:7: full: expected true or false, found \"yes\""},
        Case{"nor is on", "full: on", "m:3:7: full: expected true or false, found \"on\""},
        Case{"nor True", "full: True", "m:3:7: full: expected true or false, found \"True\""},
        Case{"nor text", "full: \"true\"", "m:3:7: full: expected true or false, found \"true\""},
        Case{"nor 1", "full: 1", "m:3:7: full: expected true or false, found \"1\""},
        Case{"nor nothing", "full:", "m:3:1: full: expected true or false, found nothing"}}));

INSTANTIATE_TEST_SUITE_P(
    Number, MeshFaults,
    testing::ValuesIn(std::vector<Case>{
        Case{"decimal", "listen_port: 51820", ""},
        Case{"largest", "listen_port: 65535", ""},
        Case{"the port of questions", "listen_port: 21820",
             "m:3:14: listen_port: nodes tell peers at UDP port 21820 where they see others: take "
             "another port"},
        Case{"text", "listen_port: x",
             "m:3:14: listen_port: expected a port number 1..65535, found \"x\""},
        Case{
            "hexadecimal", "listen_port: 0x10",
            "m:3:14: listen_port: expected a port number 1..65535, found \"0x10\"; in decimal that "
            "is 16"},
        Case{"wg's words", "fwmark: 0xca6c\npersistent_keepalive: off", ""},
        Case{"wg's word for none", "fwmark: off", ""},
        Case{"wg's words in JSON's quotes", "fwmark: \"0XCA6C\"\npersistent_keepalive: \"off\"",
             ""},
        Case{"a mark of 33 bits", "fwmark: 0x100000000",
             "m:3:9: fwmark: expected off or a firewall mark 0..4294967295, found \"0x100000000\"; "
             "in "
             "decimal that is 4294967296"},
        Case{"a mark that only begins so", "fwmark: 0x",
             "m:3:9: fwmark: expected off or a firewall mark 0..4294967295, found \"0x\""},
        Case{"a port that is off", "listen_port: off",
             "m:3:14: listen_port: expected a port number 1..65535, found \"off\""},
        Case{"leading zero", "listen_port: 051820",
             "m:3:14: listen_port: expected a port number 1..65535, found \"051820\"; a number has "
             "no "
             "leading zeros"},
        Case{"many zeros", "persistent_keepalive: 00",
             "m:3:23: persistent_keepalive: expected off or seconds 0..65535, found \"00\"; a "
             "number has no leading zeros"},
        Case{"quotes", "listen_port: \"51820\"",
             "m:3:14: listen_port: expected a port number 1..65535, found \"51820\"; a number "
             "stands "
             "without quotes"},
        Case{"underscores", "listen_port: 51_820",
             "m:3:14: listen_port: expected a port number 1..65535, found \"51_820\""},
        Case{"base 60", "listen_port: 14:20",
             "m:3:14: listen_port: expected a port number 1..65535, found \"14:20\""},
        Case{"negative", "persistent_keepalive: -1",
             "m:3:23: persistent_keepalive: expected off or seconds 0..65535, found \"-1\""},
        Case{"float", "listen_port: 1.0",
             "m:3:14: listen_port: expected a port number 1..65535, found \"1.0\""},
        Case{"zero", "listen_port: 0",
             "m:3:14: listen_port: expected a port number 1..65535, found \"0\""},
        Case{"one too many", "listen_port: 65536",
             "m:3:14: listen_port: expected a port number 1..65535, found \"65536\""},
        Case{"beyond 64 bits", "fwmark: 18446744073709551616",
             "m:3:9: fwmark: expected off or a firewall mark 0..4294967295, found "
             "\"18446744073709551616\""},
        Case{"a list", "listen_port: [1]",
             "m:3:14: listen_port: expected a port number 1..65535, found a list"},
        Case{"a map", "listen_port: {a: 1}",
             "m:3:14: listen_port: expected a port number 1..65535, found a map"}}));

INSTANTIATE_TEST_SUITE_P(
    Keys, MeshFaults,
    testing::ValuesIn(std::vector<Case>{
        Case{"misspelt", "lisen_port: 1",
             "m:3:1: lisen_port: unknown key; did you mean listen_port?"},
        Case{"in camel case", "fwMark: 1", "m:3:1: fwMark: unknown key; did you mean fwmark?"},
        Case{"of a node", "prio: 1", "m:3:1: prio: unknown key here; it is a key of a node"},
        Case{"unheard of", "colour: red",
             "m:3:1: colour: unknown key; known here: name, network, full, nodes, listen_port, "
             "persistent_keepalive, fwmark, mtu, underlay, loop_prevention, stp, path_cost, "
             "defaults, format_version, hosts, learn_endpoints"},
        Case{"twice", "full: true\nfull: false", "m:4:1: full: this key was given before, at 3:1"},
        Case{"anybody's", "x-ssh: &ssh {user: me}\nx-Other: [1, {a: *ssh}]", ""},
        Case{"merge", "<<: {full: true}", ""},
        Case{"merged keys are looked at", "<<: {ful: true}",
             "m:3:6: ful: unknown key; did you mean full?"},
        Case{"merge of no map", "<<: 5", "m:3:1: << takes a map, or a list of maps: <<: *anchor"},
        Case{"merge of a list of others", "<<: [{full: true}, 5]",
             "m:3:1: << takes a map, or a list of maps: <<: *anchor"},
        Case{"merge twice", "<<: {full: true}\n<<: {mtu: auto}",
             "m:4:1: << stands twice in this map; give it a list: <<: [*one, *other]"},
        Case{"a merge key in quotes is a key", "\"<<\": 5",
             "m:3:1: <<: unknown key; known here: name, network, full, nodes, listen_port, "
             "persistent_keepalive, fwmark, mtu, underlay, loop_prevention, stp, path_cost, "
             "defaults, format_version, hosts, learn_endpoints"},
        Case{"a no-break space before a key", "\xc2\xa0mtu: auto",
             "m:3:1: \\u00a0mtu: unknown key; the character whose code is shown is no blank, and "
             "nobody can see it: type it anew"},
        Case{"a no-break space behind a colon",
             "mtu:\xc2\xa0"
             "auto\nfull: true",
             "m:4:5: illegal map value; a key wants a blank after its colon, and a value with \": "
             "\" "
             "in it wants quotes"},
        Case{"a zero-width space in a value",
             "mtu: 13\xe2\x80\x8b"
             "00",
             "m:3:6: mtu: expected auto or a number of bytes 1222..65535, found \"13\\u200b00\""},
        Case{"a word joiner in a boolean", "full: tr\xe2\x81\xa0ue",
             "m:3:7: full: expected true or false, found \"tr\\u2060ue\"; the character whose "
             "code is "
             "shown is no blank, and nobody can see it: type it anew"},
        Case{"control characters", "\"a\\e[2Jb\\n\": 1",
             "m:3:1: a\\x1b[2Jb\\x0a: unknown key; known here: name, network, full, nodes, "
             "listen_port, persistent_keepalive, fwmark, mtu, underlay, loop_prevention, stp, "
             "path_cost, defaults, format_version, hosts, learn_endpoints"}}));

INSTANTIATE_TEST_SUITE_P(
    Mtu, MeshFaults,
    testing::ValuesIn(std::vector<Case>{
        Case{"auto", "mtu: auto", ""}, Case{"a number", "mtu: 1300", ""},
        Case{"jumbo", "mtu: 8800", ""}, Case{"fragmenting", "mtu: 1500", ""},
        Case{"fragmenting over IPv6", "mtu: 1500\nunderlay: fd01::/64",
             "m:4:11: underlay: frames of 1500 bytes need tunnels over IPv4 (mtu: 1500); expected "
             "an "
             "IPv4 prefix, found fd01::/64"},
        Case{"a word", "mtu: large",
             "m:3:6: mtu: expected auto or a number of bytes 1222..65535, found \"large\""},
        Case{"too small for IPv6 inside", "mtu: 1221",
             "m:3:6: mtu: expected auto or a number of bytes 1222..65535, found \"1221\""},
        Case{"IPv4 alone takes less", "mtu: 576\nunderlay: 198.18.0.0/24", ""}}));

INSTANTIATE_TEST_SUITE_P(
    LoopPrevention, MeshFaults,
    testing::ValuesIn(std::vector<Case>{
        Case{"split-horizon", "loop_prevention: split-horizon", ""},
        Case{"misspelt", "loop_prevention: splithorizon",
             "m:3:18: loop_prevention: expected stp or split-horizon, found \"splithorizon\""},
        Case{"a path cost", "path_cost: 200", ""}, Case{"measured", "path_cost: auto", ""},
        Case{"no path cost", "path_cost: 0",
             "m:3:12: path_cost: expected auto or a path cost 1..65535, found \"0\""},
        Case{"a path cost without a tree", "loop_prevention: split-horizon\npath_cost: 7",
             "m:4:12: path_cost: split-horizon has no tree that a path cost could shape; leave it "
             "out, or take stp"}}));

INSTANTIATE_TEST_SUITE_P(
    Underlay, MeshFaults,
    testing::ValuesIn(std::vector<Case>{
        Case{"IPv4", "underlay: 198.18.0.0/15", ""}, Case{"IPv6", "underlay: fd01::/64", ""},
        Case{"host bits", "underlay: fd01::1/64",
             "m:3:11: underlay: expected a network, which has no host bits: fd01::/64, found "
             "fd01::1/64"},
        Case{"no length", "underlay: \"fd01::\"",
             "m:3:11: underlay: expected a network with prefix length, such as fd00:0:0:1::/64, "
             "found "
             "\"fd01::\""},
        Case{"no room", "underlay: fd01::/127",
             "m:3:11: underlay: expected a prefix of at most /126, found fd01::/127"},
        Case{"the network's", "underlay: 10.0.0.0/16",
             "m:3:11: underlay: the underlay 10.0.0.0/16 overlaps the network 10.0.0.0/24; take "
             "another prefix"},
        Case{"multicast", "underlay: ff00::/64",
             "m:3:11: underlay: ff00::/64 cannot be the network of a segment"},
        Case{"link-local", "underlay: fe80::/64",
             "m:3:11: underlay: link-local addresses cannot carry tunnels"}}));

INSTANTIATE_TEST_SUITE_P(
    Stp, MeshFaults,
    testing::ValuesIn(std::vector<Case>{
        Case{"the kernel's own",
             "stp: {forward_delay: 15, hello_time: 2, max_age: 20, ageing: 300}", ""},
        Case{"some", "stp: {ageing: 300}", ""},
        Case{
            "the rule, above", "stp: {max_age: 7}",
            "m:3:6: stp: expected 2*(forward_delay-1) >= max_age >= 2*(hello_time+1), found 6 >= 7 "
            ">= 4"},
        Case{
            "the rule, below", "stp: {hello_time: 3}",
            "m:3:6: stp: expected 2*(forward_delay-1) >= max_age >= 2*(hello_time+1), found 6 >= 6 "
            ">= 8"},
        Case{"floors", "stp: {forward_delay: 1, hello_time: 0, max_age: 5, ageing: 0}",
             "m:3:22: stp.forward_delay: expected seconds 2..30, found \"1\"\n"
             "m:3:37: stp.hello_time: expected seconds 1..10, found \"0\"\n"
             "m:3:49: stp.max_age: expected seconds 6..40, found \"5\"\n"
             "m:3:60: stp.ageing: expected seconds 1..1000000, found \"0\""},
        Case{"unknown", "stp: {aging: 5}", "m:3:7: stp.aging: unknown key; did you mean ageing?"},
        Case{"off", "stp: false",
             "m:3:6: stp: expected a map with forward_delay, hello_time, max_age, ageing, found "
             "\"false\""}}));

INSTANTIATE_TEST_SUITE_P(
    Later, MeshFaults,
    testing::ValuesIn(std::vector<Case>{
        Case{"a path cost in words", "path_cost: cheap",
             "m:3:12: path_cost: expected auto or a path cost 1..65535, found \"cheap\""},
        Case{"this format", "format_version: 1", ""},
        Case{"a newer format", "format_version: 2",
             "m:3:17: format_version: expected a version of the format 1..1, found \"2\""}}));

// The case stands in node n, on line 5 with an indentation of 4; node k is its peer.
class NodeFaults : public testing::TestWithParam<Case> {};
TEST_P(NodeFaults, AreReportedInPlace) {
  const std::string own = GetParam().text;
  std::string text = "name: m\nnetwork: 10.0.0.0/24\nnodes:\n  n:\n    " + own + "\n";
  if (own.find("addr: ") != 0) { text += "    addr: 10.0.0.1/24\n"; }
  if (own.find("ssh:") != 0 && own.find("exec:") != 0) { text += "    ssh: n\n"; }
  text += "  k: {addr: 10.0.0.9/24, ssh: k, endpoint: k}\n";
  if (own.find("peers:") == 0) { text += "full: false\n"; }
  EXPECT_EQ(faults_of(text), GetParam().faults);
}

INSTANTIATE_TEST_SUITE_P(
    Addr, NodeFaults,
    testing::ValuesIn(std::vector<Case>{
        Case{"both families", "addr: [10.0.0.1/24, 'fd00::1/64']", ""},
        Case{"no length", "addr: 10.0.0.1",
             "m:5:11: nodes.n.addr: expected an address with prefix length, such as 10.0.0.1/24, "
             "found "
             "\"10.0.0.1\""},
        Case{"outside", "addr: 10.0.1.1/24",
             "m:5:11: nodes.n.addr: expected an address in the network 10.0.0.0/24, found "
             "10.0.1.1/24"},
        Case{"another length", "addr: 10.0.0.1/32",
             "m:5:11: nodes.n.addr: expected the network's prefix length, 10.0.0.1/24, found /32"},
        Case{"the network's own", "addr: 10.0.0.0/24",
             "m:5:11: nodes.n.addr: 10.0.0.0 is the address of the network or of all its hosts, "
             "not of "
             "one"},
        Case{"broadcast", "addr: 10.0.0.255/24",
             "m:5:11: nodes.n.addr: 10.0.0.255 is the address of the network or of all its hosts, "
             "not "
             "of one"},
        Case{"only the other family", "addr: fd00::1/64",
             "m:5:11: nodes.n.addr: expected an address in the network 10.0.0.0/24 among them"},
        Case{"none", "addr: []",
             "m:5:11: nodes.n.addr: expected at least one address, found an empty list"},
        Case{"loopback", "addr: 127.0.0.1/24",
             "m:5:11: nodes.n.addr: 127.0.0.1/24 is not the address of a host"},
        Case{"twice", "addr: [10.0.0.1/24, 10.0.0.1/24]",
             "m:5:25: nodes.n.addr[1]: the address 10.0.0.1 is already that of this node; give "
             "each its "
             "own"},
        Case{"another node's", "addr: 10.0.0.9/24",
             "m:7:13: nodes.k.addr: the address 10.0.0.9 is already that of node n; give each its "
             "own"},
        Case{
            "one bad among good", "addr: [10.0.0.1/24, 10.0.0.300/24]",
            "m:5:25: nodes.n.addr[1]: expected an address with prefix length, such as 10.0.0.1/24, "
            "found \"10.0.0.300/24\""}}));

INSTANTIATE_TEST_SUITE_P(
    Target, NodeFaults,
    testing::ValuesIn(std::vector<Case>{
        Case{"an option for ssh", "ssh: -oProxyCommand=evil",
             "m:5:10: nodes.n.ssh: the host begins with a dash"},
        Case{"a boolean", "ssh: true",
             "m:5:10: nodes.n.ssh: expected [user@]host[:port] or a map, found the boolean true; "
             "quote "
             "it if it is text"},
        Case{"nothing",
             "ssh:", "m:5:5: nodes.n.ssh: expected [user@]host[:port] or a map, found nothing"},
        Case{"no host", "ssh: {user: me}",
             "m:5:10: nodes.n.ssh.host: missing; expected a host of ~/.ssh/config, a name or an "
             "address"},
        Case{"an address of ssh://", "ssh: ssh://root@n1:2222", ""},
        Case{"an address of ssh:// with a path", "ssh: ssh://n1/x",
             "m:5:10: nodes.n.ssh: an ssh:// address has no path: ssh://user@host:port"},
        Case{"brackets without quotes", "ssh: [2001:db8::1]",
             "m:5:10: nodes.n.ssh: an address in brackets wants quotes: \"[2001:db8::1]\""},
        Case{"an assignment", "exec: DOCKER_HOST=ssh://h docker exec -i n1",
             "m:5:11: nodes.n.exec: no shell reads this command, so DOCKER_HOST=… in front of it "
             "has "
             "no meaning; write env DOCKER_HOST=… and then the command"},
        Case{"two users", "ssh: {host: me@h, user: you}",
             "m:5:29: nodes.n.ssh.user: the host names a user already"},
        Case{"two ports", "ssh: {host: 'h:22', port: 23}",
             "m:5:31: nodes.n.ssh.port: the host names a port already"},
        Case{"two spellings", "ssh: {host: h, proxy_jump: a, gateway: b}",
             "m:5:44: nodes.n.ssh.gateway: the same as proxy_jump, which is there already"},
        Case{"two key files", "ssh: {host: h, identity_file: a, connect_kwargs: {key_filename: b}}",
             "m:5:69: nodes.n.ssh.connect_kwargs.key_filename: the same as identity_file, which is "
             "there already"},
        Case{"a password", "ssh: {host: h, connect_kwargs: {password: x}}",
             "m:5:37: nodes.n.ssh.connect_kwargs.password: unknown key; known here: key_filename"},
        Case{"become", "ssh: {host: h, become: su}",
             "m:5:28: nodes.n.ssh.become: expected sudo, doas or none, found \"su\""},
        Case{"a password's command",
             "ssh: {host: h, become: sudo, become_password_command: pass h}", ""},
        Case{"no password's command", "ssh: {host: h, become_password_command: \"\"}",
             "m:5:45: nodes.n.ssh.become_password_command: expected a command that prints the "
             "password "
             "of sudo, found \"\""},
        Case{"a password that nobody asks for",
             "ssh: {host: h, become: doas, become_password_command: x}",
             "m:5:59: nodes.n.ssh.become_password_command: only sudo takes a password, and become "
             "says "
             "otherwise"},
        Case{"timeout", "ssh: {host: h, connect_timeout: 0}",
             "m:5:37: nodes.n.ssh.connect_timeout: expected seconds 1..3600, found \"0\""},
        Case{"ssh and exec", "ssh: h\n    exec: sh",
             "m:6:11: nodes.n.exec: stands instead of ssh, not beside it"},
        Case{"exec", "exec: podman exec -i n1", ""},
        Case{"an open quote", "exec: docker exec 'n",
             "m:5:11: nodes.n.exec: the quote ' is not closed"}}));

INSTANTIATE_TEST_SUITE_P(
    Endpoint, NodeFaults,
    testing::ValuesIn(std::vector<Case>{
        Case{"bare IPv6", "endpoint: 2001:db8::1", ""},
        Case{"brackets", "endpoint: '[2001:db8::1]:51820'", ""},
        Case{"brackets without quotes", "endpoint: [2001:db8::1]:51820",
             "m:5:15: an address in brackets wants quotes: \"[2001:db8::1]:51820\""},
        Case{"brackets without port and quotes", "endpoint: [2001:db8::1]",
             "m:5:15: nodes.n.endpoint: an address in brackets wants quotes: \"[2001:db8::1]\""},
        Case{"brackets of a site", "endpoint: {host: [fd00::1]}",
             "m:5:22: nodes.n.endpoint.host: an address in brackets wants quotes: \"[fd00::1]\""},
        Case{"the loopback address", "endpoint: 127.0.1.1",
             "m:5:15: nodes.n.endpoint: every machine is itself at the loopback address 127.0.1.1; "
             "name one that its peers reach"},
        Case{"the loopback address of IPv6", "endpoint: '[::1]:51820'",
             "m:5:15: nodes.n.endpoint: every machine is itself at the loopback address ::1; name "
             "one "
             "that its peers reach"},
        Case{"a name of the loopback address", "endpoint: localhost:51820",
             "m:5:15: nodes.n.endpoint: every machine is itself at localhost; name an address that "
             "its peers reach"},
        Case{"port out of range", "endpoint: a:70000",
             "m:5:15: nodes.n.endpoint: expected a port number 1..65535 after the colon, found "
             "\"70000\""},
        Case{"half an IPv4 address", "endpoint: 192.0.2",
             "m:5:15: nodes.n.endpoint: \"192.0.2\" is not an IPv4 address"},
        Case{"a map without host", "endpoint: {port: 1}",
             "m:5:15: nodes.n.endpoint.host: missing; expected a host name or an address"},
        Case{"a map's unknown key", "endpoint: {host: a, prot: 1}",
             "m:5:25: nodes.n.endpoint.prot: unknown key; did you mean port?"},
        Case{"host:port as a map's host", "endpoint: {host: 'a:1'}",
             "m:5:22: nodes.n.endpoint.host: \"a:1\" is not an IPv6 address"}}));

INSTANTIATE_TEST_SUITE_P(
    Rest, NodeFaults,
    testing::ValuesIn(std::vector<Case>{
        Case{"peers", "peers: [k]", ""},
        Case{"no such peer", "peers: [k, node2]",
             "m:5:16: nodes.n.peers[1]: no node is called node2"},
        Case{"itself", "peers: [n]", "m:5:13: nodes.n.peers[0]: a node is no peer of its own"},
        Case{"the same twice", "peers: [k, k]", "m:5:16: nodes.n.peers[1]: k is listed before"},
        Case{"one that is no list", "peers: k",
             "m:5:12: nodes.n.peers: expected a list of node names, found \"k\""},
        Case{"priority", "prio: 65536",
             "m:5:11: nodes.n.prio: expected a bridge priority 0..65535, found \"65536\""},
        Case{"present", "state: present", ""},
        Case{"absent", "state: absent", ""},
        Case{"neither", "state: gone",
             "m:5:12: nodes.n.state: expected present or absent, found \"gone\""},
        Case{"inner address with length", "underlay_addr: fd00::1/64",
             "m:5:20: nodes.n.underlay_addr: expected an IP address without prefix length, found "
             "\"fd00::1/64\""},
        Case{"bridge ports", "bridge_ports: [eth1]", ""},
        Case{"bridge port too long", "bridge_ports: [abcdefghijklmnop]",
             "m:5:20: nodes.n.bridge_ports[0]: expected the name of an interface, of 1 to 15 "
             "characters, found \"abcdefghijklmnop\""},
        Case{
            "loopback as a port", "bridge_ports: [lo]",
            "m:5:20: nodes.n.bridge_ports[0]: the loopback interface cannot be a port of a bridge"},
        Case{"the bridge in itself", "bridge_ports: [br-m]",
             "m:5:20: nodes.n.bridge_ports[0]: br-m is an interface that the mesh makes itself"},
        Case{"a local endpoint without a site", "local_endpoint: 192.168.1.1",
             "m:5:21: nodes.n.local_endpoint: it is for peers of the same site, and there is no "
             "`site`"},
        Case{"any data", "json: {a: [1, {b: ~}]}", ""},
        Case{"duplicates in data", "json: {a: 1, a: 2}",
             "m:5:18: nodes.n.json.a: this key was given before, at 5:12"},
        Case{"number beyond a double", "json: 1e999",
             "m:5:11: nodes.n.json: the number 1e999 is out of range; quote it if it is text"},
        Case{"a key of the mesh", "network: 10.0.0.0/24",
             "m:5:5: nodes.n.network: unknown key here; it is a key of the mesh"},
        Case{"a name in a map", "name: n",
             "m:5:5: nodes.n.name: unknown key here; it is a key of the mesh"},
        Case{"synonym", "priority: 5",
             "m:5:5: nodes.n.priority: unknown key; did you mean prio?"}}));

// ---- whole files
// ------------------------------------------------------------------------------------

class WholeFiles : public testing::TestWithParam<Case> {};
TEST_P(WholeFiles, AreReportedInPlace) { EXPECT_EQ(faults_of(GetParam().text), GetParam().faults); }

INSTANTIATE_TEST_SUITE_P(
    Shape, WholeFiles,
    testing::ValuesIn(std::vector<Case>{
        Case{"empty", "", "m:1:1: expected a map with name, network and nodes, found nothing"},
        Case{"a list", "- a\n", "m:1:1: expected a map with name, network and nodes, found a list"},
        Case{"nothing needed is there", "full: true\n",
             "m:1:1: name: missing; expected a name of 1 to 12 characters A-Z a-z 0-9 _ -\n"
             "m:1:1: network: missing; expected a network with prefix length, such as 10.0.0.0/24\n"
             "m:1:1: nodes: missing; expected a map of nodes, or a list of maps with name"},
        Case{"no nodes", "name: m\nnetwork: 10.0.0.0/24\nnodes: {}\n",
             "m:3:8: nodes: expected 1 to 4096 nodes, found 0"},
        Case{"a node that is nothing", "name: m\nnetwork: 10.0.0.0/24\nnodes:\n  n:\n",
             "m:4:3: nodes.n: expected a map with addr and ssh, found nothing"},
        Case{"a list item without a name",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n  - addr: 10.0.0.1/24\n    ssh: n\n",
             "m:4:5: nodes[0].name: missing; expected the node's name"},
        Case{"two list items of one name",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
             "  - {name: n, addr: 10.0.0.1/24, ssh: n, endpoint: n}\n"
             "  - {name: n, addr: 10.0.0.2/24, ssh: n, endpoint: n}\n",
             "m:5:12: nodes[1].name: this name was given before, at 4:12"},
        Case{"a node twice",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
             "  n: {addr: 10.0.0.1/24, ssh: n}\n  n: {addr: 10.0.0.2/24, ssh: n}\n",
             "m:5:3: nodes.n: this key was given before, at 4:3"},
        Case{"a bad node name",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n  -n: {addr: 10.0.0.1/24, ssh: n}\n",
             "m:4:3: nodes.-n: expected a node name: a letter or digit, then up to 62 of A-Z a-z "
             "0-9 . "
             "_ -"},
        Case{"two documents", "name: m\n---\nname: n\n",
             "m:2:1: expected one document, found a second one"}}));

INSTANTIATE_TEST_SUITE_P(
    Mesh, WholeFiles,
    testing::ValuesIn(std::vector<Case>{
        Case{"name too long",
             "name: thirteen-char\nnetwork: 10.0.0.0/24\nnodes: {n: {addr: 10.0.0.1/24, ssh: n}}\n",
             "m:1:7: name: expected a name of 1 to 12 characters A-Z a-z 0-9 _ -, found "
             "\"thirteen-char\""},
        Case{"name with a dot",
             "name: a.b\nnetwork: 10.0.0.0/24\nnodes: {n: {addr: 10.0.0.1/24, ssh: n}}\n",
             "m:1:7: name: expected a name of 1 to 12 characters A-Z a-z 0-9 _ -, found \"a.b\""},
        Case{"the agent's folder",
             "name: bin\nnetwork: 10.0.0.0/24\nnodes: {n: {addr: 10.0.0.1/24, ssh: n}}\n",
             "m:1:7: name: the name bin is taken: nodes keep the agent under it"},
        Case{"network with host bits",
             "name: m\nnetwork: 10.0.0.1/24\nnodes: {n: {addr: 10.0.0.1/24, ssh: n}}\n",
             "m:2:10: network: expected a network, which has no host bits: 10.0.0.0/24, found "
             "10.0.0.1/24"}}));

INSTANTIATE_TEST_SUITE_P(
    BetweenNodes, WholeFiles,
    testing::ValuesIn(std::vector<Case>{
        Case{"nobody to dial",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: a}\n  b: {addr: 10.0.0.2/24, ssh: b}\n",
             "m:5:3: nodes.b.endpoint: no path of peers leads from a to b; two nodes without an "
             "endpoint cannot dial each other: add an endpoint that joins them into one segment"},
        Case{"split horizon with a gap",
             "name: m\nnetwork: 10.0.0.0/24\nloop_prevention: split-horizon\n"
             "learn_endpoints: false\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: a}\n  b: {addr: 10.0.0.2/24, ssh: b, endpoint: b}\n"
             "  c: {addr: 10.0.0.3/24, ssh: c}\n",
             "m:3:18: loop_prevention: split-horizon needs a link between every two nodes, and a-c "
             "have no endpoint at either end; give one of each an endpoint, or say "
             "learn_endpoints: true, or take stp"},
        Case{"islands",
             "name: m\nnetwork: 10.0.0.0/24\nfull: false\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: a, peers: [b]}\n"
             "  b: {addr: 10.0.0.2/24, ssh: b}\n"
             "  c: {addr: 10.0.0.3/24, ssh: c, endpoint: c, peers: [d]}\n"
             "  d: {addr: 10.0.0.4/24, ssh: d, peers: [c]}\n",
             "m:7:54: nodes.c.peers: no path of peers leads from a to c and d; add a peer that "
             "joins "
             "them into one segment"},
        Case{
            "one machine twice",
            "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
            "  a: {addr: 10.0.0.1/24, ssh: t1, endpoint: a}\n"
            "  b: {addr: 10.0.0.2/24, ssh: root@t1}\n",
            "m:5:31: nodes.b.ssh: a and b are the same machine (ssh: t1); each node wants its own"},
        Case{"one container twice, to be removed once",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, exec: docker exec -i c1, endpoint: a}\n"
             "  b: {addr: 10.0.0.2/24, exec: docker  exec -i 'c1', state: absent}\n",
             "m:5:32: nodes.b.exec: a and b are the same machine (exec: docker exec -i c1); each "
             "node "
             "wants its own"},
        Case{"machines of one name that are not the same",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: t1, endpoint: a}\n"
             "  b: {addr: 10.0.0.2/24, ssh: 't1:2222'}\n"
             "  c: {addr: 10.0.0.3/24, ssh: {host: t1, proxy_jump: j}}\n",
             ""},
        Case{"one endpoint twice",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: 192.0.2.1}\n"
             "  b: {addr: 10.0.0.2/24, ssh: b, endpoint: '192.0.2.1:51820'}\n"
             "  c: {addr: 10.0.0.3/24, ssh: c, endpoint: '192.0.2.1:51821'}\n",
             "m:5:44: nodes.b.endpoint: 192.0.2.1:51820 is the endpoint of node a already, and "
             "peers "
             "reach one of them at most; give each its own host or port"},
        Case{"one endpoint twice, in other letters",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: '2001:db8::0:1'}\n"
             "  b: {addr: 10.0.0.2/24, ssh: b, endpoint: Lan.Example}\n"
             "  c: {addr: 10.0.0.3/24, ssh: c, endpoint: '2001:DB8::1'}\n"
             "  d: {addr: 10.0.0.4/24, ssh: d, endpoint: lan.example.}\n",
             "m:6:44: nodes.c.endpoint: [2001:DB8::1]:51820 is the endpoint of node a already, and "
             "peers reach one of them at most; give each its own host or port\n"
             "m:7:44: nodes.d.endpoint: lan.example.:51820 is the endpoint of node b already, and "
             "peers reach one of them at most; give each its own host or port"},
        Case{"one local endpoint twice, in one site and in two",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: a, site: x, local_endpoint: 192.168.1.1}\n"
             "  b: {addr: 10.0.0.2/24, ssh: b, site: x, local_endpoint: 192.168.1.1}\n"
             "  c: {addr: 10.0.0.3/24, ssh: c, site: y, local_endpoint: 192.168.1.1}\n",
             "m:5:59: nodes.b.local_endpoint: 192.168.1.1:51820 is the local_endpoint of node a "
             "already, and peers reach one of them at most; give each its own host or port"},
        Case{"peers where every pair is peered",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: a, peers: []}\n"
             "  b: {addr: 10.0.0.2/24, ssh: b, peers: [a]}\n",
             "m:5:41: nodes.b.peers: every pair is peered (full is true unless the file says "
             "otherwise), so the peers of b have no meaning; say full: false, or leave them out"},
        Case{"peers beside full: true",
             "name: m\nnetwork: 10.0.0.0/24\nfull: true\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: a, peers: [b]}\n"
             "  b: {addr: 10.0.0.2/24, ssh: b, peers: [a]}\n",
             "m:5:54: nodes.a.peers: every pair is peered (full: true), so the peers of a and b "
             "have "
             "no meaning; say full: false, or leave them out"},
        Case{"a fault of peering beside others",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: a, prio: x}\n  b: {addr: 10.0.0.2/24, ssh: b}\n",
             "m:4:40: nodes.a.prio: expected a bridge priority 0..65535, found \"x\"\n"
             "m:5:3: nodes.b.endpoint: no path of peers leads from a to b; two nodes without an "
             "endpoint cannot dial each other: add an endpoint that joins them into one segment"},
        Case{"a fault of peering that a misspelt key explains",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: a, endpont: a}\n  b: {addr: 10.0.0.2/24, ssh: b}\n",
             "m:4:34: nodes.a.endpont: unknown key; did you mean endpoint?"},
        Case{"an endpoint inside the mesh",
             "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: 10.0.0.9}\n"
             "  b: {addr: 10.0.0.2/24, ssh: b}\n",
             "m:4:44: nodes.a.endpoint: 10.0.0.9 is inside the mesh (10.0.0.0/24); name an address "
             "that peers reach without it"},
        Case{"an endpoint with the name that hosts gives to an address of the mesh",
             "name: m\nnetwork: 10.0.0.0/24\nhosts: true\nnodes:\n"
             "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: B.m.}\n"
             "  b: {addr: 10.0.0.2/24, ssh: b, endpoint: a.example.com}\n",
             "m:5:44: nodes.a.endpoint: B.m. is the name that `hosts: true` gives to b inside the "
             "mesh; name an address, or another name that peers resolve, or leave out hosts"},
        Case{
            "one inner address for two",
            "name: m\nnetwork: 10.0.0.0/24\nunderlay: fd01::/64\nnodes:\n"
            "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: a, underlay_addr: 'fd01::5'}\n"
            "  b: {addr: 10.0.0.2/24, ssh: b, underlay_addr: 'fd01::5'}\n",
            "m:6:49: nodes.b.underlay_addr: the address inside WireGuard, fd01::5, is also that of "
            "node a; give one of them an underlay_addr of its own in fd01::/64"}}));

INSTANTIATE_TEST_SUITE_P(
    Syntax, WholeFiles,
    testing::ValuesIn(std::vector<Case>{
        Case{"a tab as indentation", "name: m\nnodes:\n\tn: 1\n",
             "m:3:3: illegal map value; YAML is indented with spaces, not with tabs"},
        Case{"a quote that swallows what follows",
             "name: m\nnodes:\n  a:\n    site: 'x\n  b:\n    ssh: b\n",
             "m:4:11: the quote that begins here is not closed"},
        Case{"a quote behind an anchor", "name: &n \"m\\\"\n",
             "m:1:7: the quote that begins here is not closed"},
        Case{"no blank after a colon", "name:m\nnetwork: 10.0.0.0/24\n",
             "m:2:8: illegal map value; a key wants a blank after its colon, and a value with "
             "\": \" in it wants quotes"},
        Case{"a brace that is not closed", "nodes: {a: {ssh: a}\n",
             "m:2:1: end of map flow not found; a { is not closed, or something within it wants "
             "quotes"},
        Case{"a control character", "name: m\x01\n",
             "m:1:8: the control character 0x01 is not text"},
        Case{"not UTF-8", "name: \xc3\xa4\xff\n", "m:1:8: the octet 0xff is not UTF-8"},
        Case{"an overlong slash", "name: \xc0\xaf\n", "m:1:7: the octet 0xc0 is not UTF-8"},
        Case{"a tag", "name: !!int 5\n", "m:1:7: tags have no meaning here"},
        Case{"a list as a key", "[a]: 1\n",
             "m:1:1: expected a key that is a word of at most 128 octets"},
        Case{"an alias in its anchor", "a: &x [*x]\n",
             "m:1:8: this alias stands inside its own anchor"},
        Case{"an alias of nothing", "a: *x\n", "m:1:4: the referenced anchor is not defined"}}));

TEST(MeshFile, ReportsEverythingAtOnceInFileOrder) {
  EXPECT_EQ(
      faults_of("name: much-too-long-a-name\n"
                "network: 10.0.0.0\n"
                "ful: true\n"
                "nodes:\n"
                "  a:\n"
                "    adr: 10.0.0.1/24\n"
                "    ssh: a\n"
                "    listen_port: x\n"
                "    peers: [bb]\n"
                "  b:\n"
                "    addr: 10.0.0.2/24\n"
                "    prio: -1\n"),
      "m:1:7: name: expected a name of 1 to 12 characters A-Z a-z 0-9 _ -, found "
      "\"much-too-long-a-name\"\n"
      "m:2:10: network: expected a network with prefix length, such as fd00:0:0:1::/64, found "
      "\"10.0.0.0\"\n"
      "m:3:1: ful: unknown key; did you mean full?\n"
      "m:5:3: nodes.a.addr: missing; expected an address with prefix length, such as "
      "10.0.0.1/24\n"
      "m:6:5: nodes.a.adr: unknown key; did you mean addr?\n"
      "m:8:18: nodes.a.listen_port: expected a port number 1..65535, found \"x\"\n"
      "m:9:12: nodes.a.peers: every pair is peered (full is true unless the file says otherwise), "
      "so "
      "the peers of a have no meaning; say full: false, or leave them out\n"
      "m:9:13: nodes.a.peers[0]: no node is called bb; did you mean b?\n"
      "m:10:3: nodes.b.ssh: missing; expected [user@]host[:port], or exec instead\n"
      "m:12:11: nodes.b.prio: expected a bridge priority 0..65535, found \"-1\"");
}

TEST(MeshFile, FaultsHaveTheIdentifiersOfTheirMessages) {
  try {
    read_noted_mesh_file(
        "name: bin\nnetwork: 10.0.0.1/24\nful: true\nnodes:\n"
        "  a: {ssh: -x, prio: x, peers: [a], exec: \"'\"}\n",
        "m");
    FAIL() << "accepted";
  } catch (const MeshFileFaults& faults) {
    std::vector<std::string> ids;
    for (const Fault& fault : faults.faults()) { ids.push_back(fault.id); }
    EXPECT_THAT(ids, ElementsAre("file-mesh-name-taken", "file-network-host-bits",
                                 "file-key-unknown", "file-key-missing", "file-ssh-word-dash",
                                 "file-number-unfit", "file-peers-useless", "file-peer-of-itself",
                                 "file-exec-beside-ssh", "command-quote-open"));
  }
}

TEST(MeshFile, ColumnsCountCharacters) {
  EXPECT_EQ(faults_of("{\"\xc3\xa4\xc3\xb6\": 1, full: 2, name: m, network: 10.0.0.0/24, "
                      "nodes: {n: {addr: 10.0.0.1/24, ssh: n}}}"),
            "m:1:2: \xc3\xa4\xc3\xb6: unknown key; known here: name, network, full, nodes, "
            "listen_port, persistent_keepalive, fwmark, mtu, underlay, loop_prevention, stp, "
            "path_cost, defaults, format_version, hosts, learn_endpoints\n"
            "m:1:17: full: expected true or false, found \"2\"");
}

TEST(MeshFile, JsonIsHeldToJson) {
  EXPECT_EQ(faults_of("{\"name\": \"m\",\n  \"full\": yes}", Syntax::kJson).substr(0, 16),
            "m:2:11: not JSON");
  EXPECT_EQ(faults_of("name: m\n", Syntax::kJson).substr(0, 15), "m:1:2: not JSON");
}

// ---- more than anybody would write
// ------------------------------------------------------------------

TEST(MeshFile, BoundsNesting) {
  const std::string deep(100, '[');
  EXPECT_EQ(faults_of("a: " + deep + std::string(100, ']')),
            "m:1:67: nested deeper than 64 levels");
  EXPECT_THAT(faults_of(std::string(1'000'000, '[')), testing::StartsWith("m:1:"));
  EXPECT_THAT(faults_of(std::string(100'000, '[') + std::string(100'000, ']'), Syntax::kJson),
              testing::StartsWith("m:1:"));
}

TEST(MeshFile, BoundsWhatAliasesRepeat) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 0; j < 8; ++j) { text += ", " + last; }
    text += "]\n";
  }
  EXPECT_THAT(faults_of(text), testing::HasSubstr("more than 250000 values"));
}

TEST(MeshFile, BoundsKeys) {
  EXPECT_EQ(faults_of(std::string(129, 'k') + ": 1"), "m:1:1: a key of more than 128 octets");
  EXPECT_THAT(faults_of("{\"" + std::string(2000, 'k') + "\": 1}", Syntax::kJson),
              testing::HasSubstr("a word of at most 128 octets"));
}

TEST(MeshFile, BoundsSizeAndFaults) {
  EXPECT_EQ(faults_of(std::string((4u << 20) + 1, 'a')), "m:1:1: longer than 4 MiB");
  std::string text;
  for (int i = 0; i < 2000; ++i) { text += "unknown" + std::to_string(i) + ": 1\n"; }
  EXPECT_THAT(faults_of(text), testing::HasSubstr("more faults are not shown"));
}

}  // namespace
}  // namespace wgmesh::mesh_file_test
