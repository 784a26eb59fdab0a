// What `--help` prints, made of a program's table. Lines have at most 80 columns, as long as no word is longer.
#pragma once

#include <string>

#include "common/command_table.h"

namespace wgmesh {

// All commands, and the options that most of them take.
std::string help_overview(const CommandTable& table);
// One of the table's commands, with all of its options.
std::string help_of(const CommandTable& table, const CommandRow& command);

// "-f, --file FILE". Without a letter `no_letter` stands in its place.
std::string label_of(const OptionRow& option, std::string_view no_letter = {});
// What the option's row says; of --format also which forms the command has.
std::string help_of(const OptionRow& option, const CommandRow* command);
// "mesh down [OPTION...] [NODE...]"
std::string synopsis_of(const CommandTable& table, const CommandRow& command);
// At most 80 columns; every line but the first is indented.
std::string wrapped(std::string_view text, std::size_t first_column, std::size_t indent);

}  // namespace wgmesh
