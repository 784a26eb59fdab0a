// What a user is told of a mesh that is taken over from the tool before this one. Pure.
#pragma once

#include <string>

#include "agent/change/proposal.h"

namespace wgmesh {

// "adopt /etc/wireguard/wg-test0.conf: its private key and 2 preshared keys; leave out n4, which is no
// peer any more; rename the file to wg-test0.conf.wgmesh-adopted; disable
// wg-quick@wg-test0.service; br-test becomes wgmesh's; remove wg-test0, gt-test1"
std::string adoption_words(const Predecessor& predecessor, const Proposal& proposal);
// After the commit.
std::string adoption_note(const Predecessor& predecessor);

}  // namespace wgmesh
