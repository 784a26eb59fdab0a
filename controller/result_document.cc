#include "controller/result_document.h"

#include <utility>

#include "controller/exit_code.h"
#include "controller/run.h"
#include "controller/show/error_document.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

Json fault_json(const Fault& fault) {
  Json out = Json::object();
  if (!fault.id.empty()) { out["id"] = fault.id; }
  out["step"] = "mesh file";
  out["message"] = fault.message;
  out["file"] = fault.file;
  out["line"] = fault.line;
  out["column"] = fault.column;
  out["path"] = fault.path;
  return out;
}

Json errors_json(const Told& told) {
  Json out = Json::array();
  for (const Fault& fault : told.faults) { out.push_back(fault_json(fault)); }
  for (const ErrorReport& error : told.errors) { out.push_back(error_document(error)); }
  return out;
}

Json warnings_json(const Told& told) {
  Json out = Json::array();
  for (const ToldWarning& warning : told.warnings) {
    out.push_back(
        error_document({warning.node, {}, warning.said.text, warning.said.cure, warning.said.id}));
  }
  return out;
}

std::string_view outcome_word(const NodeOutcome& node) {
  if (node.skipped) { return "skipped"; }
  switch (node.outcome) {
    case Outcome::kUnchanged:
      return "unchanged";
    case Outcome::kApplied:
      return "changed";
    case Outcome::kUndone:
      return "undone";
    case Outcome::kUnknown:
      return "unknown";
  }
  return {};
}

Json node_json(Json changes, const NodeOutcome& node) {
  Json out = {{"outcome", outcome_word(node)}};
  const bool is_unreachable = node.failure && node.failure->kind == NodeFailure::Kind::kUnreachable;
  if (!is_unreachable) { changes.erase("unreachable"); }
  if (node.generation) { out["generation"] = *node.generation; }
  if (node.failure) {
    const NodeFailure& failure = *node.failure;
    out["error"] = error_document({{}, failure.step, failure.message, failure.cure, failure.id});
  }
  if (node.stays_down) { out["stays_down"] = true; }
  out.update(changes);
  return out;
}

}  // namespace

void ResultDocument::put_mesh(const std::string& name) { parts_["mesh"] = name; }

void ResultDocument::put(const Mesh& mesh, const TransactionResult& result) {
  Json changes = changes_json(changes_of(mesh, result));
  std::size_t changed = 0;
  for (auto& [name, entry] : changes["nodes"].items()) {
    const NodeOutcome& node = result.nodes.at(name);
    changed += node.outcome == Outcome::kApplied ? 1 : 0;
    entry = node_json(std::move(entry), node);
  }
  parts_["changed"] = changed;
  if (result.declined) { put_declined(); }
  parts_.update(changes);
}

void ResultDocument::put(const Summary& summary) { parts_.update(summary_json(summary)); }

void ResultDocument::put_declined() { parts_["declined"] = true; }

void ResultDocument::put_info(Json info) { parts_["info"] = std::move(info); }

std::string ResultDocument::render(std::string_view command, int exit_code,
                                   const Told& told) const {
  Json document = {{"format_version", 1}};
  if (!command.empty()) { document["command"] = command; }
  document["exit_code"] = exit_code;
  document["result"] = result_word(exit_code);
  document.update(parts_);
  if (!document.contains("changed")) { document["changed"] = 0; }
  document["errors"] = errors_json(told);
  document["warnings"] = warnings_json(told);
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string_view result_word(int exit_code) {
  switch (exit_code) {
    case kExitDone:
      return "done";
    case kExitChangesPending:
      return "changes_pending";
    case kExitNodesSkipped:
      return "nodes_skipped";
    case kExitUnreachable:
      return "unreachable";
    case kExitLocked:
      return "locked";
    case kExitUnknownState:
      return "unknown_state";
    case kExitNotForwarding:
      return "not_forwarding";
    case kExitBadUsage:
      return "bad_usage";
    case kExitBadMeshFile:
      return "bad_mesh_file";
    case kExitInterrupted:
      return "interrupted";
    default:
      return "failed";
  }
}

}  // namespace wgmesh
