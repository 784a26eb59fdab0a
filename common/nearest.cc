#include "common/nearest.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace wgmesh {
namespace {

// Longer words are not names; and the distance takes time and space by their product.
constexpr std::size_t kMaxWord = 64;

std::string letters_of(std::string_view word) {
  std::string letters;
  for (const char c : word) {
    if (c == '-' || c == '_' || c == ' ') { continue; }
    letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return letters;
}

// The optimal string alignment distance.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) { d[i][0] = i; }
  for (std::size_t j = 0; j <= b.size(); ++j) { d[0][j] = j; }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> find_nearest(std::string_view word,
                                        std::span<const std::string> candidates) {
  const std::string wanted = letters_of(word);
  if (wanted.empty() || wanted.size() > kMaxWord) { return std::nullopt; }
  const std::string* best = nullptr;
  std::size_t best_distance = 0;
  for (const std::string& candidate : candidates) {
    const std::string known = letters_of(candidate);
    if (known.empty() || known.size() > kMaxWord) { continue; }
    std::size_t errors = distance(wanted, known);
    // "address" for addr, "keepalive" for persistent_keepalive: one within the other is near, if
    // not nearest.
    const bool within = std::min(wanted.size(), known.size()) >= 4 &&
                        (wanted.find(known) != wanted.npos || known.find(wanted) != known.npos);
    const std::size_t limit = std::max(std::size_t{1}, std::min(wanted.size(), known.size()) / 3);
    if (within) { errors = std::min(errors, limit); }
    if (errors > limit) { continue; }
    if (best == nullptr || errors < best_distance) {
      best = &candidate;
      best_distance = errors;
    }
  }
  if (best == nullptr) { return std::nullopt; }
  return *best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::optional<std::string> nearest = find_nearest(word, candidates);
  return nearest ? "; did you mean '" + *nearest + "'?" : std::string();
}

}  // namespace wgmesh
