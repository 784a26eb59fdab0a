#include "common/wg_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>
#include <limits>

namespace wgmesh::wg_text_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What `wg` does with a size.
std::string by_printf(std::uint64_t bytes) {
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) { return std::to_string(bytes) + " B"; }
  double value = static_cast<double>(bytes) / 1024;
  int unit = 0;
  for (; value >= 1024 && unit < 3; ++unit) { value /= 1024; }
  char text[64];
  std::snprintf(text, sizeof text, "%.2f %s", value, kUnits[unit]);
  return text;
}

TEST(BytesText, RoundsAsPrintfDoes) {
  for (std::uint64_t bytes = 0; bytes < 3'000'000; bytes += 7) {
    ASSERT_EQ(bytes_text(bytes), by_printf(bytes)) << bytes;
  }
  for (std::uint64_t base = 1024; base < (1ULL << 50); base *= 2) {
    for (const std::uint64_t more : {0ULL, 1ULL, 127ULL, 128ULL, 129ULL, 384ULL, 1023ULL}) {
      const std::uint64_t bytes = base + base / 1024 * more;
      ASSERT_EQ(bytes_text(bytes), by_printf(bytes)) << bytes;
      ASSERT_EQ(bytes_text(bytes - 1), by_printf(bytes - 1)) << bytes - 1;
    }
  }
  EXPECT_EQ(bytes_text(1536), "1.50 KiB");
  EXPECT_EQ(bytes_text(1048575), "1024.00 KiB");
  EXPECT_THAT(bytes_text(std::numeric_limits<std::uint64_t>::max()), HasSubstr("TiB"));
}

TEST(DurationText, NamesEveryUnitThatIsNotZero) {
  EXPECT_EQ(duration_text(0), "");
  EXPECT_EQ(duration_text(1), "1 second");
  EXPECT_EQ(duration_text(3725), "1 hour, 2 minutes, 5 seconds");
  EXPECT_EQ(duration_text(31536000 + 2 * 86400), "1 year, 2 days");
}

TEST(AgeText, IsNowOrAgoOrAClockThatWasSetBack) {
  EXPECT_EQ(age_text(0), "Now");
  EXPECT_EQ(age_text(65), "1 minute, 5 seconds ago");
  EXPECT_THAT(age_text(-1), HasSubstr("clock was set back"));
}

TEST(WgDeviceText, HasTheLayoutOfWgShow) {
  WgDevice device{.name = "wg-test",
                  .public_key = "own=",
                  .listen_port = 51820,
                  .fwmark = 0xca6c,
                  .more = {{"mtu", "1420"}},
                  .peers = {{.public_key = "silent="},
                            {.public_key = "b=",
                             .node = "b",
                             .has_preshared_key = true,
                             .endpoint = "192.0.2.1:51820",
                             .allowed_ips = {"fd00::1/128", "fd00::2/128"},
                             .latest_handshake = 935,
                             .rx_bytes = 2048,
                             .tx_bytes = 1,
                             .persistent_keepalive = 25}}};
  EXPECT_EQ(wg_device_text(device, 1000, false),
            "interface: wg-test\n"
            "  public key: own=\n"
            "  private key: (hidden)\n"
            "  listening port: 51820\n"
            "  fwmark: 0xca6c\n"
            "  mtu: 1420\n"
            "\n"
            "peer: b=\n"
            "  node: b\n"
            "  preshared key: (hidden)\n"
            "  endpoint: 192.0.2.1:51820\n"
            "  allowed ips: fd00::1/128, fd00::2/128\n"
            "  latest handshake: 1 minute, 5 seconds ago\n"
            "  transfer: 2.00 KiB received, 1 B sent\n"
            "  persistent keepalive: every 25 seconds\n"
            "\n"
            "peer: silent=\n"
            "  allowed ips: (none)\n");
  EXPECT_THAT(wg_device_text(device, 1000, true), HasSubstr("\x1b[1minterface\x1b[0m"));
  device.public_key.clear();
  EXPECT_THAT(wg_device_text(device, 1000, false), Not(HasSubstr("key: (hidden)\n  listening")));
}

}  // namespace
}  // namespace wgmesh::wg_text_test
