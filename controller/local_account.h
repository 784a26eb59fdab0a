// Who runs mesh, as the account database has it; safe from any thread.
#pragma once

#include <string>

namespace wgmesh {

struct LocalAccount {
  std::string user;  // the number where the account has no entry
  std::string
      home;  // as ssh takes it: the account's, whatever $HOME says, which it is without an entry
};

LocalAccount local_account();

}  // namespace wgmesh
