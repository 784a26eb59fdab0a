#include "controller/mesh/missing_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "controller/text/enumeration.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

std::uint16_t listen_port_of(const Mesh& mesh, const std::string& name) {
  const auto node = std::ranges::find(mesh.nodes, name, &Node::name);
  return node == mesh.nodes.end() ? std::uint16_t{0} : node->listen_port;
}

std::string cure_for(const Mesh& mesh, const std::string& node) {
  return fmt::format("forward UDP port {} on {}'s router, or give {} an endpoint",
                     listen_port_of(mesh, node), node, node);
}

Said said_why(const Mesh& mesh, const LinkName& pair, const NoLink& no_link) {
  switch (no_link.why) {
    case NoLink::Why::kPortDiffers:
      return say<"mesh-pair-unlinked">(
          fmt::format("{}'s NAT gives each peer another port", no_link.culprit),
          cure_for(mesh, no_link.culprit));
    case NoLink::Why::kAddressDiffers:
      return say<"mesh-pair-unlinked">(
          fmt::format("peers see {} at different addresses", no_link.culprit),
          cure_for(mesh, no_link.culprit));
    case NoLink::Why::kNoHandshake:
      break;
  }
  return say<"mesh-pair-unlinked">(fmt::format("there was no handshake with {}", no_link.observed),
                                   cure_for(mesh, pair.second));
}

}  // namespace

std::vector<std::string> sentences_of(const std::vector<MissingLink>& missing) {
  std::vector<std::string> said;
  std::map<std::string, std::vector<std::string>> pairs;  // by what is said
  for (const MissingLink& each : missing) {
    const std::string what = each.said.text + "; " + each.said.cure;
    const auto [found, is_new] = pairs.try_emplace(what);
    if (is_new) { said.push_back(what); }
    found->second.push_back(each.pair.first + "-" + each.pair.second);
  }
  for (std::string& sentence : said) {
    sentence = enumerated(pairs.at(sentence)) + ": " + sentence;
  }
  return said;
}

MissingLink missing_link(const Mesh& mesh, const LinkName& pair) {
  const auto known = mesh.learned.no_links.find(pair);
  if (known != mesh.learned.no_links.end()) { return {pair, said_why(mesh, pair, known->second)}; }
  return {pair, say<"mesh-pair-unlinked">("no endpoint at either end, and no peer that both can "
                                          "dial sees both at a public address",
                                          "give one of each an endpoint")};
}

std::vector<MissingLink> missing_links(const Mesh& mesh) {
  std::vector<MissingLink> missing;
  for (const LinkName& pair : learnable_pairs(mesh)) {
    if (!mesh.learned.links.contains(pair)) { missing.push_back(missing_link(mesh, pair)); }
  }
  return missing;
}

}  // namespace wgmesh
