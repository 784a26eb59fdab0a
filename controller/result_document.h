// What a command that changes or compares prints with -J: one JSON document on stdout, whatever the outcome.
// packaging/schema/result.schema.json describes it.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "controller/fleet/transaction_result.h"
#include "controller/mesh/mesh.h"
#include "controller/show/render_changes.h"
#include "controller/show/told.h"

namespace wgmesh {

class ResultDocument {
 public:
  void put_mesh(const std::string& name);
  // What became of each node, and what was, or would be, done there. A later result goes over an earlier one.
  void put(const Mesh& mesh, const TransactionResult& result);
  void put(const Summary& summary);
  // The user was asked, and has said no.
  void put_declined();
  void put_info(nlohmann::ordered_json info);

  // `command`: "up"; empty if none was understood. `told`: what the user was told on the way.
  std::string render(std::string_view command, int exit_code, const Told& told) const;

 private:
  nlohmann::ordered_json parts_ = nlohmann::ordered_json::object();
};

// "done", "not_forwarding": one word for each exit code.
std::string_view result_word(int exit_code);

}  // namespace wgmesh
