// Files of other tools, each as a whole: what is made of it, and what is said where it is at fault.
#include "controller/init/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "controller/file/fault.h"
#include "tests/support/controller/finished_draft.h"
#include "tests/support/golden.h"

namespace wgmesh::source_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kData = std::string(WGMESH_TEST_DATA) + "/init/";

void expect_file(const std::string& file, const std::string& golden) {
  const Draft draft = read_source({std::nullopt, file}, content_of_file(kData + file));
  expect_golden(std::string(WGMESH_TEST_DATA) + "/golden/init/" + golden, finished(draft));
}

// All its faults, as they are told.
std::vector<std::string> faults_of(SourceFormat format, std::string_view text) {
  std::vector<std::string> told;
  try {
    read_source({format, "f"}, text);
    ADD_FAILURE() << "accepted: " << text;
  } catch (const MeshFileFaults& faults) {
    for (const Fault& fault : faults.faults()) {
      told.push_back(to_text(fault) + " [" + fault.id + "]");
    }
  }
  return told;
}

TEST(Source, AnsibleGivesAMeshFile) { expect_file("ansible.json", "ansible.yaml"); }
TEST(Source, MeshconfGivesAMeshFile) { expect_file("meshconf.csv", "meshconf.yaml"); }
TEST(Source, ContainerlabGivesAMeshFile) { expect_file("lab.clab.yml", "containerlab.yaml"); }
TEST(Source, SshConfigGivesAMeshFile) { expect_file("ssh_config", "ssh-config.yaml"); }

TEST(Source, IsKnownByWhatIsInIt) {
  EXPECT_EQ(guess_source_format("\n{}"), SourceFormat::kAnsible);
  EXPECT_EQ(guess_source_format("Address,Name\n"), SourceFormat::kMeshconf);
  EXPECT_EQ(guess_source_format("# Host x\nname: x\ntopology:\n"), SourceFormat::kContainerlab);
  EXPECT_EQ(guess_source_format("# topology:\n\n  hOst\tx\n"), SourceFormat::kSshConfig);
  EXPECT_EQ(guess_source_format("Host=x"), SourceFormat::kSshConfig);
  for (const char* text : {"", "  \n", "hello\n", "Hostname x\n", "Name\n", " topology: x\n"}) {
    EXPECT_EQ(guess_source_format(text), std::nullopt) << text;
  }
}

TEST(Source, IsWhatStandsInFrontOfTheFile) {
  EXPECT_EQ(parse_source_name("ansible:x").format, SourceFormat::kAnsible);
  EXPECT_EQ(parse_source_name("ssh-config:/a:b").file, "/a:b");
  EXPECT_EQ(parse_source_name("other:x").file, "other:x");
  EXPECT_EQ(parse_source_name("x").format, std::nullopt);
  EXPECT_THAT(source_format_words(),
              ElementsAre("ansible", "meshconf", "containerlab", "ssh-config"));
  try {
    read_source({std::nullopt, "hosts.txt"}, "hello\n");
    ADD_FAILURE() << "it is of no kind";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "init-format-unknown");
    EXPECT_EQ(error.message(), "nothing tells what kind of file hosts.txt is");
    EXPECT_EQ(error.cure(),
              "name the kind in front of it, as --from ansible:hosts.txt; the kinds are ansible, "
              "meshconf, containerlab, ssh-config");
  }
}

TEST(Source, WithoutHostsIsAtFault) {
  const auto nobody = [](const char* what) {
    return ElementsAre("f:1:1: expected " + std::string(what) +
                       ", found no host in it [init-no-hosts]");
  };
  EXPECT_THAT(faults_of(SourceFormat::kAnsible, "{\"all\": [], \"_meta\": 3}"),
              nobody("the output of `ansible-inventory --list`"));
  EXPECT_THAT(faults_of(SourceFormat::kMeshconf, "Name,Address\n"),
              nobody("a CSV file of wg-meshconf with peers"));
  EXPECT_THAT(faults_of(SourceFormat::kContainerlab, "topology: {nodes: {a: {kind: ceos}}}"),
              nobody("a containerlab topology with nodes of kind linux"));
  EXPECT_THAT(faults_of(SourceFormat::kSshConfig, "Host *\nHostName x\n"),
              nobody("an ssh_config with Host lines that name hosts"));
}

TEST(Source, FaultsHaveTheirPlaces) {
  EXPECT_THAT(faults_of(SourceFormat::kAnsible, "{"), ElementsAre(HasSubstr("[file-not-json]")));
  EXPECT_THAT(faults_of(SourceFormat::kAnsible,
                        "{\"_meta\": {\"hostvars\": {\n\"a\": {\"ansible_host\": \"{{ ip }}\"},\n"
                        "\"b\": {\"ansible_port\": \"ssh\"}}}}"),
              ElementsAre("f:2:23: a: the host has a { in it [file-ssh-word-character]",
                          "f:3:23: b: expected a port number 1..65535, found \"ssh\" "
                          "[file-number-unfit]"));
  EXPECT_THAT(faults_of(SourceFormat::kAnsible,
                        R"({"all": {"hosts": ["a;b"]},
                            "_meta": {"hostvars": {"a;b": {"ansible_connection": "docker"}}}})"),
              ElementsAre(HasSubstr("[command-shell-syntax]")));
  EXPECT_THAT(faults_of(SourceFormat::kMeshconf, "Name,Port\na,1\n"),
              ElementsAre("f:1:1: the first line names no column Address, as that of wg-meshconf "
                          "does [init-column-missing]"));
  EXPECT_THAT(faults_of(SourceFormat::kMeshconf,
                        "Name,Address,ListenPort,Endpoint,PersistentKeepalive\n"
                        "a,10.0.0.1/24\n"
                        "b,10.0.0/24,0,h:x,often\n"
                        ",10.0.0.1/24,,,\n"),
              ElementsAre("f:2:1: expected 5 values, as the first line has, found 2 "
                          "[init-row-unfit]",
                          HasSubstr("f:3:3: Address: expected addresses with prefix length"),
                          HasSubstr("f:3:13: ListenPort: expected a port number 1..65535, found "
                                    "\"0\""),
                          HasSubstr("f:3:15: Endpoint: expected a port number"),
                          HasSubstr("f:3:19: PersistentKeepalive: expected a number of seconds"),
                          HasSubstr("f:4:1: Name: missing")));
  EXPECT_THAT(faults_of(SourceFormat::kMeshconf, "Name,Address\n\"a,b\n"),
              ElementsAre(HasSubstr("f:2:1: the quote that begins here")));
  EXPECT_THAT(
      faults_of(SourceFormat::kContainerlab, "name: x\ntopology: {nodes: {a;b: {kind: linux}}}"),
      ElementsAre(HasSubstr("f:2:20: a;b: ")));
  EXPECT_THAT(
      faults_of(SourceFormat::kSshConfig, "Host \"a\nHost -b\n"),
      ElementsAre(HasSubstr("f:1:6: the quote"), HasSubstr("f:2:6: Host: the host begins")));
}

TEST(Source, IsTextAndNotEndless) {
  for (const SourceFormat format : {SourceFormat::kAnsible, SourceFormat::kMeshconf,
                                    SourceFormat::kContainerlab, SourceFormat::kSshConfig}) {
    EXPECT_THAT(faults_of(format, "Host a\n\x01"), ElementsAre(HasSubstr("f:2:1: ")));
    EXPECT_THAT(faults_of(format, std::string((4U << 20) + 1, 'x')),
                ElementsAre(HasSubstr("[file-too-long]")));
  }
  std::string many = "Host";
  for (int i = 0; i < 4097; ++i) { many += " n" + std::to_string(i); }
  EXPECT_THAT(faults_of(SourceFormat::kSshConfig, many),
              ElementsAre(HasSubstr("expected 1 to 4096 nodes, found 4097")));
}

TEST(Source, AnsiblesOwnOutputGivesAMeshFile) {
  expect_file("ansible-inventory.json", "ansible-inventory.yaml");
}

TEST(Source, MeshconfHasANetworkAroundItsAddresses) {
  const auto network = [](const std::string& rows) {
    const Draft draft =
        read_source({SourceFormat::kMeshconf, "f"}, "\xef\xbb\xbfName,Address,Endpoint\n" + rows);
    finished(draft);
    return draft.network ? to_text(*draft.network) : "none";
  };
  EXPECT_EQ(network("a,192.168.1.2,h\nb,192.168.1.5,\nc,,i\n"), "192.168.1.0/29");
  EXPECT_EQ(network("a,10.10.0.1/24,h\nb,10.10.3.1/24,\n"), "10.10.0.0/22");
  EXPECT_EQ(network("a,,\n"), "none");
}

TEST(Source, ContainerlabNamesContainersByThePrefix) {
  const auto command = [](const std::string& prefix) {
    const Draft draft =
        read_source({SourceFormat::kContainerlab, "f"},
                    "name: l\n" + prefix + "\ntopology: {nodes: {a: {kind: linux}}}");
    return std::get<ExecTarget>(draft.nodes.at(0).target).text;
  };
  EXPECT_EQ(command(""), "docker exec -i clab-l-a");
  EXPECT_EQ(command("prefix: my"), "docker exec -i my-l-a");
  EXPECT_EQ(command("prefix: \"\""), "docker exec -i a");
  EXPECT_EQ(command("prefix: __lab-name"), "docker exec -i l-a");
}

}  // namespace
}  // namespace wgmesh::source_test
