// Put behind a page of `mesh graph`: what a person would see of it becomes JSON in <body data-seen>.
(() => {
  const text = (row, name) => row.querySelector(`td.${name}`)?.textContent ?? null;
  const exact = (row, name) => {
    const title = row.querySelector(`td.${name}`)?.title;
    return title ? parseInt(title, 10) : null;
  };
  const rows = [...document.querySelectorAll('tbody tr')];
  const table = rows.map((row) => ({
    name: text(row, 'name'), state: text(row, 'state'), addresses: text(row, 'addresses'), peers: text(row, 'peers'),
    handshake: exact(row, 'handshake'), tree: text(row, 'tree'), rx: exact(row, 'rx'), tx: exact(row, 'tx'),
  }));

  // What is marked for a node must be its own links, and the nodes at their ends.
  const edges = [...document.querySelectorAll('.g-edge')];
  const nodes = [...document.querySelectorAll('.g-node')];
  const wrongly = () => {
    const chosen = document.querySelector('tr.chosen')?.dataset.node;
    const ends = new Set([chosen]);
    let wrong = chosen === undefined ? 1 : 0;
    for (const edge of edges) {
      const own = [edge.dataset.a, edge.dataset.b].includes(chosen);
      if (own) { ends.add(edge.dataset.a).add(edge.dataset.b); }
      wrong += edge.classList.contains('near') === own ? 0 : 1;
    }
    for (const each of [...nodes, ...rows]) {
      wrong += each.classList.contains('near') === ends.has(each.dataset.node) ? 0 : 1;
    }
    return wrong;
  };
  const marked = () => document.querySelectorAll('.near, .chosen').length;
  const act = (each, kind) => each.dispatchEvent(new MouseEvent(kind, { bubbles: kind === 'click' }));
  const links = { edges: edges.length, wrong: 0, left: 0 };
  for (const each of [...nodes, ...rows]) {
    act(each, 'mouseenter');
    links.wrong += wrongly();
    act(each, 'mouseleave');
    links.left += marked();
  }
  act(nodes[0], 'click');
  act(nodes[0], 'mouseleave');
  links.wrong += wrongly();
  links.wrong += document.querySelector('tr.chosen').dataset.node === nodes[0].dataset.node ? 0 : 1;
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
  links.left += marked();

  // A label is a rectangle that may be turned. Two are apart if a line along an edge of either has them on two sides.
  const corners = (label) => {
    const { x, y, width, height } = label.getBBox();
    const place = label.getCTM();
    return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
      .map(([cx, cy]) => new DOMPoint(cx, cy).matrixTransform(place));
  };
  const isParted = (one, other) => [0, 1].some((i) => {
    const dx = one[i + 1].x - one[i].x, dy = one[i + 1].y - one[i].y;
    const along = (points) => points.map((point) => point.x * dx + point.y * dy);
    const [a, b] = [along(one), along(other)];
    return Math.max(...a) <= Math.min(...b) || Math.max(...b) <= Math.min(...a);
  });
  const labels = [...document.querySelectorAll('.g-label, .g-time')].map((label) => [label.textContent, corners(label)]);
  const overlaps = labels.flatMap(([name, one], i) => labels.slice(i + 1)
    .filter(([, other]) => !isParted(one, other) && !isParted(other, one))
    .map(([second]) => `${name} / ${second}`));

  const background = getComputedStyle(document.body).backgroundColor;
  document.body.dataset.seen = JSON.stringify({ table, links, labels: labels.length, overlaps, background });
})();
