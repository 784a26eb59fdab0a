#include "controller/fleet/facts.h"

#include <algorithm>

#include "common/error.h"
#include "common/key.h"
#include "common/naming.h"
#include "controller/text/messages.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMostShown = 60;

std::string shown(const std::string& text) { return cut_to(printable(text), kMostShown); }

}  // namespace

void refuse_fact(std::string_view what) { throw Error(say<"node-fact-impossible">(what)); }

void expect_node_name(const std::string& name, std::string_view what) {
  if (!is_node_name(name)) {
    refuse_fact("{} '{}', which is no name of a node", what, shown(name));
  }
}

void expect_word(const std::string& word, std::size_t longest, std::string_view what) {
  const bool is_word = word.size() <= longest &&
                       std::ranges::none_of(word, [](char c) { return c == ' ' || c == '\n'; });
  if (!is_word) { refuse_fact("{} '{}', which is none", what, shown(word)); }
}

void expect_line(const std::string& line, std::string_view what) {
  if (line.find('\n') != std::string::npos) {
    refuse_fact("{} of several lines: '{}'", what, shown(line));
  }
}

void expect_key(const std::string& octets, std::string_view what) {
  const auto key = public_key_from(octets);
  if (!key) { refuse_fact("{} of {} octets, not {}", what, octets.size(), kKeySize); }
  if (!keeps_secrets(*key)) {
    refuse_fact("{} that everybody can compute with ({})", what, to_base64(*key));
  }
}

void expect_at_most(std::uint64_t value, std::uint64_t most, std::string_view what) {
  if (value > most) { refuse_fact("{} of {}, and at most {} is possible", what, value, most); }
}

void expect_mtu(std::uint32_t mtu, std::string_view what) {
  if (mtu == 0) { return; }
  if (mtu < kLeastIpv4Mtu || mtu > kLargestMtu) {
    refuse_fact("{} of {} bytes, not {} to {}", what, mtu, kLeastIpv4Mtu, kLargestMtu);
  }
}

}  // namespace wgmesh
