#include "controller/file/fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "controller/text/messages.h"

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
    : Error(say<"file-at-fault">(all_lines(faults))), faults_(std::move(faults)) {}

void FaultList::add(Place place, std::string path, Said said) {
  if (faults_.size() == kMaxFaults) {
    ++left_out_;
    return;
  }
  // An alias, a merge key or a default is read once for each node that has it.
  if (!seen_.insert({place, said.text}).second) { return; }
  faults_.push_back(
      {file_, place.line, place.column, std::move(path), std::move(said.text), std::move(said.id)});
}

void FaultList::throw_if_any() {
  if (faults_.empty()) { return; }
  std::ranges::stable_sort(faults_, [](const Fault& a, const Fault& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  if (left_out_ != 0) {
    const Fault& last = faults_.back();
    Said said = say<"file-more-faults">(left_out_);
    faults_.push_back(
        {file_, last.line, last.column, {}, std::move(said.text), std::move(said.id)});
  }
  throw MeshFileFaults(std::move(faults_));
}

}  // namespace wgmesh
