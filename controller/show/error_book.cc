#include "controller/show/error_book.h"

#include <algorithm>
#include <utility>

#include "controller/text/enumeration.h"

namespace wgmesh {

ErrorBook::Entry& ErrorBook::entry_of(const ErrorReport& error, bool& is_new) {
  const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return entry.error.step == error.step && entry.error.message == error.message &&
           entry.error.cure == error.cure && entry.error.id == error.id;
  });
  is_new = found == entries_.end();
  return is_new ? entries_.emplace_back(Entry{error, {}}) : *found;
}

ErrorReport ErrorBook::without_known_cure(ErrorReport error) {
  if (!error.cure.empty() && !cures_.insert(error.cure).second) { error.cure.clear(); }
  return error;
}

std::optional<ErrorReport> ErrorBook::tell(const ErrorReport& error) {
  bool is_new = false;
  Entry& entry = entry_of(error, is_new);
  if (is_new) { return without_known_cure(error); }
  entry.nodes.push_back(error.node);
  return std::nullopt;
}

void ErrorBook::keep(const ErrorReport& error) {
  bool is_new = false;
  entry_of(error, is_new).nodes.push_back(error.node);
}

std::vector<ErrorReport> ErrorBook::rest() {
  std::vector<ErrorReport> errors;
  for (Entry& entry : entries_) {
    if (entry.nodes.empty()) { continue; }
    ErrorReport error = without_known_cure(entry.error);
    const std::vector<std::string> nodes = std::exchange(entry.nodes, {});
    error.node = enumerated(nodes, nodes.size());
    errors.push_back(std::move(error));
  }
  return errors;
}

}  // namespace wgmesh
