#include "agent/status/check_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "common/naming.h"
#include "common/wg_text.h"

namespace wgmesh {
namespace {

// A monitor cuts a long line, and its end has the numbers.
constexpr std::size_t kMostNamed = 5;

struct Finding {
  Health health = Health::kOk;
  std::string text;
};

struct Verdict {
  Health health = Health::kOk;
  std::string text;
  std::string numbers;  // of the performance data
};

struct PeerTally {
  std::size_t all = 0;
  std::vector<std::string> missing;    // "mesh2 (no handshake)"
  std::optional<std::int64_t> oldest;  // seconds, among all that have shaken hands
};

int rank(Health health) {
  constexpr std::array<int, 4> kRanks = {0, 2, 3, 1};
  return kRanks.at(static_cast<std::size_t>(health));
}

Health worse(Health a, Health b) { return rank(a) < rank(b) ? b : a; }

std::string_view name_of(Health health) {
  constexpr std::array<std::string_view, 4> kNames = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
  return kNames.at(static_cast<std::size_t>(health));
}

// A bar separates the text from the numbers, and a second line would be another part of the answer.
std::string in_one_line(std::string text) {
  for (char& c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '|') { c = '/'; }
    if (octet < 0x20 || octet == 0x7f) { c = ' '; }
  }
  return text;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string line;
  for (std::size_t i = 0; i < std::min(texts.size(), kMostNamed); ++i) {
    line += (i == 0 ? "" : ", ") + texts[i];
  }
  if (texts.size() > kMostNamed) { line += fmt::format(", {} more", texts.size() - kMostNamed); }
  return line;
}

// A peer that the plan names and the kernel does not have is missing as well.
PeerTally tally_of(const Inspection& inspection, const CheckLimits& limits, std::int64_t now) {
  std::map<std::string_view, std::int64_t> handshakes;
  for (const proto::PeerStatus& peer : inspection.status.device().peers()) {
    handshakes[peer.public_key()] = peer.latest_handshake();
  }
  PeerTally tally;
  for (const proto::Peer& peer : inspection.plan->peers()) {
    ++tally.all;
    const auto found = handshakes.find(peer.public_key());
    if (found == handshakes.end() || found->second == 0) {
      tally.missing.push_back(peer.node() + " (no handshake)");
      continue;
    }
    const std::int64_t age = now - found->second;
    if (age < 0) {
      // The clock was set back since, and nobody knows by how much.
      tally.missing.push_back(peer.node() + " (handshake in the future)");
      continue;
    }
    tally.oldest = std::max(tally.oldest.value_or(0), age);
    if (age <= limits.handshake_age) { continue; }
    tally.missing.push_back(fmt::format("{} (silent for {})", peer.node(), duration_text(age)));
  }
  return tally;
}

// Without peers there is nothing that could be missing.
std::optional<std::uint64_t> critical_limit(const PeerTally& peers, const CheckLimits& limits) {
  if (limits.critical) { return *limits.critical; }
  if (peers.all == 0) { return std::nullopt; }
  return peers.all - 1;
}

Finding peers_finding(const PeerTally& peers, const CheckLimits& limits) {
  if (peers.missing.empty()) {
    return {Health::kOk, fmt::format("up, {0} of {0} peers", peers.all)};
  }
  const std::size_t missing = peers.missing.size();
  const auto critical = critical_limit(peers, limits);
  const Health health = critical && missing > *critical ? Health::kCritical
                        : missing > limits.warning      ? Health::kWarning
                                                        : Health::kOk;
  return {health,
          fmt::format("up, {} of {} peers missing: {}", missing, peers.all, joined(peers.missing))};
}

// Why a mesh that shall be up is not: "wg-test is missing, br-test is down".
std::string interface_faults(const Inspection& inspection) {
  std::vector<std::string> faults;
  const auto look = [&](const std::string& name, bool exists, bool is_up) {
    if (!is_up) { faults.push_back(name + (exists ? " is down" : " is missing")); }
  };
  const proto::Status& status = inspection.status;
  look(wireguard_name(status.mesh()), status.has_device(), inspection.is_device_up);
  look(bridge_name(status.mesh()), status.has_bridge(), inspection.is_bridge_up);
  return joined(faults);
}

// What is wrong besides interfaces and peers.
std::vector<Finding> other_findings(const Inspection& inspection) {
  std::vector<Finding> findings;
  const bool is_under_way = inspection.open_change == OpenChange::kUnderWay;
  if (inspection.open_change == OpenChange::kStays) {
    findings.push_back({Health::kWarning, inspection.open_change_fault
                                              ? inspection.open_change_fault->text
                                              : "an interrupted change stays open"});
  }
  if (is_under_way) { findings.push_back({Health::kOk, "a change is under way"}); }
  if (inspection.is_changed_by_hand()) {
    const std::size_t drift = inspection.drift.operations->size();
    findings.push_back({Health::kWarning, fmt::format("{} change{} away from what is stored", drift,
                                                      drift == 1 ? "" : "s")});
  }
  if (inspection.drift.obstacle && !is_under_way) {
    findings.push_back({Health::kWarning, inspection.drift.obstacle->text});
  }
  for (const std::string& warning : inspection.status.warnings()) {
    findings.push_back({Health::kWarning, warning});
  }
  return findings;
}

std::string numbers_of(const std::string& mesh, const PeerTally& peers, const Drift& drift,
                       const CheckLimits& limits) {
  const auto critical = critical_limit(peers, limits);
  std::string numbers =
      fmt::format("{}_peers_missing={};{};{};0;{}", mesh, peers.missing.size(), limits.warning,
                  critical ? std::to_string(*critical) : "", peers.all);
  if (peers.oldest) {
    numbers +=
        fmt::format(" {}_oldest_handshake={}s;{};;0", mesh, *peers.oldest, limits.handshake_age);
  }
  if (drift.operations) {
    numbers += fmt::format(" {}_drift={};0;;0", mesh, drift.operations->size());
  }
  return numbers;
}

Verdict verdict_of(const std::string& mesh, const std::vector<Finding>& findings,
                   std::string numbers) {
  Verdict verdict{Health::kOk, mesh + ": ", std::move(numbers)};
  for (std::size_t i = 0; i < findings.size(); ++i) {
    verdict.health = worse(verdict.health, findings[i].health);
    verdict.text += (i == 0 ? "" : ", ") + findings[i].text;
  }
  return verdict;
}

// The faults of its files say why there is no plan.
Verdict without_plan(const Inspection& inspection) {
  const auto& warnings = inspection.status.warnings();
  return {Health::kUnknown,
          fmt::format("{}: {}", inspection.status.mesh(),
                      warnings.empty() ? "no plan is stored" : warnings[0]),
          {}};
}

Verdict judge(const Inspection& inspection, const CheckLimits& limits, std::int64_t now) {
  const proto::Status& status = inspection.status;
  if (!inspection.plan) { return without_plan(inspection); }
  std::vector<Finding> findings;
  const std::vector<Finding> others = other_findings(inspection);
  if (status.taken_down()) {
    // What somebody has done on purpose is no fault: who forgets it finds it in this line and in
    // wgmesh_taken_down.
    findings.push_back({Health::kOk, "down on purpose (mesh down)"});
    findings.insert(findings.end(), others.begin(), others.end());
    return verdict_of(status.mesh(), findings,
                      numbers_of(status.mesh(), {}, inspection.drift, limits));
  }
  const PeerTally peers = tally_of(inspection, limits, now);
  if (const std::string faults = interface_faults(inspection); !faults.empty()) {
    // No peer can be heard then.
    findings.push_back({Health::kCritical, faults});
  } else {
    findings.push_back(peers_finding(peers, limits));
  }
  findings.insert(findings.end(), others.begin(), others.end());
  return verdict_of(status.mesh(), findings,
                    numbers_of(status.mesh(), peers, inspection.drift, limits));
}

}  // namespace

Checked check(std::span<const Inspection> inspections, const CheckLimits& limits,
              std::int64_t now) {
  if (inspections.empty()) { return unknown("no mesh is stored on this node"); }
  std::vector<Verdict> verdicts;
  for (const Inspection& each : inspections) { verdicts.push_back(judge(each, limits, now)); }
  std::ranges::stable_sort(verdicts, std::ranges::greater(),
                           [](const Verdict& verdict) { return rank(verdict.health); });
  Checked checked{verdicts.front().health, {}};
  std::string text;
  std::string numbers;
  for (const Verdict& verdict : verdicts) {
    text += (text.empty() ? "" : "; ") + verdict.text;
    if (verdict.numbers.empty()) { continue; }
    numbers += (numbers.empty() ? "" : " ") + verdict.numbers;
  }
  checked.line = fmt::format("WGMESH {} - {}", name_of(checked.health), in_one_line(text));
  if (!numbers.empty()) { checked.line += '|' + numbers; }
  return checked;
}

Checked unknown(std::string_view reason) {
  return {Health::kUnknown, "WGMESH UNKNOWN - " + in_one_line(std::string(reason))};
}

}  // namespace wgmesh
