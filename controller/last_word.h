// The result of a process that ends before its command returns: an interrupt does not wait for nodes, and a program that
// reads the result gets one all the same.
#pragma once

#include <functional>
#include <string>

namespace wgmesh {

// `result_of` makes what standard output gets, from the exit code. It is called from any thread, at most once.
void set_last_word(std::function<std::string(int exit_code)> result_of);
// Whoever calls it first may print the result: the command's own end, or the interrupt.
bool claim_last_word();
// Prints the last word, if there is one and nobody has claimed it, and ends the process at once.
[[noreturn]] void end_process(int exit_code);

}  // namespace wgmesh
