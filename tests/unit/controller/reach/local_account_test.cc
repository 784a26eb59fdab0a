#include "controller/reach/local_account.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace wgmesh::local_account_test {
namespace {

TEST(LocalAccount, IsTheEntryOfWhoeverRunsThisFromEveryThread) {
  const passwd* entry = getpwuid(getuid());
  ASSERT_NE(entry, nullptr);
  const std::string user = entry->pw_name;
  const std::string home = entry->pw_dir;
  std::vector<LocalAccount> accounts(8);
  {
    std::vector<std::jthread> threads;
    for (LocalAccount& account : accounts) {
      threads.emplace_back([&account] { account = local_account(); });
    }
  }
  for (const LocalAccount& account : accounts) {
    EXPECT_EQ(account.user, user);
    EXPECT_EQ(account.home, home);
  }
}

}  // namespace
}  // namespace wgmesh::local_account_test
