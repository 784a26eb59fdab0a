// The styles of `mesh graph`'s SVG, light and dark. Knows no mesh.
#pragma once

#include <cstddef>
#include <string_view>

namespace wgmesh {

inline constexpr std::size_t kSiteColors = 6;  // classes site-0 …

// All classes begin with g-, because the SVG may stand in a page with styles of its own. No
// variables: not every program that draws SVG knows them.
inline constexpr std::string_view kSvgStyle = R"(
.g-back{fill:#ffffff}
.g-title{font:600 18px system-ui,sans-serif;fill:#1b2027}
.g-fact,.g-key{font:12px system-ui,sans-serif;fill:#57606a}
.g-label{font:13px ui-monospace,"DejaVu Sans Mono",monospace;fill:#1b2027}
.g-time{font:10px ui-monospace,"DejaVu Sans Mono",monospace;fill:#1b2027}
.g-link{fill:none;stroke:#8b949e;stroke-width:1.2px}
.g-hit{fill:none;stroke:#000;stroke-opacity:0;stroke-width:9px}
.g-tree{stroke:#0b63c5;stroke-width:3px}
.g-split-horizon{stroke:#1a7f37;stroke-width:1.6px}
.g-standby{stroke:#8b949e;stroke-dasharray:6 4}
.g-settling{stroke:#b26a00;stroke-width:2px;stroke-dasharray:8 3}
.g-no-handshake,.g-silent{stroke:#c8202f;stroke-width:2px;stroke-dasharray:2 4}
.g-silent{stroke-dasharray:9 3 2 3}
.g-end-down{stroke-dasharray:1 5}
.g-many .g-standby{stroke-width:.8px;stroke-opacity:.45;stroke-dasharray:none}
.g-many .g-unknown,.g-many .g-end-down{stroke-width:.8px;stroke-opacity:.7}
.g-many .g-split-horizon{stroke-width:1px;stroke-opacity:.5}
.g-disc{fill:#ffffff;stroke:#8b949e;stroke-width:2px}
.g-up .g-disc{fill:#0b63c5;stroke:#0b63c5}
.g-unasked .g-disc{fill:#d0d7de}
.g-down .g-disc{stroke-dasharray:4 3}
.g-unreachable .g-disc{stroke:#c8202f;stroke-dasharray:2 3}
.g-root{fill:none;stroke:#0b63c5;stroke-width:2px}
.g-site{fill:none;stroke-linecap:round;stroke-opacity:.22}
.g-site-0{stroke:#0b63c5}
.g-site-1{stroke:#b26a00}
.g-site-2{stroke:#1a7f37}
.g-site-3{stroke:#8250df}
.g-site-4{stroke:#c8202f}
.g-site-5{stroke:#0d8a94}
@media (prefers-color-scheme:dark){
.g-back{fill:#14181d}
.g-title,.g-label,.g-time{fill:#e6eaef}
.g-fact,.g-key{fill:#9aa4af}
.g-link,.g-standby{stroke:#6b7683}
.g-tree{stroke:#5aa7ff}
.g-split-horizon{stroke:#46b85a}
.g-settling{stroke:#dca03a}
.g-no-handshake,.g-silent{stroke:#ff7369}
.g-disc{fill:#14181d;stroke:#6b7683}
.g-up .g-disc{fill:#5aa7ff;stroke:#5aa7ff}
.g-unasked .g-disc{fill:#3a424c}
.g-unreachable .g-disc{stroke:#ff7369}
.g-root{stroke:#5aa7ff}
.g-site{stroke-opacity:.3}
.g-site-0{stroke:#5aa7ff}
.g-site-1{stroke:#dca03a}
.g-site-2{stroke:#46b85a}
.g-site-3{stroke:#b392f0}
.g-site-4{stroke:#ff7369}
.g-site-5{stroke:#4cc5cf}
}
)";

}  // namespace wgmesh
