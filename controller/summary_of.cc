#include "controller/summary_of.h"

namespace wgmesh {

Summary summary_of(Verb verb, const TransactionResult& result) {
  Summary summary;
  summary.verb = to_text(verb);
  summary.skipped = result.skipped();
  for (const auto& [name, node] : result.nodes) {
    if (node.skipped) { continue; }
    if (node.stays_down) { summary.stay_down.push_back(name); }
    ++(node.outcome == Outcome::kApplied ? summary.changed : summary.unchanged);
  }
  return summary;
}

}  // namespace wgmesh
