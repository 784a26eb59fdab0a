#include "controller/text/invisible.h"

#include <algorithm>
#include <array>

namespace wgmesh {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode 15: categories Cf, Zl, Zp and Zs (but U+0020), and the fillers of Hangul and Braille.
constexpr std::array kInvisible = {
    Range{0x00a0, 0x00a0},   Range{0x00ad, 0x00ad},   Range{0x0600, 0x0605},
    Range{0x061c, 0x061c},   Range{0x06dd, 0x06dd},   Range{0x070f, 0x070f},
    Range{0x0890, 0x0891},   Range{0x08e2, 0x08e2},   Range{0x115f, 0x1160},
    Range{0x1680, 0x1680},   Range{0x180e, 0x180e},   Range{0x2000, 0x200f},
    Range{0x2028, 0x202f},   Range{0x205f, 0x206f},   Range{0x2800, 0x2800},
    Range{0x3000, 0x3000},   Range{0x3164, 0x3164},   Range{0xfeff, 0xfeff},
    Range{0xffa0, 0xffa0},   Range{0xfff9, 0xfffb},   Range{0x110bd, 0x110bd},
    Range{0x110cd, 0x110cd}, Range{0x13430, 0x1343f}, Range{0x1bca0, 0x1bca3},
    Range{0x1d173, 0x1d17a}, Range{0xe0001, 0xe0001}, Range{0xe0020, 0xe007f},
};

}  // namespace

bool is_invisible(char32_t code_point) {
  const auto after = std::ranges::upper_bound(kInvisible, code_point, {}, &Range::first);
  return after != kInvisible.begin() && code_point <= std::prev(after)->last;
}

}  // namespace wgmesh
