// Amounts in few columns, for tables: at most five of them.
#pragma once

#include <cstdint>
#include <string>

namespace wgmesh {

// "0", "999", "1.2K", "34M": bytes, in powers of 1024.
std::string bytes_text(double bytes);
// "42s", "3m", "5h", "12d": cut, not rounded.
std::string short_age_text(std::int64_t seconds);

}  // namespace wgmesh
