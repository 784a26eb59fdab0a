#include "controller/file/fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace wgmesh {
namespace {

std::string all_lines(const std::vector<Fault>& faults) {
  std::string text;
  for (const Fault& fault : faults) {
    if (!text.empty()) { text += '\n'; }
    text += to_text(fault);
  }
  return text;
}

}  // namespace

std::string to_text(const Fault& fault) {
  std::string text = fmt::format("{}:{}:{}: ", fault.file, fault.line, fault.column);
  if (!fault.path.empty()) { text += fault.path + ": "; }
  return text + fault.message;
}

MeshFileFaults::MeshFileFaults(std::vector<Fault> faults)
    : Error(all_lines(faults)), faults_(std::move(faults)) {}

void FaultList::add(Place place, std::string path, std::string message) {
  if (faults_.size() == kMaxFaults) {
    ++left_out_;
    return;
  }
  // An alias, a merge key or a default is read once for each node that has it.
  if (!seen_.insert({place, message}).second) { return; }
  faults_.push_back({file_, place.line, place.column, std::move(path), std::move(message)});
}

void FaultList::throw_if_any() {
  if (faults_.empty()) { return; }
  std::stable_sort(faults_.begin(), faults_.end(), [](const Fault& a, const Fault& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  if (left_out_ != 0) {
    const Fault& last = faults_.back();
    faults_.push_back({file_,
                       last.line,
                       last.column,
                       {},
                       fmt::format("{} more faults are not shown", left_out_)});
  }
  throw MeshFileFaults(std::move(faults_));
}

}  // namespace wgmesh
