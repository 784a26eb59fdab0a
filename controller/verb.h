// The commands of `mesh`: their names, and the words that other tools have for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgmesh {

enum class Verb : std::uint8_t {
  kUp,
  kDown,
  kSync,
  kRotate,
  kPlan,
  kStatus,
  kShow,
  kInfo,
  kCheck,
  kGraph,
  kConf
};

std::string to_text(Verb verb);
std::optional<Verb> find_verb(std::string_view word);
// How a message about an unknown command goes on: "; here it is 'mesh up'"; "; did you mean 'status'?"; or nothing.
std::string command_meant_by(std::string_view word);

// Whether a verb changes nodes, or says what would.
bool changes_nodes(Verb verb);
// Whether names of nodes may stand behind it.
bool takes_node_names(Verb verb);
// The forms of its result that --format may name.
std::vector<std::string> forms_of(Verb verb);

}  // namespace wgmesh
