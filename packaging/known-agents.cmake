# cmake -DOUT=FILE -DAGENTS=AGENT;AGENT -P known-agents.cmake - the source that tells mesh the SHA-256 of those agents.
set(lines "")
foreach(agent ${AGENTS})
  file(SHA256 ${agent} hash)
  string(APPEND lines "    \"${hash}\",\n")
endforeach()
file(WRITE ${OUT} "#include \"controller/reach/known_agents.h\"

#include <array>

namespace wgmesh {

std::span<const std::string_view> known_agents() {
  static constexpr auto kAgents = std::to_array<std::string_view>({
${lines}  });
  return kAgents;
}

}  // namespace wgmesh
")
