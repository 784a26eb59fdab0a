// A loopback port for a server that a test starts later. Nobody else gets the port meanwhile: the kernel gives a bound
// port neither to a bind() to port 0 nor to a connect(). The server itself gets it if it sets SO_REUSEADDR, as sshd and
// dropbear do.
#pragma once

#include <cstdint>

#include "common/unique_fd.h"

namespace wgmesh {

class ReservedPort {
 public:
  ReservedPort();  // throws std::runtime_error
  std::uint16_t number() const { return number_; }

 private:
  UniqueFd bound_;
  std::uint16_t number_ = 0;
};

}  // namespace wgmesh
