// How pairs without an endpoint come to a link: in rounds, each of which is one change of the mesh.
// All pairs are tried at the same time. Pure: knows neither time nor nodes.
#pragma once

#include <chrono>
#include <set>
#include <vector>

#include "controller/mesh/learned.h"
#include "controller/mesh/sightings.h"

namespace wgmesh {

class Learning {
 public:
  // `known`: what stands now. `candidates`: at least one.
  Learning(Learned known, std::vector<PairToLearn> candidates);

  // What the nodes shall have in this round.
  const Learned& wanted() const { return wanted_; }
  // The links that are tried in this round; none: it only stores what is known.
  std::set<LinkName> tried() const;
  // How long they may take until all have a handshake.
  std::chrono::seconds patience() const;
  // The round is over, and the links in `shaken` have a handshake. True: another round is due.
  bool conclude(const std::set<LinkName>& shaken);

 private:
  struct Trial {
    PairToLearn candidate;
    std::size_t next = 0;  // of its attempts
  };
  void begin_round();

  Learned wanted_;
  std::vector<Trial> trials_;
};

}  // namespace wgmesh
