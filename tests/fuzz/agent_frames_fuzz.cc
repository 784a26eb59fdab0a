// What a hostile controller sends: octets into frames, frames into messages, and a message's plan
// into a wanted state. Anything but an Error, or a bound that does not hold, is a fault.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "agent/session/hello.h"
#include "agent/session/session_io.h"
#include "agent/state/desired.h"
#include "common/frame.h"

namespace {

void read_plan(const wgmesh::proto::Plan& plan) {
  using wgmesh::Secret;
  wgmesh::NodeSecrets secrets{Secret::make_private_key(), {}};
  for (const auto& peer : plan.peers()) {
    secrets.preshared_keys.insert_or_assign(peer.node(), Secret::make_preshared_key());
  }
  wgmesh::scope_of(plan);
  wgmesh::desired_state(plan, secrets, {});
}

void read_message(std::string_view octets) {
  const auto message = wgmesh::parse_message(octets);
  if (!message) { return; }
  try {
    if (message->has_open()) { wgmesh::check_open(message->open()); }
    if (message->has_propose()) { read_plan(message->propose().plan()); }
  } catch (const wgmesh::Error&) {}
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  wgmesh::init_crypto();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  // Most inputs are no frames; the message behind is worth trying on its own.
  read_message(octets);
  wgmesh::FrameReader frames;
  try {
    // In two pieces, as a stream may deliver it.
    frames.feed(octets.substr(0, size / 2));
    while (const auto frame = frames.next()) { read_message(*frame); }
    frames.feed(octets.substr(size / 2));
    while (const auto frame = frames.next()) { read_message(*frame); }
  } catch (const wgmesh::Error&) {}
  return 0;
}
