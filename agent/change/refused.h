// What a controller asks for cannot be done on this node; nothing was changed.
#pragma once

#include "common/error.h"

namespace wgmesh {

class Refused : public Error {
 public:
  using Error::Error;
};

}  // namespace wgmesh
