// `wgmesh-agent status --check`: one line for a monitor, as the Monitoring Plugins write theirs
// (Nagios, Icinga, Checkmk), and the exit code that goes with it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/status/inspection.h"

namespace wgmesh {

struct CheckLimits {
  // Seconds: a peer whose latest handshake is older is missing. WireGuard ends a session after 180.
  std::int64_t handshake_age = 300;
  std::uint32_t warning = 0;              // more missing peers than that are a warning
  std::optional<std::uint32_t> critical;  // … are critical; absent: if all are missing

  bool operator==(const CheckLimits&) const = default;
};

// The numbers are the exit codes.
enum class Health : std::uint8_t { kOk = 0, kWarning = 1, kCritical = 2, kUnknown = 3 };

struct Checked {
  Health health = Health::kUnknown;
  std::string line;  // without a newline at its end
};

// The worst of all meshes, which come in the order of their health; critical is worse than warning,
// and warning than unknown. `now`: seconds since the epoch.
Checked check(std::span<const Inspection> inspections, const CheckLimits& limits, std::int64_t now);

// Nothing could be found out.
Checked unknown(std::string_view reason);

}  // namespace wgmesh
