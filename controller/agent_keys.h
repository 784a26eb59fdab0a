// The user's ssh-agent, seen through a filter: libssh offers every key that an agent has, in the
// agent's order, and knows no IdentitiesOnly. So it gets a socket on which only the chosen keys
// exist, best first, and requests to sign are passed on.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/unique_fd.h"

namespace wgmesh {

struct AgentKey {
  std::string blob;  // the public key as on the wire
  std::string comment;
};

// Empty when there is no agent at `socket_path`, or it has no keys, or does not answer in time.
std::vector<AgentKey> read_agent_keys(const std::string& socket_path);

class FilteredAgent {
 public:
  FilteredAgent(const std::string& socket_path, const std::vector<AgentKey>& keys);
  ~FilteredAgent();
  FilteredAgent(const FilteredAgent&) = delete;
  FilteredAgent& operator=(const FilteredAgent&) = delete;

  // The client's end; the caller (libssh) closes it.
  int take_client_end() { return client_.release(); }

 private:
  void serve();

  std::string identities_;  // the answer, ready
  UniqueFd client_;
  UniqueFd server_;
  UniqueFd agent_;
  std::thread thread_;
};

}  // namespace wgmesh
