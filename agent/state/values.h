// What an operation sets, value by value, beside what is there: for plans that people read and for programs that
// compare. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/state/operation.h"
#include "agent/state/state.h"

namespace wgmesh {

struct ChangedValue {
  std::string key;                    // snake_case; in the words of mesh.yaml where they are its
  std::optional<std::string> before;  // empty: there is none
  std::optional<std::string> after;
  bool operator==(const ChangedValue&) const = default;
};

// Only what differs from `observed`. An interface or a peer that is made has a "kind" or a "public_key" that is new; one
// that goes has one that is gone. Secrets read "(hidden)". Of a WireGuard operation for several peers (a rotation's
// switch) only what it sets of the device.
std::vector<ChangedValue> values_of(const Operation& operation, const State& observed,
                                    const KeyText& key_text = to_base64);

}  // namespace wgmesh
