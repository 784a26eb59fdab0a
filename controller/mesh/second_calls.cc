#include "controller/mesh/second_calls.h"

#include <string_view>
#include <tuple>
#include <utility>

namespace wgmesh {
namespace {

constexpr std::chrono::seconds kPatience{2};
constexpr std::size_t kMostOfANode = 32;

}  // namespace

SecondCalls::Calls SecondCalls::due(const std::vector<LinkName>& silent, Clock::time_point now) {
  Calls calls;
  if (silent.size() < fewest_) {
    fewest_ = silent.size();
    since_ = now;
  }
  if (silent.empty() || now - since_ < kPatience) { return calls; }
  const bool second_calls = std::exchange(second_calls_, !second_calls_);
  std::map<std::string_view, std::size_t> called;
  for (const auto& [first, second] : silent) {
    const auto& [caller, peer] = second_calls ? std::tie(second, first) : std::tie(first, second);
    auto& peers = calls[caller];
    if (peers.size() == kMostOfANode || called[peer] == kMostOfANode) { continue; }
    peers.push_back(peer);
    ++called[peer];
  }
  std::erase_if(calls, [](const auto& of_node) { return of_node.second.empty(); });
  return calls;
}

}  // namespace wgmesh
