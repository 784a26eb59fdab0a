#include "controller/ssh/path_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/error.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMaxWords = 64;

struct Span {
  std::size_t first;
  std::size_t last;
};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

std::string join(const std::vector<std::string>& words, const Span& span) {
  return fmt::format("{}",
                     fmt::join(words.begin() + static_cast<std::ptrdiff_t>(span.first),
                               words.begin() + static_cast<std::ptrdiff_t>(span.last) + 1, " "));
}

bool begins_path(const std::string& word) {
  return word.starts_with('/') || word.starts_with('~') || word.starts_with('%') ||
         word.starts_with("${");
}

std::vector<Span> existing_spans(const std::vector<std::string>& words, const PathExists& exists) {
  std::vector<Span> found;
  for (std::size_t first = 0; first < words.size(); ++first) {
    for (std::size_t last = first; last < words.size(); ++last) {
      const Span span{first, last};
      if (words[first].empty() || words[last].empty() || !exists(join(words, span))) { continue; }
      if (!found.empty() && found.back().last >= first) {
        throw Error(say<"ssh-files-ambiguous">(join(words, found.back()), join(words, span)));
      }
      found.push_back(span);
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> split_path_list(std::string_view text, const PathExists& exists) {
  if (text.empty()) { return {}; }
  const std::vector<std::string> words = words_of(text);
  if (words.size() > kMaxWords) {
    throw Error(say<"ssh-files-too-many">(words.size() - 1, kMaxWords - 1));
  }
  const std::vector<Span> spans = existing_spans(words, exists);
  std::vector<std::string> paths;
  bool open = false;  // the last path may go on
  auto next = spans.begin();
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (next != spans.end() && next->first == i) {
      paths.push_back(join(words, *next));
      i = next->last;
      ++next;
      open = false;
    } else if (open && !begins_path(words[i])) {
      paths.back() += " " + words[i];
    } else if (!words[i].empty()) {
      paths.push_back(words[i]);
      open = true;
    }
  }
  return paths;
}

}  // namespace wgmesh
