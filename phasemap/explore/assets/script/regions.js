// Phases in the plane of the map: the borders between them, and a place for the name of each.
"use strict";

// Steps between cells of different phase, as one broken line. codes: rows along y.
explore.borders = (codes, columns, rows, xEdges, yEdges) => {
  const [x, y] = [[], []];
  const add = (x0, y0, x1, y1) => { x.push(x0, x1, null); y.push(y0, y1, null); };
  for (let j = 0; j < rows; j += 1) {
    for (let i = 0; i < columns; i += 1) {
      const here = codes[j * columns + i];
      if (i + 1 < columns && codes[j * columns + i + 1] !== here) add(xEdges[i + 1], yEdges[j], xEdges[i + 1], yEdges[j + 1]);
      if (j + 1 < rows && codes[(j + 1) * columns + i] !== here) add(xEdges[i], yEdges[j + 1], xEdges[i + 1], yEdges[j + 1]);
    }
  }
  return { x, y };
};

// How many steps a cell is away from another phase or the edge of the map.
explore.depths = (codes, columns, rows) => {
  const depth = new Int16Array(codes.length).fill(-1);
  let front = [];
  const same = (at, i, j) => i >= 0 && j >= 0 && i < columns && j < rows && codes[j * columns + i] === codes[at];
  const around = (i, j) => [[i - 1, j], [i + 1, j], [i, j - 1], [i, j + 1]];
  codes.forEach((_, at) => {
    const [i, j] = [at % columns, Math.floor(at / columns)];
    if (!around(i, j).every(([a, b]) => same(at, a, b))) { depth[at] = 0; front.push(at); }
  });
  while (front.length) {
    const next = [];
    for (const at of front) {
      for (const [i, j] of around(at % columns, Math.floor(at / columns))) {
        if (same(at, i, j) && depth[j * columns + i] < 0) {
          depth[j * columns + i] = depth[at] + 1;
          next.push(j * columns + i);
        }
      }
    }
    front = next;
  }
  return depth;
};

// [{code, i, j}]: for every phase that is wide enough for its name, its innermost cell.
explore.namePlaces = (codes, columns, rows) => {
  const depth = explore.depths(codes, columns, rows);
  const best = new Map();
  codes.forEach((code, at) => {
    if (code && (!best.has(code) || depth[at] > depth[best.get(code)])) best.set(code, at);
  });
  const wide = Math.max(1, 0.03 * Math.min(columns, rows));
  return [...best].filter(([, at]) => depth[at] >= wide)
    .map(([code, at]) => ({ code, i: at % columns, j: Math.floor(at / columns) }));
};

// Names on the map: of the phases where there is room for them, of the lines beside them.
explore.note = (text, x, y, more = {}) => {
  const [across, up] = explore.axes;
  const place = (axis, value) => (axis.log ? Math.log10(value) : value);
  return {
    text, x: place(across, x), y: place(up, y), showarrow: false, borderpad: 1, bgcolor: "rgba(255,255,255,0.72)",
    font: { size: 11, color: "#1a1a1a" }, ...more,
  };
};

explore.annotations = (state) => {
  const phases = explore.phaseNames(state);
  const taken = [...phases.map(explore.boxOf), ...explore.circleBoxes(state)];
  return [...phases, ...explore.lineNames(state, taken)];
};

explore.phaseNames = (state) => {
  if (!state.phases || !explore.phase) return [];
  const { axes: [x, y], phase, columns, rows, over } = explore.plane(state);
  return explore.namePlaces(over((lead) => phase.codes[lead]).flat(), columns, rows)
    .map(({ code, i, j }) => explore.note(`<b>${explore.document.phases[code].name}</b>`, x.places[i], y.places[j]));
};

// Boxes of names in pixels of the map, so that none covers another, nor a circle with its number.
explore.boxOf = ({ text, x, y, xanchor = "center", xshift = 0, yshift = 0 }) => {
  const box = document.getElementById("map");
  const [wide, high] = [Math.max(box.clientWidth - 150, 200), Math.max(box.clientHeight - 60, 150)];
  const part = (axis, value) => { const [low, up] = explore.range2(axis); return (value - low) / (up - low); };
  const width = 6.4 * text.replace(/<[^>]*>/g, "").length + 6;
  const left = part(explore.axes[0], x) * wide + xshift - { left: 0, center: 0.5, right: 1 }[xanchor] * width;
  const middle = (1 - part(explore.axes[1], y)) * high - yshift;
  return [left, middle - 9, left + width, middle + 9];
};

explore.overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

explore.circleBoxes = (state) => {
  const { checks } = explore;
  if (!state.checks || !checks) return [];
  const place = (k) => explore.axes.slice(0, 2).map((axis) => (axis.log ? Math.log10(checks.parameters[axis.name][k]) : checks.parameters[axis.name][k]));
  return explore.checksInSection(state).map((k) => { const [x, y] = place(k); return explore.boxOf({ text: "0.000 ± 0.00", x, y, yshift: 8 }); });
};

// Each line is named beside it, at the first height and side where there is room.
explore.lineNames = (state, taken) => explore.document.lines.filter((line) => !state.hidden.includes(line.name)).flatMap((line) => {
  const candidates = explore.nameCandidates(line, state);
  if (!candidates.length) return [];
  const free = candidates.find((one) => !taken.some((box) => explore.overlap(box, explore.boxOf(one)))) || candidates[0];
  taken.push(explore.boxOf(free));
  return [free];
});

explore.nameCandidates = (line, state) => {
  const vertices = explore.piecesOf(line, state).flat();
  const [x, y] = explore.axes;
  const special = explore.piecesOf(line, state).every((piece) => piece.length === 1);
  const heights = [...Array(12).keys()].map((k) => y.edges[0] + (0.93 - 0.075 * k) * (y.edges.at(-1) - y.edges[0]));
  const places = heights.map((height) => vertices[explore.nearest(vertices.map((vertex) => vertex[1]), height)]);
  return (vertices.length ? places : []).flatMap(([across, up]) => {
    const sides = across > 0.5 * (x.edges[0] + x.edges.at(-1)) ? ["right", "left"] : ["left", "right"];
    const shifts = special ? [0, 12, -12, 24, -24] : [0];
    return sides.flatMap((xanchor) => shifts.map((yshift) => explore.note(explore.escape(line.words), across, up, {
      font: { size: 10, color: line.colour }, xanchor, xshift: xanchor === "right" ? -5 : 5, yshift,
    })));
  });
};
