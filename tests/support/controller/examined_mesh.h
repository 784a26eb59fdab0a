// Three nodes, all peered, as an examination finds them while everything works: a is the root, each link has a
// handshake, and every path was measured. What a test breaks, it breaks in the values.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "controller/mesh/diagnosis.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

class ExaminedMesh : public testing::Test {
 protected:
  static constexpr std::int64_t kNow = 1'700'000'000;  // seconds since the epoch, on each node

  ExaminedMesh();

  proto::Status& status(const std::string& node) { return *seen_.nodes[node].status; }
  // Of a peer that is not there, a new one.
  proto::PeerStatus& peer(const std::string& node, const std::string& other);
  // Throws std::out_of_range for a port that is not there.
  proto::PortStatus& port(const std::string& node, const std::string& other);

  Mesh mesh_;
  Examination seen_;

 private:
  proto::Status status_of(const Node& node) const;
};

}  // namespace wgmesh
