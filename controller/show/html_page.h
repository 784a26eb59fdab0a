// The style and the script of `mesh graph`'s page. Knows no mesh.
#pragma once

#include <string_view>

namespace wgmesh {

inline constexpr std::string_view kPageStyle = R"(
:root{color-scheme:light dark}
body{margin:0 auto;max-width:78rem;padding:1rem;font:15px/1.5 system-ui,sans-serif;background:#ffffff;color:#1b2027}
svg{display:block;max-width:100%;height:auto;margin:0 auto}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:1rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .7rem;border-bottom:1px solid #d0d7de}
th{font-weight:600;color:#57606a}
td:last-child,td.tree{white-space:nowrap}
td.name{font-family:ui-monospace,"DejaVu Sans Mono",monospace;white-space:nowrap}
tbody tr,.g-node{cursor:pointer}
tr.near{background:#eef4fb}
tr.chosen{background:#d7e7f8}
tr.unreachable td.state{color:#c8202f}
.hint{color:#57606a}
.g-node:focus{outline:none}
.g-node:focus .g-disc{stroke:#b26a00;stroke-width:3px}
.g-edge,.g-node{transition:opacity .12s}
svg.chosen .g-edge,svg.chosen .g-node{opacity:.1}
svg.chosen .near{opacity:1}
svg.chosen .near .g-link{stroke-opacity:1}
svg.chosen .near .g-standby{stroke-width:1.6px}
@media (prefers-color-scheme:dark){
body{background:#14181d;color:#e6eaef}
th,td{border-color:#2b333c}
th,.hint{color:#9aa4af}
tr.near{background:#1c2530}
tr.chosen{background:#23364b}
tr.unreachable td.state{color:#ff7369}
.g-node:focus .g-disc{stroke:#dca03a}
}
@media (prefers-reduced-motion:reduce){.g-edge,.g-node{transition:none}}
)";

inline constexpr std::string_view kPageScript = R"(
(() => {
  const svg = document.querySelector('svg');
  const edges = [...svg.querySelectorAll('.g-edge')];
  const nodes = [...svg.querySelectorAll('.g-node')];
  const rows = [...document.querySelectorAll('tbody tr')];
  const all = [...edges, ...nodes, ...rows];
  let pinned = null;
  const show = (chosen) => {
    for (const each of [svg, ...all]) { each.classList.remove('near', 'chosen'); }
    if (chosen === null) { return; }
    svg.classList.add('chosen');
    const near = new Set([chosen]);
    for (const edge of edges) {
      const { a, b } = edge.dataset;
      if (a !== chosen && b !== chosen) { continue; }
      edge.classList.add('near');
      near.add(a).add(b);
    }
    for (const each of [...nodes, ...rows]) {
      if (near.has(each.dataset.node)) { each.classList.add('near'); }
      if (each.dataset.node === chosen) { each.classList.add('chosen'); }
    }
  };
  const pin = (chosen) => {
    pinned = pinned === chosen ? null : chosen;
    show(pinned);
  };
  for (const each of [...nodes, ...rows]) {
    const own = each.dataset.node;
    each.tabIndex = 0;
    each.addEventListener('mouseenter', () => show(own));
    each.addEventListener('mouseleave', () => show(pinned));
    each.addEventListener('focus', () => show(own));
    each.addEventListener('blur', () => show(pinned));
    each.addEventListener('click', (event) => { event.stopPropagation(); pin(own); });
    each.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') { pin(own); }
    });
  }
  document.addEventListener('click', () => { pinned = null; show(null); });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { pinned = null; show(null); }
  });
})();
)";

}  // namespace wgmesh
