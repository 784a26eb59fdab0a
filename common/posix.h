// Guards around the calls of POSIX that more than one place needs: interrupted calls are made
// again, and short reads and writes go on. Knows nothing of what is read.
#pragma once

#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/unique_fd.h"

namespace wgmesh {

// Makes the call until it ends without EINTR. Its result, and its errno.
template <class Call>
auto retry(const Call& call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) { return result; }
  }
}

// Everything until the end of the file; what is over `limit` octets by the last read is kept too,
// so that the caller sees that it is too much. Nothing: it cannot be read, errno says why.
std::optional<std::string> read_all(int fd, std::size_t limit);
// As many octets as `size`, or fewer at the end of the file. Negative: errno says why not.
ssize_t read_up_to(int fd, char* into, std::size_t size);
// False: not everything was written, errno says why.
bool write_all(int fd, std::string_view octets);

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};
// Both ends are close-on-exec. `flags` are pipe2's. Throws SystemError.
Pipe make_pipe(int flags = 0);

// Reads and writes return at once. Only for descriptions that no child shares with us. Throws
// SystemError.
void set_nonblocking(int fd);

// The names of all that is in a folder, sorted; none if it is no folder.
std::vector<std::string> names_in(const std::string& folder);

}  // namespace wgmesh
