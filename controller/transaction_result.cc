#include "controller/transaction_result.h"

#include <algorithm>

#include "controller/report.h"

namespace wgmesh {

std::string to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUnchanged:
      return "unchanged";
    case Outcome::kApplied:
      return "changed";
    case Outcome::kUndone:
      return "undone: it is as it was";
    case Outcome::kUnknown:
      return "unknown";
  }
  return {};
}

std::vector<std::string> TransactionResult::skipped() const {
  std::vector<std::string> names;
  for (const auto& [name, node] : nodes) {
    if (node.skipped) names.push_back(name);
  }
  return names;
}

bool TransactionResult::anything_to_do() const {
  return std::any_of(nodes.begin(), nodes.end(),
                     [](const auto& node) { return has_changes(node.second.changes); });
}

bool TransactionResult::any_refused() const {
  return std::any_of(nodes.begin(), nodes.end(), [](const auto& node) {
    return node.second.failure && node.second.failure->kind != NodeFailure::Kind::kUnreachable;
  });
}

int TransactionResult::exit_code() const {
  const auto any = [&](auto&& holds) {
    return std::any_of(nodes.begin(), nodes.end(),
                       [&](const auto& node) { return holds(node.second); });
  };
  const auto failed_as = [](NodeFailure::Kind kind) {
    return [kind](const NodeOutcome& node) {
      return node.failure && node.failure->kind == kind && !node.skipped;
    };
  };
  if (any([](const NodeOutcome& node) { return node.outcome == Outcome::kUnknown; })) return 6;
  if (interrupted || any(failed_as(NodeFailure::Kind::kInterrupted))) return 130;
  if (any(failed_as(NodeFailure::Kind::kLocked))) return 5;
  if (any(failed_as(NodeFailure::Kind::kUnreachable))) return 4;
  if (!faults.empty() || any(failed_as(NodeFailure::Kind::kFailed))) return 1;
  return skipped().empty() ? 0 : 3;
}

}  // namespace wgmesh
