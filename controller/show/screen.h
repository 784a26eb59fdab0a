// Text that is drawn over and over in one place of a terminal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace wgmesh {

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t rows = 24;

  // How many lines may stand there: the last row is the cursor's.
  std::size_t room() const { return std::max<std::size_t>(rows, 3) - 1; }
};

// Of the terminal behind `fd`, less its last column, where some terminals wrap. 80 times 24 where there is none, and for
// what a terminal does not tell.
ScreenSize screen_size(int fd);

// The octets that draw `text` from the upper left corner on and leave nothing of what was there. Lines
// that are too long are cut, and where there are too many the last row counts the rest.
std::string screen_of(std::string_view text, ScreenSize size);

}  // namespace wgmesh
