// Cuts through the chosen point along both axes: all branches with errors, critical lines as ticks, a linked cursor.
"use strict";

explore.cutField = (state) => explore.here(state.quantity, state).field || explore.fields.get("lyapunov_max") || explore.bestFields()[0];

// The grid of a cut, and the flat places of its points along axis k through the chosen point.
explore.cutPlaces = (field, k, state) => {
  const grid = field.fine ? explore.fine : explore.coarse;
  const through = explore.placesOn(grid, state);
  const leads = grid.axes[k].values.map((_, n) => explore.flat(through.map((place, m) => (m === k ? n : place)), explore.shapeOf(grid)));
  return { grid, axis: grid.axes[k], leads };
};

// The branches of a field that are present at any of these places, each as {label, own, colour}.
explore.series = (field, leads, own) => {
  const labels = field.branching ? explore.labels(field.branching) : [""];
  return labels.map((label, k) => ({
    label,
    own: field.branching ? { ...own, [field.branching]: k } : own,
    colour: explore.branchColour(label, k),
  })).filter((one) => leads.some((lead) => explore.entry(field, lead, one.own).status !== 3));
};

explore.PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#777777"];
explore.branchColour = (label, k) => {
  const known = explore.document.branches[label];
  return known ? known.colour : explore.PALETTE[k % explore.PALETTE.length];
};

// Where a critical line crosses the cut along axis k through the point.
explore.crossings = (line, k, coordinates, state) => {
  const found = [];
  for (const piece of explore.piecesOf(line, state)) {
    if (explore.axes.length === 1) { found.push(...piece.map((vertex) => vertex[0])); continue; }
    const [level, other] = [coordinates[1 - k], 1 - k];
    for (let n = 1; n < piece.length; n += 1) {
      const [a, b] = [piece[n - 1], piece[n]];
      if ((a[other] - level) * (b[other] - level) <= 0 && a[other] !== b[other]) {
        found.push(a[k] + ((b[k] - a[k]) * (level - a[other])) / (b[other] - a[other]));
      }
    }
  }
  return [...new Set(found)].sort((a, b) => a - b);
};

explore.cutTraces = (field, leads, axis, own) => explore.series(field, leads, own).flatMap((one) => {
  const entries = leads.map((lead) => explore.entry(field, lead, one.own));
  const name = one.label ? explore.plain(String(one.label)) : "";
  const base = { type: "scatter", x: axis.places, name, hovertext: entries.map((e) => `${name} ${explore.sentence(e)}`), hoverinfo: "x+text" };
  const show = (test) => entries.map((entry) => (test(entry) && Number.isFinite(entry.value) ? entry.value : null));
  const good = {
    ...base, y: show(explore.isGood), mode: axis.values.length > 60 ? "lines" : "lines+markers", line: { color: one.colour, width: 1.8 },
    marker: { size: 4 }, error_y: explore.errorBars(entries, one.colour),
  };
  const rest = (test, symbol) => ({
    ...base, y: show(test), mode: "markers", marker: { symbol, size: 6, color: one.colour },
  });
  const others = [
    rest((e) => explore.statusOf(e).bound === "≥", "triangle-up-open"),
    rest((e) => explore.statusOf(e).bound === "≤", "triangle-down-open"),
    rest((e) => explore.statusOf(e).name === "not_converged", "x-thin-open"),
  ].filter((trace) => trace.y.some((value) => value !== null));
  return [good, ...others];
});

explore.errorBars = (entries, color) => ({
  type: "data", visible: true, thickness: 1, width: 0, color,
  array: entries.map((entry) => (explore.isGood(entry) && Number.isFinite(entry.error) ? entry.error : 0)),
});

explore.upright = (x, color, more = {}) => ({
  type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line: { color, width: 1.4, ...more },
});

explore.lineTicks = (k, state) => explore.document.lines
  .filter((line) => !state.hidden.includes(line.name))
  .flatMap((line) => explore.crossings(line, k, explore.coordinates(state), state).map((at) => [line, at]));

explore.drawCut = (id, k, state) => {
  const field = explore.cutField(state);
  const { axis, leads } = explore.cutPlaces(field, k, state);
  const ticks = explore.lineTicks(k, state);
  const named = ticks.map(([line, at]) => ({
    type: "scatter", mode: "markers", x: [at], y: [0.04], yaxis: "y2", hovertext: `${line.words}: ${explore.digits(at, 6)}`, hoverinfo: "text",
    marker: { symbol: "triangle-up", size: 8, color: explore.lineColour(line) },
  }));
  const layout = explore.baseLayout({
    xaxis: explore.axisLayout(axis, { title: { text: id === "map" ? explore.axisTitle(axis) : axis.symbol, standoff: 4 } }),
    yaxis: { title: { text: id === "map" ? explore.axisTitle(field) : field.symbol, standoff: 4 }, gridcolor: explore.css("--edge"),
      zerolinecolor: explore.css("--faint"), type: state.scale === "log" ? "log" : "linear" },
    yaxis2: { overlaying: "y", range: [0, 1], visible: false, fixedrange: true },
    shapes: [
      ...ticks.map(([line, at]) => explore.upright(at, explore.lineColour(line), { dash: "dash" })),
      explore.upright(explore.drawnAt(axis, explore.coordinates(state)[k]), explore.css("--ink"), { width: 2 }),
    ],
    showlegend: id === "map", legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, font: { size: 10.5 } },
    margin: { l: 52, r: 8, t: id === "map" ? 20 : 8, b: 34 },
  });
  const traces = [...explore.cutTraces(field, leads, axis, state.own), ...named.map((trace) => ({ ...trace, showlegend: false }))];
  const box = document.getElementById(id);
  Plotly.react(box, explore.oneLegendEach(traces), layout, { ...explore.plotConfig, displayModeBar: false });
  box.setAttribute("aria-label", `Cut along ${axis.name}: ${field.description || field.name}, every branch. The table holds the numbers.`);
  explore.listenToCut(box, k);
};

explore.oneLegendEach = (traces) => {
  const seen = new Set();
  return traces.map((trace) => {
    const first = trace.name && !seen.has(trace.name);
    seen.add(trace.name);
    return { ...trace, showlegend: Boolean(first) };
  });
};

explore.listenToCut = (box, k) => {
  if (box.dataset.listens) return;
  box.dataset.listens = "yes";
  box.on("plotly_click", ({ points: [point] }) => {
    const { grid, axis } = explore.cutPlaces(explore.cutField(explore.state), k, explore.state);
    explore.goAlong(grid, [[k, explore.nearest(axis.places, point.x)]]);
  });
};

// One legend for both cuts, above them: the branches that either of them shows.
explore.nameBranches = (state) => {
  const field = explore.cutField(state);
  const leads = [0, 1].flatMap((k) => explore.cutPlaces(field, k, state).leads);
  const shown = explore.series(field, leads, state.own).filter((one) => one.label !== "");
  explore.fill("branches", ...shown.map((one) => explore.el("span", {},
    explore.el("span", { class: "dash", style: `color: ${one.colour}` }), explore.plain(String(one.label)))));
};

explore.drawCuts = (state) => {
  if (!explore.cutField(state) || !explore.axes.length) return;
  if (explore.axes.length === 1) return explore.axes[0].values.length > 1 && explore.drawCut("map", 0, state);
  explore.nameBranches(state);
  explore.drawCut("cut-0", 0, state);
  return explore.drawCut("cut-1", 1, state);
};
