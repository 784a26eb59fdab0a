#include "controller/init/surveyed_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "controller/mesh/missing_feature.h"
#include "controller/text/enumeration.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

constexpr std::uint32_t kUsualMtu = 1500;

std::string sentence(const std::string& text) { return printable(text) + "."; }

// Of a cure, which stands as a sentence of its own.
std::string next_sentence(const std::string& cure) {
  if (cure.empty()) { return {}; }
  std::string text = ' ' + sentence(cure);
  if (text[1] >= 'a' && text[1] <= 'z') { text[1] = static_cast<char>(text[1] - 'a' + 'A'); }
  return text;
}

std::vector<std::string> own_addresses(const proto::Survey& survey) {
  std::vector<std::string> addresses;
  for (const proto::SurveyedAddress& own : survey.addresses()) {
    addresses.push_back(to_text(parse_prefix(own.address())->address));
  }
  return addresses;
}

const proto::SurveyedAddress* find_own(const proto::Survey& survey, const IpAddress& address) {
  for (const proto::SurveyedAddress& own : survey.addresses()) {
    if (parse_prefix(own.address())->address == address) { return &own; }
  }
  return nullptr;
}

// The first label of the host's own name, if that tells hosts apart.
std::string own_name(const proto::Survey& survey) {
  const std::string& whole = survey.host_name();
  const std::string name = as_node_name(whole.substr(0, whole.find('.')));
  return name == "localhost" ? std::string() : name;
}

void put_port(const proto::Survey& survey, DraftNode& node) {
  if (survey.port_user().empty()) { return; }
  const std::string taken = fmt::format("UDP port {} is taken here ({})", listen_port_of(node),
                                        printable(survey.port_user()));
  if (survey.free_port() == 0) {
    node.notes.push_back(taken + ", and so are those after it: write a free one as `listen_port`.");
    return;
  }
  node.listen_port = static_cast<std::uint16_t>(survey.free_port());
  node.notes.push_back(taken + ", so WireGuard is to listen at the next that is free.");
}

void put_endpoint(const SurveyedHost& host, DraftNode& node) {
  if (node.endpoint || std::holds_alternative<ExecTarget>(node.target)) { return; }
  const proto::Survey& survey = host.hello.survey();
  const std::string reached = host.reached_at.substr(0, host.reached_at.find('%'));
  const auto address = parse_ip(reached);
  if (!address) {
    const std::string inner = survey.reached_at();
    node.no_endpoint = inner.empty() || !parse_ip(inner)
                           ? "SSH reaches it by way of another host. If its peers can send to it, "
                             "write the address that they reach "
                             "it at."
                           : fmt::format(
                                 "SSH reaches it by way of another host, at {0}. If its peers "
                                 "reach it there, write "
                                 "`endpoint: \"{0}\"`.",
                                 inner);
    return;
  }
  if (is_loopback(*address)) {
    node.no_endpoint = fmt::format(
        "SSH reaches it at {}, which is no address for its peers. If they can send to it, "
        "write the address that they reach it at.",
        reached);
    return;
  }
  if (find_own(survey, *address) != nullptr || contains(*parse_prefix("fe80::/10"), *address)) {
    node.endpoint = HostAndPort{reached, {}};
    return;
  }
  const std::vector<std::string> own = own_addresses(survey);
  node.no_endpoint = fmt::format(
      "SSH reaches it at {0}, which it does not have itself{1}: it is behind NAT, and dials its "
      "peers. If UDP port "
      "{2} of {0} is forwarded to it, write `endpoint: \"{0}\"`.",
      reached, own.empty() ? "" : fmt::format(" (it has {})", enumerated(own, 4)),
      listen_port_of(node));
}

void put_mtu(const proto::Survey& survey, DraftNode& node) {
  std::uint32_t mtu = survey.outside_mtu();
  const auto address = node.endpoint ? parse_ip(node.endpoint->host) : std::nullopt;
  if (address) {
    if (const auto* own = find_own(survey, *address)) { mtu = own->mtu(); }
  }
  if (mtu == 0 || mtu >= kUsualMtu) { return; }
  node.notes.push_back(
      fmt::format("Its way out takes packets of {} bytes at most. With `mtu: auto`, the default, "
                  "the whole segment fits that.",
                  mtu));
}

void put_missing(const Mesh& mesh, const proto::Hello& hello, DraftNode& node) {
  for (const proto::MissingFeature& missing : hello.missing()) {
    const Said said = words_of(mesh, hello, missing);
    node.notes.push_back(
        fmt::format("Before `mesh up`: {}{}", sentence(said.text), next_sentence(said.cure)));
  }
}

// What the agent says against the plan to come. A port that is taken was answered with another one.
void put_problems(const proto::Hello& hello, DraftNode& node) {
  for (int i = 0; i < hello.problems_size(); ++i) {
    const std::string id = i < hello.problem_ids_size() ? hello.problem_ids(i) : "";
    const bool is_port = id == "listen-port-in-use" || id == "other-mesh-listen-port";
    if (is_port && !hello.survey().port_user().empty()) { continue; }
    const std::string cure = i < hello.problem_cures_size() ? hello.problem_cures(i) : "";
    node.notes.push_back(
        fmt::format("Before `mesh up`: {}{}", sentence(hello.problems(i)), next_sentence(cure)));
  }
}

void put_stored(const Draft& draft, const proto::Hello& hello, DraftNode& node) {
  if (hello.generation() == 0) { return; }
  node.notes.push_back(fmt::format(
      "A mesh of the name {} is on it already (network {}, where it is {}). Give this one another "
      "name, unless it is "
      "to take that one's place.",
      draft.name, printable(hello.identity().network()), printable(hello.identity().node())));
}

}  // namespace

void put_facts(Draft& draft, const std::map<std::string, SurveyedHost>& hosts) {
  Mesh mesh;
  mesh.name = draft.name;
  if (draft.network) { mesh.network = *draft.network; }
  for (DraftNode& node : draft.nodes) {
    const auto found = hosts.find(node.name);
    if (found == hosts.end()) { continue; }
    const proto::Hello& hello = found->second.hello;
    put_missing(mesh, hello, node);
    put_stored(draft, hello, node);
    if (!hello.has_survey()) {
      node.no_endpoint = "Its agent is of another release and tells no addresses.";
      continue;
    }
    put_port(hello.survey(), node);
    put_endpoint(found->second, node);
    put_mtu(hello.survey(), node);
    put_problems(hello, node);
  }
  for (DraftNode& node : draft.nodes) {
    const auto found = hosts.find(node.name);
    if (!node.name_is_open || found == hosts.end()) { continue; }
    const std::string name = own_name(found->second.hello.survey());
    if (name.empty() || name == node.name) { continue; }
    node.name = unused_name(draft, name);
  }
}

}  // namespace wgmesh
