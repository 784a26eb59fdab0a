// What a monitor is told about mesh0 of the example plan while everything is well. What a test
// changes, it changes in the value.
#pragma once

#include <cstdint>
#include <string>

#include "agent/status/inspection.h"

namespace wgmesh {

// Seconds since the epoch, when it was measured. The peers of the plan have shaken hands 10, 20 and
// 30 seconds before.
inline constexpr std::int64_t kInspected = 1'700'000'000;

Inspection example_inspection();

// The same of another mesh.
Inspection example_inspection_of(const std::string& mesh);

}  // namespace wgmesh
