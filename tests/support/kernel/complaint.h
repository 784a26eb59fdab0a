// Which lines of the kernel's log speak of a fault that what we did may have brought about. A busy
// host has the kernel warn of much else: interrupts that took long, clocks that are unstable, tasks
// that wait.
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace wgmesh {

inline bool is_complaint(std::string_view line) {
  // A fault of the kernel, or of what it counts; then the network and what we make in it.
  static constexpr std::array<std::string_view, 22> kWords = {"warning:",
                                                              "bug:",
                                                              "oops",
                                                              "call trace",
                                                              "general protection",
                                                              "refcount",
                                                              "leak",
                                                              "list_del",
                                                              "kasan",
                                                              "use-after-free",
                                                              "rcu stall",
                                                              "unregister_netdevice",
                                                              "netdev",
                                                              "wireguard",
                                                              "wg-",
                                                              "bridge",
                                                              "br-",
                                                              "gretap",
                                                              "ip6gre",
                                                              "gt-",
                                                              "netlink",
                                                              "ipv6"};
  std::string lower(line);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

}  // namespace wgmesh
