// The chosen point: where it is, its phase and how sure that is, how far the critical lines are, how to have it again.
"use strict";

explore.drawPlace = (state) => {
  const at = explore.coordinates(state);
  const inputs = explore.axes.map((axis, k) => explore.el("label", { title: axis.description },
    explore.symbol(axis.symbol), " = ", explore.el("input", {
      type: "number", step: "any", value: Number.isFinite(at[k]) ? Number(at[k].toPrecision(9)) : false, name: axis.name,
      placeholder: explore.digits(at[k]), "aria-label": axis.name, onchange: () => explore.goToTyped(),
    })));
  const held = document.activeElement && document.activeElement.name;
  explore.fill("place", ...inputs, ...(explore.axes.length ? [explore.el("span", { class: "note" }, explore.gridWords(state))] : []));
  if (held) document.querySelector(`#place [name="${held}"]`)?.focus();
};

explore.goToTyped = () => {
  const now = explore.coordinates();
  const typed = explore.axes.map((axis, k) => {
    const { value } = document.querySelector(`#place input[name="${axis.name}"]`);
    const [low, high] = [axis.values[0], axis.values.at(-1)];
    return value === "" ? now[k] : Math.min(Math.max(Number(value), low), high);
  });
  explore.go(typed);
};

explore.drawPhase = (state) => {
  if (!explore.phase) { explore.fill("phase"); return explore.fill("sure"); }
  const { codes, lead } = explore.phaseHere(state);
  const code = codes[lead];
  const { name, meaning, colour } = explore.document.phases[code];
  explore.fill("phase",
    explore.el("h2", {}, "Phase: ", explore.el("span", { class: "badge", id: "phase-name", style: `background: ${colour}` }, name)),
    explore.el("p", { class: "note" }, `${meaning}.`));
  return explore.drawSure(state, code);
};

explore.drawSure = (state, code) => explore.fill("sure",
  explore.el("details", { open: true }, explore.el("summary", {}, "How sure is the phase?"), explore.el("ul", {}, ...explore.reasons(state, code)),
    explore.el("p", { class: "note" }, `What the label rests on: ${explore.factsInWords(state)}.`)));

explore.factsInWords = (state) => {
  const { facts: grounds, lead } = explore.phaseHere(state);
  const words = { 1: "yes", 0: "no", [-1]: "not known" };
  return grounds.map(([text, facts]) => `${text}: ${words[facts[lead]]}`).join("; ");
};

// The thresholds that labels rest on.
explore.THRESHOLDS = { lyapunov_max: 0, static_gain: 1 };

explore.reasons = (state, code) => {
  const items = Object.entries(explore.THRESHOLDS).flatMap(([name, threshold]) => {
    const { field, lead } = explore.here(name, state);
    if (!field || !field.branching) return [];
    return explore.labels(field.branching).map((label, k) => explore.margin(field, lead, label, k, threshold)).filter(Boolean);
  });
  const regions = explore.axes.length === 2 ? explore.document.lines.filter(explore.isRegion) : [];
  items.push(...regions.map((region) => explore.whetherInside(region, state)));
  return [...items.map((words) => explore.el("li", {}, ...words)), explore.neighbours(state, code)].filter(Boolean);
};

// Inside a region if the way to the right crosses its border an odd number of times.
explore.isInside = (region, state) => {
  const [x, y] = explore.coordinates(state);
  let crossed = 0;
  for (const piece of explore.piecesOf(region, state)) {
    for (let n = 1; n < piece.length; n += 1) {
      const [[x0, y0], [x1, y1]] = [piece[n - 1], piece[n]];
      if ((y0 > y) !== (y1 > y) && x0 + ((y - y0) * (x1 - x0)) / (y1 - y0) > x) crossed += 1;
    }
  }
  return crossed % 2 === 1;
};

explore.whetherInside = (region, state) => {
  const { along } = explore.distance(region, state);
  const here = explore.coordinates(state);
  const far = along
    .map((place, k) => (place === null ? null : [`${explore.digits(Math.abs(place - here[k]), 4)} along `, explore.symbol(explore.axes[k].symbol)]))
    .filter(Boolean)
    .flatMap((words, k) => (k === 0 ? [", its border ", ...words] : [" and ", ...words]));
  return [`${explore.isInside(region, state) ? "inside" : "outside"} the ${region.words}`, ...far, far.length ? " away" : ""];
};

// "λ of fluctuating = 0.13 ± 0.002: 65 errors above 0".
explore.margin = (field, lead, label, k, threshold) => {
  const entry = explore.entry(field, lead, { [field.branching]: k });
  if (["absent", "not_sought", "pending"].includes(explore.statusOf(entry).name)) return null;
  const start = [explore.symbol(field.symbol), ` of ${explore.plain(String(label))}: ${explore.sentence(entry)}`];
  if (!explore.isGood(entry)) return start;
  const apart = entry.value - threshold;
  const side = apart > 0 ? "above" : "below";
  if (apart === 0) return [...start, `, exactly at ${threshold}`];
  const errors = Math.abs(apart) / entry.error;
  if (!(errors < 1e6)) return [...start, `, ${side} ${threshold} for certain`];
  const verdict = errors < 3 ? " (too near to decide)" : "";
  return [...start, `, ${explore.digits(errors, 2)} errors ${side} ${threshold}${verdict}`];
};

explore.neighbours = (state, code) => {
  const { codes, grid } = explore.phaseHere(state);
  const [shape, centre] = [explore.shapeOf(grid), explore.placesOn(grid, state)];
  const around = [[]];
  for (const [k, place] of centre.entries()) {
    const steps = k < 2 ? [-1, 0, 1] : [0];
    around.splice(0, around.length, ...around.flatMap((start) => steps.map((step) => [...start, place + step])));
  }
  const inside = around.filter((places) => places.every((p, k) => p >= 0 && p < shape[k]) && places.join() !== centre.join());
  if (!inside.length) return null;
  const other = inside.map((places) => codes[explore.flat(places, shape)]).filter((one) => one !== code);
  const names = [...new Set(other)].map((one) => explore.document.phases[one].name).join(", ");
  return explore.el("li", {}, other.length
    ? `${inside.length - other.length} of the ${inside.length} grid points around it have the same phase, the others: ${names}`
    : `all ${inside.length} grid points around it have the same phase`);
};

// Where a line is as seen from here: along each axis, and its nearest point with the axes measured by their lengths.
explore.distance = (line, state) => {
  const here = explore.coordinates(state);
  const along = explore.axes.slice(0, 2).map((axis, k) => {
    const places = explore.crossings(line, k, here, state);
    return places.length ? places[explore.nearest(places, here[k])] : null;
  });
  return { line, along, nearest: explore.nearestOn(line, here, state) };
};

explore.nearestOn = (line, here, state) => {
  const spans = explore.axes.slice(0, 2).map((axis) => axis.edges.at(-1) - axis.edges[0]);
  let best = null;
  const consider = (vertex) => {
    const far = Math.hypot(...vertex.slice(0, spans.length).map((value, k) => (value - here[k]) / spans[k]));
    if (!best || far < best.far) best = { vertex, far };
  };
  for (const piece of explore.piecesOf(line, state)) {
    consider(piece[0]);
    for (let n = 1; n < piece.length; n += 1) consider(explore.foot(piece[n - 1], piece[n], here, spans));
  }
  return best;
};

explore.foot = (a, b, here, spans) => {
  const [ab, ah] = [0, 1].map((which) => spans.map((span, k) => ((which ? here[k] : b[k]) - a[k]) / span));
  const length = ab.reduce((sum, value) => sum + value * value, 0);
  const share = length ? Math.min(1, Math.max(0, ab.reduce((sum, value, k) => sum + value * ah[k], 0) / length)) : 0;
  return a.map((value, k) => value + share * (b[k] - value));
};

explore.drawDistances = (state) => {
  if (!explore.document.lines.length || !explore.axes.length) return explore.fill("distances");
  const here = explore.coordinates(state);
  const signed = (value) => `${value < 0 ? "−" : "+"}${explore.digits(Math.abs(value), 4)}`;
  const cell = (place, k) => explore.el("td", {}, place === null ? "not crossed" : explore.digits(place, 6),
    place === null ? null : explore.el("small", {}, `${signed(place - here[k])} from here`));
  const row = ({ line, along, nearest }) => explore.el("tr", { "data-line": line.name },
    explore.el("th", { scope: "row", title: `${line.condition}; vertices within ${line.residual}` },
      explore.el("span", { class: "dash", style: `color: ${explore.lineColour(line)}` }), explore.isRegion(line) ? `${line.words} (${explore.isInside(line, state) ? "inside" : "outside"})` : line.words),
    ...along.map(cell),
    explore.el("td", {}, nearest ? `(${nearest.vertex.map((value) => explore.digits(value, 5)).join(", ")})` : "none in this section"));
  const rows = explore.document.lines.map((line) => explore.distance(line, state))
    .sort((a, b) => (a.nearest ? a.nearest.far : Infinity) - (b.nearest ? b.nearest.far : Infinity)).map(row);
  const heads = explore.axes.slice(0, 2).map((axis) => explore.el("th", { scope: "col" }, "crossed at ", explore.symbol(axis.symbol)));
  return explore.fill("distances", explore.el("h2", {}, explore.document.lines.some(explore.isRegion) ? "Critical lines and borders from here" : "Critical lines from here"), explore.el("div", { class: "scroll" },
    explore.el("table", {}, explore.el("thead", {}, explore.el("tr", {}, explore.el("th", { scope: "col" }, "line"), ...heads,
      explore.el("th", { scope: "col" }, "nearest point"))), explore.el("tbody", {}, ...rows))));
};

// The command that computes the point again.
explore.command = (state) => {
  const exact = (value) => (Number.isFinite(value) ? String(Number(value.toPrecision(9))) : value > 0 ? "inf" : "-inf");
  const coordinates = explore.derived ? explore.axes.map((axis, k) => axis.values[state.at[k]]) : explore.coordinates(state);
  const axes = explore.axes.map((axis, k) => [axis, coordinates[k]]).filter(([axis]) => axis.parameter)
    .map(([axis, value]) => `${axis.name}=${exact(value)}`);
  const derived = Object.entries(explore.derived || {}).map(([name, values]) => `${name}=${exact(values[explore.lead(state)])}`);
  return ["phasemap point", ...[...axes, ...derived, ...explore.document.settings].map((one) => `--set ${one}`)].join(" ");
};

explore.citation = (state) => {
  const { document: about } = explore;
  const at = explore.axes.map((axis, k) => `${axis.name} = ${explore.digits(explore.coordinates(state)[k])}`).join(", ");
  const head = `% ${about.title}: ${at || "one point"}\n% phasemap ${about.version}, configuration ${about.hash}\n% ${explore.command(state)}`;
  return [head, ...Object.values(about.citations)].join("\n\n");
};

explore.copyButton = (words, text) => {
  const button = explore.el("button", { type: "button" }, words);
  button.addEventListener("click", async () => {
    await explore.copy(text());
    button.textContent = "copied";
    setTimeout(() => { button.textContent = words; }, 1200);
  });
  return button;
};

// Pages from disk may not reach the clipboard: then the old way.
explore.copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = explore.el("textarea", { class: "unseen" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};

explore.drawAgain = (state) => {
  const usable = explore.axes.some((axis) => axis.parameter);
  const cite = explore.el("pre", { id: "citation", hidden: true });
  const show = explore.el("button", { type: "button", id: "cite", onclick: () => {
    cite.textContent = explore.citation(explore.state);
    cite.hidden = !cite.hidden;
  } }, "cite this point");
  const command = usable ? [explore.el("pre", { id: "command" }, explore.command(state)),
    explore.copyButton("copy the command", () => explore.command(explore.state)), " "] : [];
  explore.fill("again", explore.el("h2", {}, usable ? "This point again" : "Source"), ...command, show,
    " ", explore.copyButton("copy BibTeX", () => explore.citation(explore.state)), cite);
};
