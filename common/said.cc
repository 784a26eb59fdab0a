#include "common/said.h"

#ifdef WGMESH_FAULTS
#include <cstdio>
#include <cstdlib>
#include <memory>
#endif

namespace wgmesh {
namespace {

#ifdef WGMESH_FAULTS
// For tests/messages, which looks for messages that no test provokes: each goes to the end of this file.
void note(std::string_view id) {
  const char* path = std::getenv("WGMESH_SAID");
  if (path == nullptr) { return; }
  // Not by open() and write(): some tests count those.
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path, "ae"),
                                                                &std::fclose);
  if (file) { fmt::print(file.get(), "{}\n", id); }
}
#else
void note(std::string_view) {}
#endif

}  // namespace

Said said(const Message& message, fmt::format_args arguments) {
  note(message.id);
  return {std::string(message.id), fmt::vformat(message.text, arguments),
          fmt::vformat(message.cure, arguments)};
}

}  // namespace wgmesh
