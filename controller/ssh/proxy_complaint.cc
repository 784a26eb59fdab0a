#include "controller/ssh/proxy_complaint.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "controller/text/messages.h"

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

std::optional<Said> proxy_complaint(std::string_view text, const std::string& jump,
                                    const std::string& target) {
  std::vector<std::string_view> lines = lines_of(text);
  if (lines.empty()) { return std::nullopt; }
  if (jump.empty()) { return say<"ssh-proxy-command-failed">(lines.back()); }
  std::erase_if(lines, [](auto line) { return !is_complaint_of_ssh(line); });
  if (lines.empty()) { return std::nullopt; }
  for (const std::string_view line : lines) {
    const std::size_t at = line.find(kOpenFailed);
    if (!line.starts_with("channel ") || at == std::string_view::npos) { continue; }
    return say<"ssh-jump-goes-no-further">(target, jump, line.substr(at + kOpenFailed.size()));
  }
  // The first one is the cause, and what follows from it comes after.
  const std::string_view cause = lines.front();
  const bool refused = cause.find("Permission denied") != std::string_view::npos ||
                       cause.find("Host key verification failed") != std::string_view::npos;
  return refused ? say<"ssh-jump-refused">(jump, cause) : say<"ssh-jump-failed">(jump, cause);
}

}  // namespace wgmesh
