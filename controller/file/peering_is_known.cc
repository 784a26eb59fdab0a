#include "controller/file/peering_is_known.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "common/nearest.h"

namespace wgmesh {

bool peering_is_known(const std::vector<Fault>& faults) {
  static const std::vector<std::string> kKeys = {"peers", "endpoint", "local_endpoint",
                                                 "site",  "full",     "state",
                                                 "nodes", "name",     "loop_prevention"};
  return std::ranges::none_of(faults, [](const Fault& fault) {
    const std::string_view path = fault.path;
    // nodes.a.peers[0], nodes.a.endpoint.host
    return path.empty() || std::ranges::any_of(kKeys, [&](const std::string& key) {
             for (std::size_t at = path.find(key); at != path.npos; at = path.find(key, at + 1)) {
               const std::size_t end = at + key.size();
               const bool begins = at == 0 || path[at - 1] == '.';
               const bool ends = end == path.size() || path[end] == '.' || path[end] == '[';
               const bool is_nodes = key == "nodes" && end != path.size();
               if (begins && ends && !is_nodes) { return true; }
             }
             const std::string_view last = path.substr(path.rfind('.') + 1);
             return fault.id == "file-key-unknown" && find_nearest(last, kKeys);
           });
  });
}

}  // namespace wgmesh
