// The program's two ways out: results on standard output, everything else on standard error. What
// cannot be written never ends the program: a transaction goes on to its end, whoever listens.
#pragma once

#include <string_view>

namespace wgmesh {

// Opens /dev/null on each of the descriptors 0 to 2 that the caller has closed, so that no file or
// socket lands there. Each in the wrong direction: reading and writing go on to fail.
void hold_standard_descriptors() noexcept;

// Writes all of `text`. Returns 0, or the errno of the write that failed.
int write_whole(int fd, std::string_view text) noexcept;

// To standard error. What cannot be written is lost.
void say(std::string_view text) noexcept;

// To standard output. The first failure is kept for result_error().
void put_result(std::string_view text) noexcept;
// The errno of the first result that could not be written; 0: all were.
int result_error() noexcept;

}  // namespace wgmesh
