// The user's ssh-agent, seen through a filter: libssh offers every key that an agent has, in the
// agent's order, and knows no IdentitiesOnly. So it gets a socket on which only the chosen keys
// exist, best first, and requests to sign are passed on.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/unique_fd.h"

namespace wgmesh {

struct AgentKey {
  std::string blob;  // the public key as on the wire
  std::string comment;
  // The key that signs where `blob` is a certificate the agent does not have; empty: itself.
  std::string signer = {};
};

// The keys of an agent's answer; what is no answer holds none.
std::vector<AgentKey> parse_agent_keys(std::string_view answer);

// A request to sign by `key`, as the agent has to get it: nothing for one that is not understood or
// names another key than `keys` has.
std::optional<std::string> agent_sign_request(std::string_view request,
                                              const std::vector<AgentKey>& keys);

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
  // How often the agent has refused to sign.
  unsigned refusals() const { return refusals_; }

 private:
  void serve();

  std::vector<AgentKey> keys_;
  std::string identities_;  // the answer, ready
  std::atomic<unsigned> refusals_ = 0;
  UniqueFd client_;
  UniqueFd server_;
  UniqueFd agent_;
  std::thread thread_;
};

}  // namespace wgmesh
