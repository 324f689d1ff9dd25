// The layers of the map: numbers, statuses, bounds, borders of phases, critical lines.
"use strict";

explore.colourTraces = (state) => {
  const { axes: [x, y], field, phase, columns, over } = explore.plane(state);
  const statuses = over((lead) => (field ? explore.mapped(field, lead, state).status : phase.status[lead]));
  const drawn = (lead) => {
    const entry = explore.mapped(field, lead, state);
    return explore.isGood(entry) || explore.isBound(entry) ? entry.value : NaN;
  };
  const scale = field
    ? explore.coloured(over(drawn).flat(), field, explore.scaleOf(field, state))
    : explore.phaseColours(over((lead) => phase.codes[lead]).flat());
  explore.drawnScale = scale;
  const rows = (flat) => over((_, i, j) => (Number.isFinite(flat[j * columns + i]) ? flat[j * columns + i] : null));
  const base = { type: "heatmap", x: x.edges, y: y.edges };
  return [
    { ...base, ...scale, z: rows(scale.z), hoverinfo: "skip", colorbar: explore.colourBar(field, scale) },
    explore.statusTrace(state, base, statuses),
    ...(field ? explore.boundTraces(field, state) : []),
  ];
};

explore.colourBar = (field, scale) => ({
  title: { text: field ? explore.barTitle(field) : "phase", side: "right", font: { size: 11.5 } },
  thickness: 13, outlinewidth: 0.6, len: 1, xpad: 4,
  ...(scale.tickvals ? { tickvals: scale.tickvals, ticktext: scale.ticktext } : {}),
});

// A low map has no room for words beside it: the axis of the cuts and the table say them.
explore.barTitle = (field) => (document.getElementById("map").clientHeight < 380 ? explore.axisTitle({ ...field, description: "" }) : explore.axisTitle(field));

explore.statusColour = (name) => ({
  absent: "--absent", failed: "--failed", not_converged: "--open", out_of_time: "--failed", not_sought: "--absent",
  pending: "--pending", diverges: "--diverges",
})[name];

// Every cell has a status, so that a cell without a number can be pointed at as well.
explore.statusTrace = (state, base, statuses) => {
  const { over } = explore.plane(state);
  const colorscale = [...Array(11).keys()].flatMap((code) => {
    const name = explore.statusColour(explore.document.statuses[code].name);
    const colour = name ? explore.css(name) : "rgba(0,0,0,0)";
    return [[code / 11, colour], [(code + 1) / 11, colour]];
  });
  return {
    ...base, z: statuses, zmin: -0.5, zmax: 10.5, colorscale, showscale: false,
    text: over((lead, i, j) => explore.hoverText(state, lead, i, j)), hoverinfo: "text",
  };
};

explore.hoverText = (state, lead, i, j) => {
  const { axes: [x, y], field, phase } = explore.plane(state);
  const parts = [`${x.symbol} = ${explore.digits(x.values[i])}, ${y.symbol} = ${explore.digits(y.values[j])}`];
  if (field) parts.push(`${field.symbol}: ${explore.sentence(explore.mapped(field, lead, state))}`);
  if (phase) parts.push(explore.document.phases[phase.codes[lead]].name);
  return parts.join("<br>");
};

// Hatching of the cells whose colour is a bound or filled in: small slanted strokes.
explore.boundTraces = (field, state) => {
  const { axes: [x, y], over } = explore.plane(state);
  const found = over((lead, i, j) => [lead, i, j]).flat()
    .filter(([lead]) => explore.isBound(explore.mapped(field, lead, state)));
  if (!found.length) return [];
  return [{
    type: "scatter", mode: "markers", hoverinfo: "skip", x: found.map(([, i]) => x.places[i]), y: found.map(([, , j]) => y.places[j]),
    marker: { symbol: "line-ne", size: 7, line: { width: 1, color: explore.css("--faint") } },
  }];
};

explore.borderTrace = (state) => {
  const { axes: [x, y], phase, columns, rows, over } = explore.plane(state);
  const codes = over((lead) => phase.codes[lead]).flat();
  return {
    type: "scatter", mode: "lines", hoverinfo: "skip", line: { width: 1, color: explore.css("--faint"), dash: "dot" },
    ...explore.borders(codes, columns, rows, x.edges, y.edges),
  };
};

explore.isRegion = (line) => line.level !== null;

explore.lineColour = (line) => {
  if (explore.isRegion(line)) return explore.css("--region");
  return line.colour === "#000000" ? explore.css("--ink") : line.colour;
};

// A region is dotted, so that the colours of the map keep their meaning; it stands under the lines and takes no clicks.
explore.regionTrace = (line, state) => {
  const along = (k) => explore.piecesOf(line, state).flatMap((piece) => [...piece.map((vertex) => vertex[k]), null]);
  const colour = explore.lineColour(line);
  return {
    type: "scatter", mode: "lines", x: along(0), y: along(1), name: line.words, hoverinfo: "skip", fill: "toself",
    fillcolor: "rgba(0,0,0,0)", fillpattern: { shape: ".", size: 7, solidity: 0.2, fgcolor: colour },
    line: { color: colour, width: 1.2 },
  };
};

explore.lineTrace = (line, state) => {
  const pieces = explore.piecesOf(line, state);
  const points = pieces.length && pieces.every((piece) => piece.length === 1);
  const along = (k) => pieces.flatMap((piece) => [...piece.map((vertex) => vertex[k]), null]);
  return {
    type: "scatter", mode: points ? "markers" : "lines", x: along(0), y: along(1), name: line.words,
    line: { color: explore.lineColour(line), width: 2.2 },
    marker: { symbol: "star", size: 11, color: explore.lineColour(line) },
    hovertemplate: `<b>${explore.escape(line.words)}</b><br>${explore.escape(line.condition)}<br>(%{x:.6g}, %{y:.6g})<extra></extra>`,
  };
};

// Lines are seen on every colour of the map, in light and in dark.
explore.casingTrace = (line, state) => {
  const along = (k) => explore.piecesOf(line, state).flatMap((piece) => [...(piece.length > 1 ? piece.map((vertex) => vertex[k]) : []), null]);
  return { type: "scatter", mode: "lines", hoverinfo: "skip", x: along(0), y: along(1), opacity: 0.7, line: { color: explore.css("--paper"), width: 4.6 } };
};

// What the greys and hatches mean: those that are on the map, and no others.
explore.drawLegend = (state) => {
  const { field, over } = explore.plane(state);
  const present = field ? new Set(over((lead) => explore.mapped(field, lead, state).status).flat()) : new Set();
  const items = [...present].sort((a, b) => a - b).filter((code) => code !== 1).map((code) => {
    const { name, word, meaning, bound } = explore.document.statuses[code];
    const colour = explore.statusColour(name);
    const swatch = explore.el("span", { class: "swatch", style: colour ? `background: var(${colour})` : "" }, bound ? "╱" : "");
    return explore.el("span", { title: meaning }, swatch, word);
  });
  const regions = explore.document.lines.filter((line) => explore.isRegion(line) && !state.hidden.includes(line.name))
    .map((line) => explore.el("span", { title: line.condition }, explore.el("span", { class: "swatch", style: `color: ${explore.lineColour(line)}` }, "∷"), line.words));
  const networks = state.checks && explore.checks ? [explore.el("span", {}, "◯ networks (click one)")] : [];
  explore.fill("legend", ...items, ...regions, ...networks);
};
