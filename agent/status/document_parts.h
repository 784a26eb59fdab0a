// What the parts of a status document share: lists, values that may be absent, the age of a handshake.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/status/json_writer.h"
#include "proto/status.pb.h"

namespace wgmesh {

inline void text_or_null(JsonWriter& json, std::string_view key, const std::string& text) {
  text.empty() ? json.null(key) : json.text(key, text);
}

template <typename Texts>
void put_list(JsonWriter& json, std::string_view key, const Texts& texts) {
  json.open_list(key);
  for (const std::string& text : texts) { json.text({}, text); }
  json.close_list();
}

inline void put_transfer(JsonWriter& json, std::string_view key, std::uint64_t received,
                         std::uint64_t sent) {
  json.open_object(key);
  json.number("rx_bytes", received);
  json.number("tx_bytes", sent);
  json.close_object();
}

inline void put_number_or_null(JsonWriter& json, std::string_view key,
                               const std::optional<std::int64_t>& number) {
  number ? json.number(key, static_cast<std::uint64_t>(*number)) : json.null(key);
}

// The same in both documents but for its own key.
inline void put_last_change(JsonWriter& json, std::string_view key,
                            const proto::LastChange& change) {
  json.open_object(key);
  json.text("deed", change.deed());
  json.text("text", change.text());
  json.number("generation", change.generation());
  json.number("changes", change.changes());
  json.text("origin", change.origin());
  json.boolean("afterwards", change.afterwards());
  json.number("time", static_cast<std::uint64_t>(change.time()));
  json.close_object();
}

// Seconds. A clock that was set back makes none negative. Nothing: never.
inline std::optional<std::int64_t> age_of(const proto::Status& status, std::int64_t handshake) {
  if (handshake == 0) { return std::nullopt; }
  return std::max<std::int64_t>(status.time() - handshake, 0);
}

}  // namespace wgmesh
