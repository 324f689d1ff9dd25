// The map: numbers as colours, statuses in a layer of their own, phases, critical lines, networks, the chosen point.
"use strict";

explore.plane = (state) => {
  const grid = explore.gridOf(state.quantity);
  const [columns, rows] = explore.shapeOf(grid);
  const lead = (i, j) => explore.flat([i, j, ...state.at.slice(2)], explore.shapeOf(grid));
  const over = (f) => Array.from({ length: rows }, (_, j) => Array.from({ length: columns }, (__, i) => f(lead(i, j), i, j)));
  return { grid, axes: grid.axes, field: grid.fields.get(state.quantity), phase: grid.phase, columns, rows, lead, over };
};

explore.drawnAt = (axis, value) => (Number.isFinite(value) ? value : axis.places[axis.values.indexOf(value)]);

explore.sectionKey = (state) => state.at.slice(2).join(",");

explore.piecesOf = (line, state) => line.pieces[explore.sectionKey(state)] || [];

explore.shownLines = (state, regions) => explore.document.lines
  .filter((line) => explore.isRegion(line) === regions && !state.hidden.includes(line.name));

explore.mapTraces = (state) => [
  ...explore.colourTraces(state),
  ...(state.phases && explore.phase && state.quantity !== "phase" ? [explore.borderTrace(state)] : []),
  ...explore.shownLines(state, true).map((line) => explore.regionTrace(line, state)),
  ...explore.shownLines(state, false).flatMap((line) => [explore.casingTrace(line, state), explore.lineTrace(line, state)]),
  ...(state.checks && explore.checks ? explore.checkTraces(state) : []),
  explore.markerTrace(state),
];

explore.markerTrace = (state) => {
  const at = explore.coordinates(state);
  return {
    type: "scatter", mode: "markers", hoverinfo: "skip",
    x: [explore.drawnAt(explore.axes[0], at[0])], y: [explore.drawnAt(explore.axes[1], at[1])],
    marker: { symbol: "cross", size: 14, color: "#1a1a1a", line: { width: 1.6, color: "#ffffff" } },
  };
};

explore.drawMap = (state) => {
  const box = document.getElementById("map");
  if (explore.axes.length < 2) return;
  const key = JSON.stringify({ ...state, at: state.at.slice(2), place: null, check: null }) + explore.css("--paper");
  if (box.dataset.key === key) {
    const { x, y } = explore.markerTrace(state);
    Plotly.restyle(box, { x: [x], y: [y] }, [box.data.length - 1]);
  } else {
    box.dataset.key = key;
    const layout = explore.baseLayout({
      xaxis: explore.axisLayout(explore.axes[0], { range: explore.range2(explore.axes[0]), showgrid: false }),
      yaxis: explore.axisLayout(explore.axes[1], { range: explore.range2(explore.axes[1]), showgrid: false }),
      annotations: explore.annotations(state), uirevision: "map",
    });
    Plotly.react(box, explore.mapTraces(state), layout, explore.plotConfig);
    explore.listen(box);
    explore.drawLegend(state);
  }
  box.setAttribute("aria-label", explore.mapWords(state));
};

explore.listen = (box) => {
  if (box.dataset.listens) return;
  box.dataset.listens = "yes";
  box.on("plotly_click", ({ points }) => {
    const [point] = points;
    if (point.customdata && point.customdata[0] === "check") return explore.goToCheck(point.customdata[1]);
    const grid = explore.gridOf(explore.state.quantity);
    return explore.goAlong(grid, [point.x, point.y].map((place, k) => [k, explore.nearest(grid.axes[k].places, place)]));
  });
};

explore.mapWords = (state) => {
  const field = explore.fields.get(state.quantity);
  const over = explore.axes.slice(0, 2).map((axis) => `${axis.name} from ${explore.digits(axis.values[0])} to ${explore.digits(axis.values.at(-1))}`);
  const lines = explore.document.lines.filter((line) => !explore.isRegion(line)).map((line) => line.words);
  const regions = explore.document.lines.filter(explore.isRegion).map((line) => `Dotted: ${line.words}. `);
  return `Map of ${field ? field.description || field.name : "the phase"} over ${over.join(" and ")}. `
    + `${lines.length ? `Critical lines: ${lines.join(", ")}. ` : ""}${regions.join("")}The table beside it holds every number at the chosen point.`;
};
