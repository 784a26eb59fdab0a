// What a run says at its end of nodes that did not come through. Nobody is contacted.
#include "controller/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/controller/scripted_fleet.h"

namespace wgmesh::run_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A program's view of it.
std::string told_of(const TransactionResult& result, CommandLine line) {
  line.progress = ProgressMode::kJson;
  const Mesh mesh = three_nodes();
  ::testing::internal::CaptureStderr();
  Run(line, mesh).tell(result);
  return ::testing::internal::GetCapturedStderr();
}

NodeFailure failure_of(NodeFailure::Kind kind) {
  NodeFailure failure;
  failure.kind = kind;
  failure.step = "commit";
  failure.message = "it broke";
  failure.id = "some-id";
  return failure;
}

TEST(Run, SaysOfWhichNodesTheStateIsNotKnown) {
  TransactionResult result;
  result.nodes["a"].outcome = Outcome::kUnknown;
  result.nodes["b"].outcome = Outcome::kUnknown;
  result.nodes["b"].failure = failure_of(NodeFailure::Kind::kFailed);
  result.nodes["b"].failure->is_told = true;
  EXPECT_THAT(
      told_of(result, {}),
      AllOf(HasSubstr(R"("event":"error","id":"outcome-unknown","node":"a","step":"outcome",)"
                      R"("message":"nobody has told whether it kept the change or undid it",)"
                      R"("cure":"look with `mesh info a`; the next `mesh up` mends it")"),
            HasSubstr(R"("id":"some-id","node":"b","step":"commit","message":"it broke")"),
            HasSubstr(R"("id":"outcome-differs","node":"b","step":"outcome",)"
                      R"("message":"it may be in another state than the others")")));
}

TEST(Run, SaysWhyThereIsNoPlan) {
  TransactionResult result;
  result.faults = {{"some-id", "it cannot be done", ""}};
  EXPECT_THAT(told_of(result, {}),
              HasSubstr(R"("id":"some-id","step":"plan","message":"it cannot be done")"));
}

TEST(Run, SaysThatNobodyIsLeftToGoOnWith) {
  TransactionResult result;
  result.nodes["a"].failure = failure_of(NodeFailure::Kind::kUnreachable);
  CommandLine line;
  line.skip_unreachable = true;
  line.verb = Verb::kUp;
  EXPECT_THAT(told_of(result, line),
              HasSubstr(R"("id":"run-reaches-no-node","message":"no node can be reached, so )"
                        R"(there is none to go on with")"));
}

}  // namespace
}  // namespace wgmesh::run_test
