// What the map shows: quantity, branch, colours, lines, the other axes; and the ways back and away.
"use strict";

explore.choice = (words, name, options, value, change) => {
  const items = options.map(([key, text]) => explore.el("option", { value: key, selected: key === value }, text));
  const select = explore.el("select", { name, onchange: (event) => change(event.target.value) }, ...items);
  return explore.el("label", {}, words, select);
};

explore.tick = (words, name, checked, change) =>
  explore.el("label", {}, explore.el("input", { type: "checkbox", name, checked, onchange: (event) => change(event.target.checked) }), words);

explore.mappable = () => [...(explore.phase && explore.axes.length > 1 ? [["phase", "phase"]] : []),
  ...[...explore.fields.values()].filter((field) => explore.axes.length || field.along.length)
    .map((field) => [field.name, explore.plain(field.name)])];

explore.branchOptions = (field) => {
  if (!field || !field.branching) return [];
  const usual = { branch: "the attractor", fixed_point: "the outermost", way: "the last" }[field.branching];
  return [["", usual], ...explore.labels(field.branching).map((label) => [label, explore.plain(String(label))])];
};

explore.slider = (words, count, place, text, change) => explore.el("label", {}, words,
  explore.el("input", { type: "range", min: 0, max: count - 1, value: place, "aria-valuetext": text,
    oninput: (event) => change(Number(event.target.value)) }), explore.el("output", {}, text));

// Sliders for the third axis and those after it, and for what a quantity runs along besides.
explore.sliders = (state, field) => {
  const axes = explore.axes.slice(2).map((axis, n) => explore.slider(explore.symbol(axis.symbol), axis.values.length, state.at[n + 2],
    explore.digits(axis.values[state.at[n + 2]], 5), (place) => {
      const at = [...state.at];
      at[n + 2] = place;
      explore.set({ at, place: null, check: null });
    }));
  const along = (field && explore.isMapped() ? field.along : []).map((dim) => {
    const labels = explore.labels(dim);
    const place = state.own[dim] || 0;
    const text = typeof labels[place] === "number" ? explore.digits(labels[place], 5) : String(labels[place]);
    return explore.slider(explore.plain(dim), labels.length, place, text, (next) => explore.set({ own: { ...state.own, [dim]: next } }));
  });
  return [...axes, ...along];
};

explore.lineTicksBox = (state) => {
  const { lines } = explore.document;
  if (!lines.length) return [];
  const change = (name, shown) =>
    explore.set({ hidden: shown ? state.hidden.filter((one) => one !== name) : [...state.hidden, name] });
  return [explore.el("fieldset", {}, explore.el("legend", { class: "unseen" }, "Critical lines"), ...lines.map((line) => explore.el("label", { title: line.condition },
    explore.el("input", { type: "checkbox", name: line.name, checked: !state.hidden.includes(line.name), onchange: (event) => change(line.name, event.target.checked) }),
    explore.el("span", { class: "dash", style: `color: ${explore.lineColour(line)}` }), line.words)))];
};

explore.drawControls = (state) => {
  const field = explore.fields.get(state.quantity);
  const held = document.activeElement && document.activeElement.name;
  const scales = [["", "usual"], ["linear", "linear"], ["log", "logarithmic"], ["symmetric", "symmetric"]];
  const branches = explore.branchOptions(field);
  explore.fill("controls",
    !explore.isMapped() ? null : explore.choice("quantity", "quantity", explore.mappable(), state.quantity, (quantity) => explore.set({ quantity })),
    branches.length && explore.isMapped() ? explore.choice("branch", "branch", branches, state.branch, (branch) => explore.set({ branch })) : null,
    field && explore.isMapped() ? explore.choice("colours", "scale", scales, state.scale, (scale) => explore.set({ scale })) : null,
    explore.phase && explore.axes.length > 1 ? explore.tick("phases", "phases", state.phases, (phases) => explore.set({ phases })) : null,
    explore.checks && explore.axes.length > 1 ? explore.tick("networks", "checks", state.checks, (checks) => explore.set({ checks })) : null,
    ...explore.lineTicksBox(state), ...explore.sliders(state, field),
    explore.copyButton("copy a link to this", () => window.location.href),
    explore.el("button", { type: "button", name: "reset", onclick: () => explore.set(explore.initial()) }, "reset"));
  if (held) document.querySelector(`#controls [name="${held}"]`)?.focus();
};

// Arrow keys on the map move the point.
explore.KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1] };

explore.key = (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const step = explore.KEYS[event.key];
  const next = (options, value) => options[(options.findIndex(([key]) => key === value) + 1) % options.length][0];
  const { state } = explore;
  if (step && step[0] < explore.axes.length) {
    const [k, by] = [step[0], step[1] * (event.shiftKey ? 10 : 1)];
    const grid = explore.gridOf(state.quantity);
    const place = explore.placesOn(grid, state)[k] + by;
    explore.goAlong(grid, [[k, Math.min(Math.max(place, 0), grid.axes[k].values.length - 1)]]);
  } else if (event.key === "b" && explore.branchOptions(explore.fields.get(state.quantity)).length) {
    explore.set({ branch: next(explore.branchOptions(explore.fields.get(state.quantity)), state.branch) });
  } else if (event.key === "q") {
    explore.set({ quantity: next(explore.mappable(), state.quantity) });
  } else if (event.key === "Home") {
    explore.set(explore.initial());
  } else return;
  event.preventDefault();
};
