// What `ssh -G` wrote, as read by us: any octets give a configuration or an Error.
#include <cstdint>
#include <string_view>

#include "controller/ssh/ssh_config.h"
#include "controller/ssh/ssh_dial.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(octets), size);
  try {
    wgmesh::SshTarget target;
    target.host = "host";
    const wgmesh::SshConfig config =
        wgmesh::make_ssh_config(target, "", wgmesh::parse_ssh_options(text), {});
    if (!config.proxy_jump.empty()) { wgmesh::jump_command(config, {}); }
  } catch (const wgmesh::Error&) {}
  return 0;
}
