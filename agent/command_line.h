// The agent's command line as a value.
#pragma once

#include <string>
#include <string_view>

#include "agent/status/check_line.h"
#include "common/error.h"

namespace wgmesh {

class UsageError : public Error {
 public:
  using Error::Error;
};

// In the order of the table (command_table.h).
enum class Verb { kServe, kStatus, kRestore, kRefresh, kLocate, kDown, kHelp, kVersion };

struct CommandLine {
  Verb verb = Verb::kHelp;
  std::string mesh;  // of down and locate; of status, restore and refresh (may be empty)
  // Of status: the form of its answer, one at most; none of them: for people.
  bool as_document = false;  // -J
  bool as_json = false;      // --json
  bool as_metrics = false;
  bool as_check = false;
  std::string output;    // of status --prometheus: a file; empty: stdout
  CheckLimits limits;    // of status --check
  bool remove = false;   // down -r
  bool verbose = false;  // version -v
  // Of serve: the program was brought for this session only.
  bool fleeting = false;
  std::string topic;  // of help: a command; empty: all
};

// Flags may stand before or after the verb. Throws UsageError.
CommandLine parse_command_line(int argc, char** argv);

// What `--help` says about a command, or about all of them.
std::string help_for(std::string_view topic);

}  // namespace wgmesh
