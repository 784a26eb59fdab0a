#include "agent/store/sync_files.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "agent/store/atomic_file.h"
#include "common/error.h"
#include "tests/support/agent/test_node.h"
#include "tests/unit/agent/disk_faults.h"

namespace wgmesh::sync_files_test {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> written_files(const std::string& folder) {
  std::vector<std::string> paths;
  for (int i = 0; i < 6; ++i) {
    paths.push_back(fmt::format("{}/{}", folder, i));
    write_unsynced(paths.back(), "new");
  }
  return paths;
}

TEST(SyncFiles, WaitsOnceForAll) {
  const TemporaryFolder folder;
  make_folder(folder.path() + "/kept");
  disk::watch(folder.path(), folder.path() + "/kept");
  const auto paths = written_files(folder.path());
  EXPECT_EQ(disk::syncs(), 0U);
  disk::slow_down(100ms);
  sync_files(paths);
  EXPECT_EQ(disk::syncs(), 1U);
  disk::cut_power(disk::Names::kAsLastSeen);
  disk::stop_watching();
  for (const std::string& path : paths) { EXPECT_EQ(read_file(path), "new"); }
}

TEST(SyncFiles, EachThatFailsIsAnError) {
  const TemporaryFolder folder;
  make_folder(folder.path() + "/kept");
  const auto paths = written_files(folder.path());
  for (std::size_t call = 1; call <= paths.size(); ++call) {
    disk::watch(folder.path(), folder.path() + "/kept");
    disk::fail_at(call, EIO, false);
    EXPECT_THROW(sync_files(paths), SystemError) << call;
    disk::stop_watching();
  }
  EXPECT_NO_THROW(sync_files(paths));
  EXPECT_NO_THROW(sync_files({}));
  EXPECT_THROW(sync_files({paths[0], folder.path() + "/none"}), SystemError);
}

}  // namespace
}  // namespace wgmesh::sync_files_test
