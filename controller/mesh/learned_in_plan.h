// What was learned about pairs without an endpoint, as plans say it. Pure.
#pragma once

#include "controller/mesh/mesh.h"
#include "proto/plan.pb.h"

namespace wgmesh {

// Whether a link of `node` was learned, so that its plan needs "learned".
bool has_learned_link(const Mesh& mesh, const Node& node);

// Endpoint, mark and keepalive of a learned link. Nothing for another link, and where `node` itself knows more.
void fill_learned(const Mesh& mesh, const Node& node, const Node& peer, proto::Peer& out);

// Whether two peers of `node` dial it that cannot dial each other, so that each can ask it where it sees the other.
bool locates_peers(const Mesh& mesh, const Node& node);

// Why pairs of `node` have no link.
void put_no_links(const Mesh& mesh, const Node& node, proto::Plan& plan);

}  // namespace wgmesh
