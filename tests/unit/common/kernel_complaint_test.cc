#include <gtest/gtest.h>

#include "tests/support/kernel/complaint.h"

namespace wgmesh::kernel_complaint_test {
namespace {

TEST(KernelComplaint, IsAFaultOrTheNetwork) {
  for (const char* line : {
           "4,310,1;WARNING: CPU: 0 PID: 7 at net/core/dev.c:10800 netdev_run_todo+0x5/0x10",
           "0,311,1;BUG: kernel NULL pointer dereference, address: 0000000000000010",
           "1,312,1;Oops: 0000 [#1] PREEMPT SMP",
           "4,313,1;Call Trace:",
           "4,314,1;refcount_t: underflow; use-after-free.",
           "0,315,1;unregister_netdevice: waiting for gt-test-b to become free. Usage count = 1",
           "4,316,1;br-test: port 1(gt-test-b) entered a wrong state",
           "4,317,1;netlink: 4 bytes leftover after parsing attributes in process `wgmesh-agent'.",
       }) {
    EXPECT_TRUE(is_complaint(line)) << line;
  }
}

TEST(KernelComplaint, IsNotABusyHost) {
  for (const char* line : {
           "4,318,1;hrtimer: interrupt took 13463342 ns",
           "4,319,1;clocksource: timekeeping watchdog on CPU0: Marking clocksource 'tsc' as "
           "unstable",
           "3,320,1;INFO: task kworker/0:1:9 blocked for more than 120 seconds.",
           "4,321,1;perf: interrupt took too long (2511 > 2500), lowering the sample rate",
       }) {
    EXPECT_FALSE(is_complaint(line)) << line;
  }
}

}  // namespace
}  // namespace wgmesh::kernel_complaint_test
