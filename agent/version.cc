#include "agent/version.h"

#include <ares.h>

#include "common/version.h"

namespace wgmesh {

std::string version_text(bool libraries) {
  if (!libraries) { return version_line("wgmesh-agent"); }
  return version_text("wgmesh-agent",
                      {{"libnl", WGMESH_LIBNL_VERSION}, {"c-ares", ares_version(nullptr)}});
}

}  // namespace wgmesh
