#include "agent/locate/locate_packet.h"

#include <algorithm>
#include <string_view>

namespace wgmesh {
namespace {

constexpr std::string_view kQuestionWord = "wgmeshQ1";
constexpr std::string_view kAnswerWord = "wgmeshA1";
constexpr std::size_t kNonceAt = 8;
constexpr std::size_t kBodyAt = 16;  // of a question: the key; of an answer: family, address, port
constexpr std::size_t kPortAt = kBodyAt + 1 + 16;
constexpr std::uint8_t kNowhere = 0;
constexpr std::uint8_t kIpv4 = 4;
constexpr std::uint8_t kIpv6 = 6;

bool begins_with(std::span<const std::uint8_t> octets, std::string_view word) {
  return std::equal(word.begin(), word.end(), octets.begin(), [](char letter, std::uint8_t octet) {
    return static_cast<std::uint8_t>(letter) == octet;
  });
}

LocateNonce nonce_in(std::span<const std::uint8_t> octets) {
  LocateNonce nonce;
  std::ranges::copy(octets.subspan(kNonceAt, nonce.size()), nonce.begin());
  return nonce;
}

bool is_zero(std::span<const std::uint8_t> octets) {
  return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

}  // namespace

std::string put_locate_question(const LocateQuestion& question) {
  std::string out(kQuestionWord);
  out.append(question.nonce.begin(), question.nonce.end());
  out.append(question.key.octets.begin(), question.key.octets.end());
  return out;
}

std::string put_locate_answer(const LocateAnswer& answer) {
  std::string out(kAnswerWord);
  out.append(answer.nonce.begin(), answer.nonce.end());
  const SocketAddress seen = answer.seen.value_or(SocketAddress{});
  const std::uint8_t family = seen.address.family == Family::kIpv4 ? kIpv4 : kIpv6;
  out += static_cast<char>(answer.seen ? family : kNowhere);
  out.append(seen.address.octets.begin(), seen.address.octets.end());
  out += static_cast<char>(seen.port >> 8);
  out += static_cast<char>(seen.port & 0xff);
  return out;
}

std::optional<LocateQuestion> parse_locate_question(std::span<const std::uint8_t> octets) {
  if (octets.size() != kLocateQuestionSize || !begins_with(octets, kQuestionWord)) {
    return std::nullopt;
  }
  LocateQuestion question{.nonce = nonce_in(octets), .key = {}};
  std::ranges::copy(octets.subspan(kBodyAt, kKeySize), question.key.octets.begin());
  return question;
}

std::optional<LocateAnswer> parse_locate_answer(std::span<const std::uint8_t> octets) {
  if (octets.size() != kLocateAnswerSize || !begins_with(octets, kAnswerWord)) {
    return std::nullopt;
  }
  LocateAnswer answer{.nonce = nonce_in(octets), .seen = {}};
  const std::uint8_t family = octets[kBodyAt];
  const auto place = octets.subspan(kBodyAt + 1);
  if (family == kNowhere) { return is_zero(place) ? std::optional(answer) : std::nullopt; }
  if (family != kIpv4 && family != kIpv6) { return std::nullopt; }
  SocketAddress seen;
  seen.address.family = family == kIpv4 ? Family::kIpv4 : Family::kIpv6;
  std::ranges::copy(place.first(seen.address.octets.size()), seen.address.octets.begin());
  if (!is_zero(place.first(seen.address.octets.size()).subspan(seen.address.size()))) {
    return std::nullopt;
  }
  seen.port = static_cast<std::uint16_t>(octets[kPortAt] << 8 | octets[kPortAt + 1]);
  if (seen.port == 0) { return std::nullopt; }
  answer.seen = seen;
  return answer;
}

}  // namespace wgmesh
