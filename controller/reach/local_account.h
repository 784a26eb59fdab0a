// Who runs mesh, as the account database has it, and where; safe from any thread.
#pragma once

#include <string>

namespace wgmesh {

struct LocalAccount {
  std::string user;  // the number where the account has no entry
  // As ssh takes it: the account's, whatever $HOME says. Without an entry it is $HOME.
  std::string home;
};

LocalAccount local_account();
// The name that this machine has for itself.
std::string local_host();

}  // namespace wgmesh
