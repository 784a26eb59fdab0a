// A command line, told apart into options and words by a table of options. getopt_long reads it: options stand
// anywhere, letters in clusters, values behind = or a blank, and nothing behind -- is an option. Abbreviated names are
// refused, for the next release could make them ambiguous. Knows no command.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/command_table.h"

namespace wgmesh {

struct GivenOption {
  const OptionRow* option = nullptr;
  std::string written;  // -f or --file
  std::string value;
};

struct OptionFault {
  enum class Kind : std::uint8_t {
    kUnknown,
    kRepeated,  // an option with a value; a flag may stand there twice
    kValueMissing,
    kValueIsOption,  // where the value belongs stands another option
    kValueEmpty,
    kValueUnwanted,
    kNoNumber,
    kOutOfRange,
    kNoWord,
  };
  Kind kind = Kind::kUnknown;
  std::string written;                // -f or --file
  const OptionRow* option = nullptr;  // null: unknown
  std::string value = {};
};

struct ScannedLine {
  std::vector<GivenOption> given;
  std::vector<std::string> words;
  std::optional<OptionFault> fault;    // the first
  const OptionRow* waiting = nullptr;  // the last argument is an option without its value
  bool has_ended = false;              // a -- has come

  // How often it is given.
  std::size_t count(std::string_view name) const;
  // Of the last one; empty where it is not given.
  std::string value(std::string_view name) const;
};

// `arguments` without the program's name. Goes on behind a fault.
ScannedLine scan_options(std::span<const OptionRow> options,
                         std::span<const std::string> arguments);

// The number in a value that scan_options has let pass.
std::uint32_t number_in(const std::string& value);

}  // namespace wgmesh
