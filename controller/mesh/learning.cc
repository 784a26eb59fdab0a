#include "controller/mesh/learning.h"

#include <algorithm>
#include <utility>

namespace wgmesh {

Learning::Learning(Learned known, std::vector<PairToLearn> candidates) : wanted_(std::move(known)) {
  for (PairToLearn& candidate : candidates) { trials_.push_back({std::move(candidate)}); }
  begin_round();
}

// Pairs that have nothing left to try are no trial any more.
void Learning::begin_round() {
  for (const Trial& trial : trials_) {
    const LinkName& pair = trial.candidate.pair;
    if (trial.next < trial.candidate.attempts.size()) {
      wanted_.links[pair] = trial.candidate.attempts[trial.next].link;
      wanted_.no_links.erase(pair);
    } else {
      wanted_.links.erase(pair);
      wanted_.no_links[pair] = trial.candidate.otherwise;
    }
  }
  std::erase_if(trials_,
                [](const Trial& trial) { return trial.next >= trial.candidate.attempts.size(); });
}

std::set<LinkName> Learning::tried() const {
  std::set<LinkName> pairs;
  for (const Trial& trial : trials_) { pairs.insert(trial.candidate.pair); }
  return pairs;
}

std::chrono::seconds Learning::patience() const {
  std::chrono::seconds longest{0};
  for (const Trial& trial : trials_) {
    longest = std::max(longest, trial.candidate.attempts[trial.next].patience);
  }
  return longest;
}

bool Learning::conclude(const std::set<LinkName>& shaken) {
  std::erase_if(trials_, [&](const Trial& trial) { return shaken.contains(trial.candidate.pair); });
  if (trials_.empty()) { return false; }
  for (Trial& trial : trials_) { ++trial.next; }
  begin_round();
  return true;
}

}  // namespace wgmesh
