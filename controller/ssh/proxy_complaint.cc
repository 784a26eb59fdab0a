#include "controller/ssh/proxy_complaint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace wgmesh {
namespace {

// How ssh begins what it says of a connection that it could not make. Whatever else it passes on
// (banners) is not its own.
constexpr std::array<std::string_view, 16> kBeginnings = {
    "ssh: ",
    "channel ",
    "kex_exchange_identification: ",
    "ssh_exchange_identification: ",
    "banner exchange: ",
    "Connection ",
    "Received disconnect from ",
    "Disconnected from ",
    "ssh_dispatch_run_fatal: ",
    "Unable to negotiate ",
    "Host key verification failed",
    "No ",
    "Bad ",
    "client_loop: ",
    "command-line line ",
    "Timeout, server ",
};
constexpr std::string_view kOpenFailed = "open failed: ";

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    while (!line.empty() && is_blank(line.back())) { line.remove_suffix(1); }
    if (!line.empty()) { lines.push_back(line); }
  }
  return lines;
}

bool is_complaint_of_ssh(std::string_view line) {
  return line.find(": Permission denied (") != std::string_view::npos ||
         std::ranges::any_of(kBeginnings, [&](auto begin) { return line.starts_with(begin); });
}

}  // namespace

ProxyComplaint proxy_complaint(std::string_view text, const std::string& jump,
                               const std::string& target) {
  std::vector<std::string_view> lines = lines_of(text);
  if (lines.empty()) { return {}; }
  if (jump.empty()) { return {std::string(lines.back()), "make the ProxyCommand work by hand"}; }
  std::erase_if(lines, [](auto line) { return !is_complaint_of_ssh(line); });
  if (lines.empty()) { return {}; }
  for (const std::string_view line : lines) {
    const std::size_t at = line.find(kOpenFailed);
    if (!line.starts_with("channel ") || at == std::string_view::npos) { continue; }
    return {fmt::format("connect to {} by way of {}: {}", target, jump,
                        line.substr(at + kOpenFailed.size())),
            fmt::format("look whether an SSH server listens at {}, as it is reached from {}",
                        target, jump)};
  }
  // The first one is the cause, and what follows from it comes after.
  const std::string_view cause = lines.front();
  const bool asked = cause.find("Permission denied") != std::string_view::npos ||
                     cause.find("Host key verification failed") != std::string_view::npos;
  return {fmt::format("on the way by {}: {}", jump, cause),
          asked ? "the hosts on the way are asked without questions: make them work with "
                  "`ssh -o BatchMode=yes`; ssh-agent helps"
                : fmt::format("make `ssh {} true` work", jump)};
}

}  // namespace wgmesh
