// `mesh bench` where no node can be reached: each pair is told, and nothing is moved.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "controller/commands.h"
#include "controller/exit_code.h"
#include "tests/support/controller/scripted_fleet.h"

namespace wgmesh::cmd_bench_test {
namespace {

using testing::HasSubstr;

TEST(MeshBench, TellsThePairsOfNodesThatCannotBeReached) {
  std::signal(SIGPIPE,
              SIG_IGN);  // as main() does: the command may have ended before it is written to
  Mesh mesh = three_nodes();
  for (Node& node : mesh.nodes) { node.target = ExecTarget{{"/bin/false"}, "/bin/false"}; }
  CommandLine line;
  line.verb = Verb::kBench;
  line.nodes = {"a", "b"};
  line.progress = ProgressMode::kPlain;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_bench(line, mesh), kExitUnreachable);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "a-b: skipped: a cannot be asked\n");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), Not(HasSubstr("about 0 s")));
}

}  // namespace
}  // namespace wgmesh::cmd_bench_test
