#include "agent/netlink/netlink_error.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "agent/state/kernel.h"

namespace wgmesh::netlink_error_test {
namespace {

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& bytes, const auto& value) {
  const auto* const octets = reinterpret_cast<const std::uint8_t*>(&value);
  bytes.insert(bytes.end(), octets, octets + sizeof value);
}

void append_text(Bytes& bytes, std::uint16_t type, const std::string& text) {
  append(bytes, nlattr{static_cast<std::uint16_t>(5 + text.size()), type});
  bytes.insert(bytes.end(), text.begin(), text.end());
  do { bytes.push_back(0); } while (bytes.size() % 4 != 0);
}

Bytes message(std::uint16_t type, std::uint16_t flags, const Bytes& payload) {
  Bytes bytes;
  append(bytes, nlmsghdr{static_cast<std::uint32_t>(16 + payload.size()), type, flags, 1, 0});
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

// An NLMSG_ERROR to a request with `request_size` octets after its header.
Bytes error_message(int error, std::size_t request_size, bool capped, const std::string& text) {
  Bytes payload;
  append(payload, error);
  append(payload, nlmsghdr{static_cast<std::uint32_t>(16 + request_size), 16, 0, 1, 0});
  if (!capped) { payload.insert(payload.end(), (request_size + 3) / 4 * 4, 0xff); }
  if (!text.empty()) { append_text(payload, NLMSGERR_ATTR_MSG, text); }
  std::uint16_t flags = 0;
  if (capped) { flags |= NLM_F_CAPPED; }
  if (!text.empty()) { flags |= NLM_F_ACK_TLVS; }
  return message(NLMSG_ERROR, flags, payload);
}

TEST(Acknowledgement, ZeroIsSuccess) {
  EXPECT_EQ(parse_acknowledgement(error_message(0, 20, true, "")), Acknowledgement());
}

TEST(Acknowledgement, TextIsFoundBehindACappedRequest) {
  const std::string text = "Can not enslave a bridge to a bridge";
  EXPECT_EQ(parse_acknowledgement(error_message(-ELOOP, 40, true, text)),
            (Acknowledgement{ELOOP, text}));
}

TEST(Acknowledgement, TextIsFoundBehindAnEchoedRequest) {
  EXPECT_EQ(parse_acknowledgement(error_message(-EINVAL, 41, false, "no")),
            (Acknowledgement{EINVAL, "no"}));
}

TEST(Acknowledgement, EndOfADumpMayCarryAnError) {
  Bytes payload;
  append(payload, -EOPNOTSUPP);
  append_text(payload, NLMSGERR_ATTR_MSG, "why");
  EXPECT_EQ(parse_acknowledgement(message(NLMSG_DONE, NLM_F_ACK_TLVS | NLM_F_MULTI, payload)),
            (Acknowledgement{EOPNOTSUPP, "why"}));
  EXPECT_EQ(parse_acknowledgement(message(NLMSG_DONE, NLM_F_MULTI, {0, 0, 0, 0})),
            Acknowledgement());
  EXPECT_EQ(parse_acknowledgement(message(NLMSG_DONE, NLM_F_MULTI, {})), Acknowledgement());
}

TEST(Acknowledgement, OtherMessagesAreNone) {
  EXPECT_EQ(parse_acknowledgement(message(16, 0, {0, 0, 0, 0})), std::nullopt);
}

TEST(Acknowledgement, MalformedOnesAreErrors) {
  EXPECT_THROW(parse_acknowledgement(Bytes{1, 2, 3}), Error);
  EXPECT_THROW(parse_acknowledgement(message(NLMSG_ERROR, 0, {0, 0, 0, 0})), Error);
  EXPECT_THROW(parse_acknowledgement(error_message(17, 0, true, "")), Error);
  EXPECT_THROW(parse_acknowledgement(error_message(INT32_MIN, 0, true, "")), Error);
}

TEST(NetlinkError, SpeaksInTheKernelsWords) {
  NetlinkError error(ELOOP, "Can not enslave a bridge to a bridge");
  error.add_context("ip link set gt-test-c master br-test");
  EXPECT_STREQ(
      error.what(),
      "ip link set gt-test-c master br-test: Too many levels of symbolic links (kernel: Can "
      "not enslave a bridge to a bridge)");
  EXPECT_EQ(error.id(), "netlink-refusal");
  EXPECT_STREQ(NetlinkError(ENODEV, "").what(), "No such device");
}

}  // namespace
}  // namespace wgmesh::netlink_error_test
