#include "agent/peers/name_servers.h"

#include <algorithm>

namespace wgmesh {
namespace {

constexpr std::string_view kBlanks = " \t\r";

// The next word of `line`, which is taken off it; empty at its end.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace

std::vector<NameServer> parse_name_servers(std::string_view text) {
  std::vector<NameServer> servers;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (take_word(line) != "nameserver") { continue; }
    const std::string_view word = take_word(line);
    const std::size_t percent = word.find('%');
    const auto address = parse_ip(word.substr(0, percent));
    if (!address) { continue; }
    NameServer& server = servers.emplace_back(NameServer{*address, {}});
    if (percent != std::string_view::npos) { server.zone = word.substr(percent + 1); }
  }
  return servers;
}

}  // namespace wgmesh
