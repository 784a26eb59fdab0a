// Errors for people and for programs: who, at which step, what was said, and what to do about it.
// Whatever came from elsewhere is made printable, so a node cannot write on the user's terminal.
#pragma once

#include <string>
#include <string_view>

#include "common/error.h"
#include "common/said.h"
#include "controller/file/fault.h"
#include "controller/show/progress_mode.h"

namespace wgmesh::proto {
class Error;
}

namespace wgmesh {

struct ErrorReport {
  std::string node;  // empty: none in particular
  std::string step;  // empty: none in particular
  std::string message;
  std::string cure;  // empty: not known
  std::string id;    // of the message, as docs/messages.md lists them
};

ErrorReport report_of(const Error& error, std::string_view node = {});
ErrorReport report_of(const Said& said, std::string_view node = {}, std::string_view step = {});
ErrorReport report_of(const proto::Error& error, std::string_view node);

// "mesh: NODE: STEP: MESSAGE", and "  cure: CURE" in a second line. Ends with a newline.
std::string render_error(const ErrorReport& error);
// One JSON object in one line, for --progress json.
std::string render_error_json(const ErrorReport& error);

// A fault of the mesh file, as compilers write them, so that editors find the place.
std::string render_fault(const Fault& fault);
std::string render_fault_json(const Fault& fault);

// Writes it to stderr, in the form that the progress mode asks for. Not while a Progress is open.
void print_error(const ErrorReport& error, ProgressMode mode);
void print_fault(const Fault& fault, ProgressMode mode);

}  // namespace wgmesh
