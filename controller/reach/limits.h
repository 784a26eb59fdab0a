// The limits that this process itself runs under (ulimit): open files, processes, memory. A limit
// that is met is told as one of this machine, never as the fault of a node.
#pragma once

#include <cstddef>
#include <string>

#include "common/error.h"

namespace wgmesh {

// Raises the soft limits of open files and processes to the hard ones, at most to what the largest
// mesh needs: some programs look at every descriptor that they may have.
void raise_limits() noexcept;

// Throws Error, with the number needed, when this process cannot have a session with each of
// `nodes` nodes at the same time. Of these `exec_nodes` are reached by an exec prefix, which takes fewer files.
void check_limits(std::size_t nodes, std::size_t exec_nodes = 0);

// Whether the errno of a system call speaks of a limit of this machine.
bool is_own_limit(int error_number);
// "start a thread: Resource temporarily unavailable on this machine, not on a node (ulimit -u is
// 64)", and what to do.
Error own_limit_error(const std::string& what, int error_number);

// What is said when there is no memory left, perhaps not even for the text.
const char* no_memory_text() noexcept;

}  // namespace wgmesh
