// What may stand where the cursor is in a command line of `mesh`, by the tables of its commands and options. The only
// thing outside that matters are names of nodes; whoever calls brings them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "controller/command_line.h"

namespace wgmesh {

// The command by which the shells' scripts ask; no help names it.
inline constexpr const char* kCompleteCommand = "__complete";

struct Candidate {
  std::string word;  // in the place of the last word, all of it
  std::string help;  // one line; may be empty

  bool operator==(const Candidate&) const = default;
};

struct Completions {
  std::vector<Candidate> candidates;
  bool are_files = false;  // the shell knows them
  std::string prefix;      // … and what stands before the file's name, as in --file=

  bool operator==(const Completions&) const = default;
};

// The names of the nodes of the mesh that the line is about: its file and json_in are set. Is called at most once.
using NodeNames = std::function<std::vector<std::string>(const CommandLine& line)>;

// `words` are those behind the program's name, up to the one that is completed, which may be empty.
Completions complete(std::span<const std::string> words, const NodeNames& node_names);

// From the mesh file; none where it cannot be read or is at fault. Does not wait for a FIFO, nor read standard input.
std::vector<std::string> node_names_in_file(const CommandLine& line);

// For the shells' scripts: a candidate a line, its help behind a tab; or ":files PREFIX".
std::string to_text(const Completions& completions);

}  // namespace wgmesh
