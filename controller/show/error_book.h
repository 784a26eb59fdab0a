// The errors of many nodes on their way to the user: the first of its kind at once, and nothing
// twice. Knows neither a terminal nor what the errors mean.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/show/render_error.h"

namespace wgmesh {

class ErrorBook {
 public:
  // The error as it is to be told now, without its cure if that was told before. Nothing if the
  // same was told of another node: then rest() names this node.
  std::optional<ErrorReport> tell(const ErrorReport& error);
  // For rest() in any case.
  void keep(const ErrorReport& error);
  // What was kept: one error for all nodes of which the same is to be told. Empties it.
  std::vector<ErrorReport> rest();

 private:
  struct Entry {
    ErrorReport error;               // of the first node
    std::vector<std::string> nodes;  // of which it is still to be told
  };
  Entry& entry_of(const ErrorReport& error, bool& is_new);
  ErrorReport without_known_cure(ErrorReport error);

  std::vector<Entry> entries_;
  std::set<std::string> cures_;  // that were told
};

}  // namespace wgmesh
