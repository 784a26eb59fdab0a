// Amounts in few columns, for tables: at most five of them.
#pragma once

#include <cstdint>
#include <string>

namespace wgmesh {

// "0", "999", "1.2K", "34M": bytes, in powers of 1024.
std::string bytes_text(double bytes);
// "0 B", "999 B", "1.5 GB", "2 GB": bytes, in powers of 1000, as volumes are sold.
std::string decimal_bytes_text(std::uint64_t bytes);
// "0 bit/s", "94.1 Mbit/s", "941 Mbit/s": in powers of 1000, three digits of it.
std::string bit_rate_text(std::uint64_t bits_per_second);
// "42s", "3m", "5h", "12d": cut, not rounded.
std::string short_age_text(std::int64_t seconds);

}  // namespace wgmesh
