// The options of `mesh` in one table: a new option is a row, which says its names, the commands that it goes with, its
// help, what its value is, and which field of the command line it sets.
#pragma once

#include <string>

#include "common/command_table.h"
#include "controller/command_line.h"

namespace wgmesh {

// The commands, the options and the exit codes of `mesh`.
const CommandTable& mesh_table();

// Sets what the option stands for. Some options say something only together with others (--format, --help): those
// set nothing here. `option` is a row of mesh_table(), and scan_options has let `value` pass.
void put_option(const OptionRow& option, const std::string& value, CommandLine& line);

}  // namespace wgmesh
