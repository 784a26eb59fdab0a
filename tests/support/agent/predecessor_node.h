// The example mesh as wireguard-mesh, the tool before this one, leaves it on mesh0: a file in
// wg-quick's form, written for tests, and interfaces on the fake kernel.
#pragma once

#include <string>

#include "tests/support/agent/test_node.h"

namespace wgmesh {

// With example_secrets' keys for the three peers of the example.
std::string predecessor_text();
std::string predecessor_path(const TestNode& node);
std::string predecessor_link(const TestNode& node);

// The file, the link that enables its unit, and wg-test0, gt-test1 to gt-test3 in br-test.
void put_predecessor(TestNode& node);
void put_predecessor_interfaces(FakeKernel& kernel);

}  // namespace wgmesh
