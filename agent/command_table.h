// The commands and the options of `wgmesh-agent` in one table each: a new one is a row.
#pragma once

#include <string>
#include <string_view>

#include "agent/command_line.h"
#include "common/command_table.h"

namespace wgmesh {

const CommandTable& agent_table();

// Verb::kServe is the first.
const CommandRow& row_of(Verb verb);
// Sets what the option stands for, if that is a field of the line. `option` is a row of agent_table(), and scan_options
// has let `value` pass.
void put_option(const OptionRow& option, const std::string& value, CommandLine& line);

}  // namespace wgmesh
