// What an ssh-agent answers, and what libssh asks it to sign: any octets give keys or none.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "controller/ssh/ssh_agent.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(octets), size);
  std::vector<wgmesh::AgentKey> keys = wgmesh::parse_agent_keys(text);
  std::size_t total = 0;
  for (const wgmesh::AgentKey& key : keys) { total += key.blob.size() + key.comment.size(); }
  if (total > size) { std::abort(); }
  keys.push_back({"blob", "comment", "signer"});
  wgmesh::agent_sign_request(text, keys);
  return 0;
}
