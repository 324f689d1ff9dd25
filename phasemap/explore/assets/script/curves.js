// Quantities that are functions at a point: correlation functions, spectra, gradients against lag, traces of networks.
"use strict";

// [{field, lead, words}]: what is stored at the point, and at the check point if one is chosen.
explore.functionsHere = (state) => {
  const grid = [...explore.fields.values()].map((field) => ({ field, lead: explore.lead(state), words: "" }));
  const k = explore.checks ? state.check ?? explore.checkHere(state) : null;
  const checks = k === null ? [] : [...explore.checks.fields.values()].map((field) => ({ field, lead: k, words: "at the check point" }));
  return [...grid, ...checks].filter(({ field }) => field.along.length);
};

// The numeric dimension along which a function runs; all its other dimensions become lines.
explore.abscissa = (field) => field.along.findLast((dim) => explore.labels(dim).every((label) => typeof label === "number"))
  || field.along.at(-1);

explore.MOST_LINES = 12;

explore.labelsOf = (field) => field.own.flatMap((dim) => explore.labels(dim));

explore.linesOf = (field, x) => {
  let lines = [{ own: {}, words: [] }];
  for (const dim of field.own.filter((one) => one !== x)) {
    const labels = explore.labels(dim);
    const name = (label, k) => (typeof label === "number" ? `${explore.plain(dim.replace("network_", ""))} ${explore.digits(label, 4)}` : explore.plain(label))
      || `${k}`;
    lines = lines.flatMap((line) => labels.map((label, k) => ({ own: { ...line.own, [dim]: k }, words: [...line.words, name(label, k)], label })));
  }
  return lines;
};

// The lines of a panel may say what they are: "Σ = 0 | mark" is an upright, "… | level" a level, "… | networks" dots.
explore.KINDS = /^(.*) \| (mark|level|networks)$/;

explore.guides = (traces) => traces.flatMap((trace) => {
  const [, words, kind] = explore.KINDS.exec(trace.name) || [];
  const value = trace.y.find((one) => one !== null);
  const line = { color: trace.line.color, width: 1.3, dash: "dash" };
  const label = { text: explore.escape(words || ""), font: { size: 9.5 }, textposition: "start" };
  if (kind === "mark") return [{ type: "line", xref: "x", yref: "paper", x0: value, x1: value, y0: 0, y1: 1, line, label }];
  return kind === "level" ? [{ type: "line", xref: "paper", yref: "y", x0: 0, x1: 1, y0: value, y1: value, line, label }] : [];
});

explore.withoutGuides = (traces) => traces.filter((trace) => !/ \| (mark|level)$/.test(trace.name)).map((trace) => {
  const [, words, kind] = explore.KINDS.exec(trace.name) || [];
  return kind === "networks" ? { ...trace, name: `${words}, networks`, mode: "markers" } : trace;
});

explore.curveTraces = ({ field, lead }, x) => {
  const places = explore.labels(x);
  const colours = explore.PALETTE.filter((colour) => !explore.labelsOf(field).some((label) => explore.branchColour(label, 0) === colour && label in explore.document.branches));
  const colour = (line, k) => (line.label in explore.document.branches ? explore.branchColour(line.label, k) : colours[k % colours.length]);
  const entries = (own) => places.map((_, k) => explore.entry(field, lead, { ...own, [x]: k }));
  return explore.linesOf(field, x).map((line) => ({ ...line, entries: entries(line.own) }))
    .filter((line) => line.entries.some((e) => explore.isGood(e) || explore.isBound(e))).slice(0, explore.MOST_LINES)
    .map((line, k) => ({ line, color: colour(line, k) })).map(({ line, color }) => ({
      type: "scatter", mode: places.length > 40 ? "lines" : "lines+markers", name: line.words.join(", "), x: places,
      y: line.entries.map((e) => ((explore.isGood(e) || explore.isBound(e)) && Number.isFinite(e.value) ? e.value : null)),
      line: { width: 1.5, color }, marker: { size: 4 },
      error_y: { ...explore.errorBars(line.entries, color), visible: places.length <= 80 },
    }));
};

// Lags that grow geometrically are shown on a logarithmic axis.
explore.isGeometric = (places) => {
  const positive = places.filter((place) => place > 0);
  return positive.length > 8 && positive.length >= places.length - 1 && positive.at(-1) > 20 * positive[Math.floor(positive.length / 2)];
};

explore.curveLayout = (field, x, lines) => {
  const about = explore.document.dimensions[x] || {};
  const words = { symbol: about.symbol || explore.plain(x), description: about.description || "", units: about.units === "1" ? "" : about.units };
  return explore.baseLayout({
    xaxis: { title: { text: explore.axisTitle(words), standoff: 4 }, gridcolor: explore.css("--edge"), zeroline: false,
      type: explore.isGeometric(explore.labels(x)) ? "log" : "linear" },
    yaxis: { title: { text: field.symbol, standoff: 4 }, gridcolor: explore.css("--edge"), zerolinecolor: explore.css("--faint") },
    showlegend: lines > 1, legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, font: { size: 10.5 } },
    margin: { l: 52, r: 8, t: 20, b: 34 },
  });
};

explore.drawCurves = (state) => {
  const root = document.getElementById("curves");
  const found = explore.functionsHere(state).map((one) => ({ one, x: explore.abscissa(one.field) }))
    .map(({ one, x }) => ({ one, x, traces: explore.curveTraces(one, x) }));
  const boxes = found.map(({ one, traces }) => {
    const words = `${one.field.description || one.field.name}${one.words ? `, ${one.words}` : ""}`;
    const nothing = traces.length ? null : explore.el("p", { class: "note" }, explore.whyNothing(one));
    const plot = traces.length ? explore.el("div", { class: "plot curve", role: "img", "aria-label": words, "data-quantity": one.field.name }) : null;
    return { part: explore.el("div", {}, explore.el("h2", {}, words), ...[plot, nothing].filter(Boolean)), plot };
  });
  root.querySelectorAll(".plot").forEach((plot) => Plotly.purge(plot));
  root.replaceChildren(...boxes.map(({ part }) => part));
  found.forEach(({ one, x, traces }, k) => {
    if (!boxes[k].plot) return;
    const layout = { ...explore.curveLayout(one.field, x, traces.length), shapes: explore.guides(traces) };
    Plotly.newPlot(boxes[k].plot, explore.withoutGuides(traces), layout, { ...explore.plotConfig, displayModeBar: false });
  });
};

explore.whyNothing = ({ field, lead }) => {
  const each = field.own.reduce((product, _, k) => product * field.shape[field.lead + k], 1);
  const present = new Set(field.status.slice(lead * each, (lead + 1) * each));
  return `No number here: ${[...present].map((code) => explore.document.statuses[code].meaning).join("; ")}.`;
};
