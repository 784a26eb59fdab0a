#include "common/utc_text.h"

namespace wgmesh {

// Not by fmt's formats of times: they ask std::locale, of which the programs that we ship have nothing.
std::string utc_text(std::time_t seconds) {
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32] = "";
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text;
}

}  // namespace wgmesh
