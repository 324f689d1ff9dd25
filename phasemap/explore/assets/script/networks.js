// Simulated networks beside the theory: circles on the map, and a table of their own.
"use strict";

// The networks of the drawn quantity as circles, filled with their own value in the colours of the map.
explore.checkTraces = (state) => {
  const { checks } = explore;
  const twin = checks.fields.get(checks.pairs[state.quantity]);
  const inSection = explore.checksInSection(state);
  const entries = inSection.map((k) => (twin && !twin.along.length ? explore.entry(twin, k, {}) : null));
  const colours = entries.map((entry) => (entry && explore.isGood(entry) ? explore.drawnColour(entry.value) : explore.css("--paper")));
  return [{
    type: "scatter", mode: "markers+text", customdata: inSection.map((k) => ["check", k]),
    x: inSection.map((k) => checks.parameters[explore.axes[0].name][k]),
    y: inSection.map((k) => checks.parameters[explore.axes[1].name][k]),
    marker: { size: 13, color: colours, line: { width: 2, color: "#1a1a1a" } },
    text: entries.map(explore.shortNumber),
    cliponaxis: false, textposition: "top center", textfont: { size: 10, color: "#1a1a1a" },
    hovertext: inSection.map((k, n) => explore.checkWords(state, k, entries[n])), hoverinfo: "text",
  }];
};

explore.shortNumber = (entry) => {
  if (!entry || !explore.isGood(entry)) return "";
  return Number.isFinite(entry.error) && entry.error > 0
    ? `${explore.digits(entry.value, 3)} ± ${explore.digits(entry.error, 1)}` : explore.digits(entry.value, 3);
};

explore.checksInSection = (state) => [...Array(explore.checks.count).keys()].filter((k) =>
  explore.axes.slice(2).every((axis, n) => {
    const there = explore.checks.parameters[axis.name];
    return !there || Math.abs(there[k] - axis.values[state.at[n + 2]]) <= 1e-6 * Math.max(1, Math.abs(there[k]));
  }));

explore.checkWords = (state, k, entry) => {
  const at = explore.axes.map((axis) => `${axis.symbol} = ${explore.digits(explore.checks.parameters[axis.name][k])}`);
  const theory = explore.checks.fields.get(state.quantity);
  const own = theory && theory.branching ? { [theory.branching]: explore.branchPlace(theory, k, state.branch) } : {};
  return [
    `<b>networks</b> at ${at.join(", ")}`,
    entry ? `networks: ${explore.sentence(entry)}` : "nothing of this quantity; click for the others",
    ...(theory ? [`theory: ${explore.sentence(explore.entry(theory, k, own))}`] : []),
  ].join("<br>");
};

explore.drawnColour = (value) => {
  const { zmin, zmax, colorscale, ticktext } = explore.drawnScale;
  const share = ((ticktext ? Math.log10(value) : value) - zmin) / (zmax - zmin);
  const at = Math.min(Math.max(share, 0), 1) * (colorscale.length - 1);
  return colorscale[Math.round(at)][1];
};

explore.goToCheck = (k) => {
  const { parameters } = explore.checks;
  explore.go(explore.coordinates().map((value, n) => (parameters[explore.axes[n].name] || [])[k] ?? value), { check: k });
};

// Theory and networks at a check point, with the distance between them in standard errors.
explore.drawNetworks = (state) => {
  if (!explore.checks) return explore.fill("networks");
  const k = state.check ?? explore.checkHere(state);
  if (k === null) {
    return explore.fill("networks", explore.el("p", { class: "note" },
      `Networks were simulated at ${explore.checks.count} points: the circles. Click one.`));
  }
  const { fields, pairs, parameters } = explore.checks;
  const at = Object.entries(parameters).map(([name, values]) => `${name} = ${explore.digits(values[k])}`).join(", ");
  const networks = [...fields.values()].filter((field) => field.simulated && !field.along.length);
  const rows = networks.map((field) => {
    const of = Object.keys(pairs).find((name) => pairs[name] === field.name);
    return explore.el("tr", {}, explore.rowHead(field), explore.cell(field, k, "networks", {}, false),
      ...explore.theoryBeside(fields.get(of), field, k, state));
  });
  const branch = state.branch ? explore.plain(state.branch) : "the attractor";
  const head = explore.el("tr", {}, ...["quantity", "networks", `theory, ${branch}`, "apart"].map((t) => explore.el("th", { scope: "col" }, t)));
  return explore.fill("networks", explore.el("h2", {}, `Networks at ${at}`),
    explore.el("div", { class: "scroll" }, explore.el("table", {}, explore.el("thead", {}, head), explore.el("tbody", {}, ...rows))));
};

explore.theoryBeside = (theory, network, k, state) => {
  if (!theory || theory.along.length) return [explore.el("td"), explore.el("td")];
  const own = theory.branching ? { [theory.branching]: explore.branchPlace(theory, k, state.branch) } : {};
  const [expected, found] = [explore.entry(theory, k, own), explore.entry(network, k, {})];
  const label = theory.branching ? explore.labels(theory.branching)[own[theory.branching]] ?? "" : "";
  const error = Math.hypot(expected.error || 0, found.error || 0);
  const apart = explore.isGood(expected) && explore.isGood(found) && error > 0
    ? `${explore.digits(Math.abs(expected.value - found.value) / error, 2)} errors` : "";
  return [explore.cell(theory, k, label, own, false), explore.el("td", {}, apart)];
};

// The check point at the chosen place, if there is one.
explore.checkHere = (state) => {
  const at = explore.coordinates(state);
  const near = (k) => explore.axes.every((axis, n) => {
    const there = explore.checks.parameters[axis.name];
    return !there || Math.abs(there[k] - at[n]) <= 1e-6 * Math.max(1, Math.abs(at[n]));
  });
  const found = [...Array(explore.checks.count).keys()].find(near);
  return found === undefined ? null : found;
};
