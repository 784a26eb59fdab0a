#include "controller/init/draft_endpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "common/error.h"
#include "controller/text/enumeration.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

bool is_private_host(const std::string& host) {
  const auto address = parse_ip(host);
  return address && (is_private(*address) || is_link_local(*address));
}

void drop(DraftNode& node, std::string why) {
  node.endpoint.reset();
  node.no_endpoint = std::move(why);
}

using Ends = std::map<std::pair<std::string, std::uint16_t>, std::string>;

void settle(const Draft& draft, DraftNode& node, Ends& ends) {
  if (!node.endpoint) { return; }
  const std::string host = node.endpoint->host;
  try {
    check_endpoint_host(host);
  } catch (const Error& error) {
    drop(node,
         fmt::format("No peer can send to {}: {}.", printable(host), printable(error.message())));
    return;
  }
  if (const auto address = parse_ip(host);
      address && draft.network && contains(*draft.network, *address)) {
    drop(node, fmt::format("{} is inside the mesh itself.", host));
    return;
  }
  const std::uint16_t port = node.endpoint->port.value_or(listen_port_of(node));
  const auto [taken, is_new] = ends.emplace(std::pair(host, port), node.name);
  if (is_new) { return; }
  drop(node,
       fmt::format(
           "{} is the endpoint of {} already. If a router there forwards another UDP port to this "
           "node, write `endpoint: {}:PORT`.",
           host, taken->second, host));
}

void note_private(Draft& draft) {
  const auto is_public = [](const DraftNode& node) {
    return node.endpoint && !is_private_host(node.endpoint->host);
  };
  if (!std::ranges::any_of(draft.nodes, is_public)) { return; }
  for (DraftNode& node : draft.nodes) {
    if (!node.endpoint || is_public(node)) { continue; }
    node.notes.emplace_back(
        "Its endpoint is an address of a private network: only peers that can send to that network "
        "reach it there.");
  }
}

void note_mute(Draft& draft) {
  std::vector<std::string> mute;
  for (const DraftNode& node : draft.nodes) {
    if (!node.endpoint) { mute.push_back(node.name); }
  }
  if (mute.size() < 2) { return; }
  const bool is_all = mute.size() == draft.nodes.size();
  draft.notes.push_back(is_all
                            ? "No node has an endpoint, so no two of them can find each other. "
                              "Before `mesh up`, give at least "
                              "one node the address that its peers reach it at."
                            : fmt::format("{} have no endpoint. They dial the other nodes. `mesh "
                                          "up` looks whether they find each other; if not, they "
                                          "reach each other through the other nodes.",
                                          enumerated(mute)));
}

}  // namespace

void settle_endpoints(Draft& draft) {
  Ends ends;
  for (DraftNode& node : draft.nodes) { settle(draft, node, ends); }
  note_private(draft);
  note_mute(draft);
}

}  // namespace wgmesh
