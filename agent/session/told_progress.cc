#include "agent/session/told_progress.h"

#include <cstdint>

#include "proto/session.pb.h"

namespace wgmesh {

void ToldProgress::tell(const std::string& step, std::size_t done, std::size_t total) {
  constexpr std::chrono::milliseconds kPause{200};
  const auto now = std::chrono::steady_clock::now();
  if (done < total && now - told_ < kPause) { return; }
  told_ = now;
  proto::FromAgent message;
  message.mutable_progress()->set_text(step);
  message.mutable_progress()->set_done(static_cast<std::uint32_t>(done));
  message.mutable_progress()->set_total(static_cast<std::uint32_t>(total));
  io_.write(message);
}

}  // namespace wgmesh
