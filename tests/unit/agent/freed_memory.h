// What a process gives back to the heap, looked through for octets that should have been wiped. The
// test program's operator delete is replaced for it.
#pragma once

#include <cstddef>
#include <string>

namespace wgmesh::freed {

// From now on each block that is freed by any thread is searched for `needle`, which lies outside
// the searched blocks for as long as it is watched for.
void watch_for(const std::string& needle);
// Ends it. In how many freed blocks the needle was.
std::size_t stop_watching();

}  // namespace wgmesh::freed
