#include "controller/verb.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/nearest.h"

namespace wgmesh {
namespace {

constexpr std::array<Verb, 11> kVerbs = {Verb::kUp,     Verb::kDown,   Verb::kSync, Verb::kPlan,
                                         Verb::kStatus, Verb::kShow,   Verb::kInfo, Verb::kCheck,
                                         Verb::kConf,   Verb::kRotate, Verb::kGraph};

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const Verb verb : kVerbs) { names.push_back(to_text(verb)); }
  return names;
}

// What other tools call it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 38> kOtherWords = {{
    {"apply", "up"},          {"create", "up"},        {"deploy", "up"},      {"start", "up"},
    {"install", "up"},        {"setup", "up"},         {"run", "up"},         {"restart", "up"},
    {"delete", "down -r"},    {"destroy", "down -r"},  {"remove", "down -r"}, {"rm", "down -r"},
    {"uninstall", "down -r"}, {"purge", "down -r"},    {"stop", "down"},      {"diff", "plan"},
    {"preview", "plan"},      {"dry-run", "plan"},     {"validate", "conf"},  {"config", "conf"},
    {"lint", "conf"},         {"ps", "status"},        {"ls", "status"},      {"list", "status"},
    {"get", "status"},        {"describe", "info"},    {"top", "status -w"},  {"state", "status"},
    {"wg", "show"},           {"dump", "show --dump"}, {"ping", "check"},     {"test", "check"},
    {"doctor", "check"},      {"update", "sync"},      {"draw", "graph"},     {"map", "graph"},
    {"topology", "graph"},    {"picture", "graph"},
}};

}  // namespace

std::optional<Verb> find_verb(std::string_view word) {
  const auto* found =
      std::find_if(kVerbs.begin(), kVerbs.end(), [&](Verb verb) { return to_text(verb) == word; });
  return found == kVerbs.end() ? std::nullopt : std::optional(*found);
}

std::string command_meant_by(std::string_view word) {
  for (const auto& [other, ours] : kOtherWords) {
    if (other == word) { return fmt::format("; here it is 'mesh {}'", ours); }
  }
  return did_you_mean(word, verb_names());
}

std::vector<std::string> forms_of(Verb verb) {
  switch (verb) {
    case Verb::kStatus:
      return {"wide", "json", "yaml", "name"};
    case Verb::kInfo:
    case Verb::kConf:
      return {"yaml", "json"};
    case Verb::kPlan:
    case Verb::kShow:
    case Verb::kCheck:
    case Verb::kUp:
    case Verb::kDown:
    case Verb::kSync:
    case Verb::kRotate:
      return {"json"};
    case Verb::kGraph:
      return {"mmd", "dot", "svg", "html"};
  }
  return {};
}

std::string to_text(Verb verb) {
  switch (verb) {
    case Verb::kUp:
      return "up";
    case Verb::kDown:
      return "down";
    case Verb::kSync:
      return "sync";
    case Verb::kRotate:
      return "rotate";
    case Verb::kPlan:
      return "plan";
    case Verb::kStatus:
      return "status";
    case Verb::kShow:
      return "show";
    case Verb::kInfo:
      return "info";
    case Verb::kCheck:
      return "check";
    case Verb::kGraph:
      return "graph";
    case Verb::kConf:
      return "conf";
  }
  return {};
}

bool changes_nodes(Verb verb) {
  switch (verb) {
    case Verb::kUp:
    case Verb::kDown:
    case Verb::kSync:
    case Verb::kRotate:
    case Verb::kPlan:
      return true;
    case Verb::kStatus:
    case Verb::kShow:
    case Verb::kInfo:
    case Verb::kCheck:
    case Verb::kGraph:
    case Verb::kConf:
      return false;
  }
  return false;
}

bool takes_node_names(Verb verb) {
  switch (verb) {
    case Verb::kDown:
    case Verb::kRotate:
    case Verb::kStatus:
    case Verb::kShow:
    case Verb::kInfo:
    case Verb::kGraph:
      return true;
    case Verb::kUp:
    case Verb::kSync:
    case Verb::kPlan:
    case Verb::kCheck:
    case Verb::kConf:
      return false;
  }
  return false;
}

}  // namespace wgmesh
