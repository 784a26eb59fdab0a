#pragma once

#include "common/error.h"

namespace wgmesh {

// A message that has no place where it came: it ends the session.
class ProtocolError : public Error {
 public:
  using Error::Error;
};

}  // namespace wgmesh
