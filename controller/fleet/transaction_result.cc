#include "controller/fleet/transaction_result.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/change_counts.h"
#include "controller/mesh/report.h"
#include "controller/text/enumeration.h"

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
    if (node.skipped) { names.push_back(name); }
  }
  return names;
}

bool TransactionResult::anything_to_do() const {
  return std::ranges::any_of(nodes,
                             [](const auto& node) { return has_changes(node.second.changes); });
}

bool TransactionResult::any_refused() const {
  return std::ranges::any_of(nodes, [](const auto& node) {
    return node.second.failure && node.second.failure->kind != NodeFailure::Kind::kUnreachable;
  });
}

std::string why_it_ended(const TransactionResult& result) {
  using Kind = NodeFailure::Kind;
  const auto failed_as = [&](Kind kind) {
    std::vector<std::string> names;
    for (const auto& [name, node] : result.nodes) {
      if (node.failure && node.failure->kind == kind && !node.skipped) { names.push_back(name); }
    }
    return names;
  };
  if (result.declined) { return "declined"; }
  if (result.interrupted) { return "interrupted"; }
  const auto sentence = [](const std::vector<std::string>& names, const char* one,
                           const char* many) {
    return fmt::format("{} {}", enumerated(names), names.size() == 1 ? one : many);
  };
  if (const auto names = failed_as(Kind::kLocked); !names.empty()) {
    return sentence(names, "is locked", "are locked");
  }
  if (const auto names = failed_as(Kind::kUnreachable); !names.empty()) {
    return sentence(names, "is unreachable", "are unreachable");
  }
  if (const auto names = failed_as(Kind::kFailed); !names.empty()) {
    return enumerated(names) + " failed";
  }
  return result.faults.empty() ? std::string("interrupted") : "there is no plan for the mesh";
}

bool TransactionResult::in_doubt() const {
  const auto any = [&](Outcome outcome) {
    return std::ranges::any_of(nodes,
                               [&](const auto& node) { return node.second.outcome == outcome; });
  };
  return any(Outcome::kUnknown) || (any(Outcome::kApplied) && any(Outcome::kUndone));
}

int TransactionResult::exit_code() const {
  const auto any = [&](auto&& holds) {
    return std::ranges::any_of(nodes, [&](const auto& node) { return holds(node.second); });
  };
  const auto failed_as = [](NodeFailure::Kind kind) {
    return [kind](const NodeOutcome& node) {
      return node.failure && node.failure->kind == kind && !node.skipped;
    };
  };
  if (in_doubt()) { return 6; }
  if (interrupted || any(failed_as(NodeFailure::Kind::kInterrupted))) { return 130; }
  if (any(failed_as(NodeFailure::Kind::kLocked))) { return 5; }
  if (any(failed_as(NodeFailure::Kind::kUnreachable))) { return 4; }
  if (!faults.empty() || any(failed_as(NodeFailure::Kind::kFailed))) { return 1; }
  return skipped().empty() ? 0 : 3;
}

}  // namespace wgmesh
