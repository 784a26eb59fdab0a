#include "agent/store/last_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/store/atomic_file.h"
#include "common/error.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMostOrigin = 255;

struct DeedWord {
  Deed deed;
  std::string_view word;  // in the file and for programs
  std::string_view text;  // for people
};

constexpr std::array<DeedWord, 5> kDeeds = {
    DeedWord{Deed::kCommitted, "committed", "committed"},
    {Deed::kUndone, "undone", "undone"},
    {Deed::kRestored, "restored", "restored"},
    {Deed::kRemoved, "removed", "removed"},
    {Deed::kLeftOpen, "left-open", "left half done, because the kernel refused to undo it"}};

const DeedWord& word_of(Deed deed) { return *std::ranges::find(kDeeds, deed, &DeedWord::deed); }

// One line, in characters that no terminal and no log obeys, whatever a controller calls itself.
std::string printable(std::string_view origin) {
  std::string text(origin.substr(0, kMostOrigin));
  for (char& c : text) {
    if (c < ' ' || c > '~') { c = '?'; }
  }
  return text.empty() ? "unknown" : text;
}

// The next word, taken off the front; empty when there is none.
std::string_view take(std::string_view& line) {
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos) { return {}; }
  const std::string_view word = line.substr(0, blank);
  line.remove_prefix(blank + 1);
  return word;
}

bool take_number(std::string_view& line, auto& number) {
  const std::string_view word = take(line);
  const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), number);
  return fault == std::errc{} && end == word.data() + word.size() && !word.empty();
}

}  // namespace

std::string describe(const LastChange& change) {
  std::string text(word_of(change.deed).text);
  if (change.afterwards) { text += " after an interruption"; }
  if (change.generation != 0) { text += fmt::format(", generation {}", change.generation); }
  text += fmt::format(", {} {}", change.changes, change.changes == 1 ? "change" : "changes");
  return text + ", asked for by " + printable(change.origin);
}

// "DEED GENERATION CHANGES AFTERWARDS TIME ORIGIN"
std::string put_last_change(const LastChange& change) {
  return fmt::format("{} {} {} {:d} {} {}\n", word_of(change.deed).word, change.generation,
                     change.changes, change.afterwards, change.time, printable(change.origin));
}

std::optional<LastChange> parse_last_change(std::string_view line) {
  if (line.empty() || line.back() != '\n') { return std::nullopt; }
  line.remove_suffix(1);
  const auto deed = std::ranges::find(kDeeds, take(line), &DeedWord::word);
  if (deed == kDeeds.end()) { return std::nullopt; }
  LastChange change{.deed = deed->deed};
  unsigned afterwards = 0;
  if (!take_number(line, change.generation) || !take_number(line, change.changes) ||
      !take_number(line, afterwards) || !take_number(line, change.time)) {
    return std::nullopt;
  }
  change.afterwards = afterwards != 0;
  change.origin = printable(line);
  return change;
}

void put_into(proto::Status& status, const LastChange& change) {
  proto::LastChange& told = *status.mutable_last_change();
  told.set_deed(std::string(word_of(change.deed).word));
  told.set_text(describe(change));
  told.set_generation(change.generation);
  told.set_changes(change.changes);
  told.set_origin(printable(change.origin));
  told.set_afterwards(change.afterwards);
  told.set_time(change.time);
}

std::optional<LastChange> read_last_change(const Store& store, const std::string& mesh) {
  try {
    const auto line = read_file(store.folder(mesh) + "/" + std::string(kLastChange));
    return line ? parse_last_change(*line) : std::nullopt;
  } catch (const Error&) { return std::nullopt; }
}

}  // namespace wgmesh
