// The commands of `mesh` in one table: names, help, and what the parser must know of each. A new command is a row here
// and a constant of Verb. Beside it stand the words that other tools have for them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/command_table.h"

namespace wgmesh {

// In the order of the table.
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
  kBench,
  kConf,
  kHosts,
  kInit,
  kExport,
  kCompletion,
  kHelp,
  kVersion
};

std::span<const CommandRow> verb_rows();
const CommandRow& row_of(Verb verb);

// The bits of these.
template <class... Verbs>
constexpr CommandSet set_of(Verbs... verbs) {
  return ((CommandSet{1} << static_cast<unsigned>(verbs)) | ...);
}
// All that have the form; all that have any, where `form` is empty.
CommandSet verbs_with_form(std::string_view form);

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
