#include "controller/show/screen.h"

#include <sys/ioctl.h>

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "controller/text/printable.h"

namespace wgmesh {

ScreenSize screen_size(int fd) {
  winsize told{};
  ScreenSize size;
  if (ioctl(fd, TIOCGWINSZ, &told) != 0) { return size; }
  if (told.ws_col > 0) { size.columns = told.ws_col; }
  if (told.ws_row > 0) { size.rows = told.ws_row; }
  --size.columns;
  return size;
}

std::string screen_of(std::string_view text, ScreenSize size) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(cut_to(text.substr(0, end), size.columns));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const std::size_t room = size.room();
  if (lines.size() > room) {
    const std::size_t left = lines.size() - (room - 1);
    lines.resize(room - 1);
    lines.push_back(cut_to(fmt::format("… and {} lines more", left), size.columns));
  }
  // Each line is overwritten and only its rest erased: nothing is ever blank in between.
  std::string out = "\x1b[H";
  for (const std::string& line : lines) { out += line + "\x1b[K\n"; }
  return out + "\x1b[J";
}

}  // namespace wgmesh
