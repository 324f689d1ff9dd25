// What only a page that is served can do: compute a point here, and redraw the static theory while a slider moves.
"use strict";

explore.ask = async (path, query) => {
  const answer = await fetch(`${path}?${new URLSearchParams(query)}`).catch(() => {
    throw new Error("The server does not answer: it was ended. Start phasemap explore again; its new address is another one.");
  });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
};

explore.drawLive = (state) => {
  if (!explore.document.live || !explore.axes.some((axis) => axis.parameter)) return;
  const root = document.getElementById("live");
  if (root.childElementCount) return;
  const found = explore.el("div", { id: "computed", "aria-live": "polite" });
  const button = explore.el("button", { type: "button", id: "compute", onclick: () => explore.computeHere(found) }, "compute here");
  root.append(explore.el("h2", {}, "Live"), button, explore.el("span", { class: "note" }, " everything that theory says at these very coordinates, in the background"), found);
  if (explore.document.live.axes) root.append(explore.staticControls());
};

explore.computeHere = async (root) => {
  const at = Object.fromEntries(explore.axes.map((axis, k) => [axis.name, explore.coordinates()[k]]));
  const words = Object.entries(at).map(([name, value]) => `${name} = ${explore.digits(value)}`).join(", ");
  root.replaceChildren(explore.el("p", { class: "note" }, `computing at ${words} …`));
  const asked = (explore.asked || 0) + 1;
  const show = (...parts) => asked === explore.asked && root.replaceChildren(...parts); // the last point that was asked for
  explore.asked = asked;
  try {
    const { job } = await explore.ask("begin", at);
    let answer = { state: "computing" };
    while (answer.state === "computing") {
      await new Promise((wait) => { setTimeout(wait, 250); });
      answer = await explore.ask("state", { job });
    }
    if (answer.state === "failed") throw new Error(answer.reason);
    show(...explore.computedParts(words, answer));
  } catch (problem) {
    show(explore.el("p", { role: "alert" }, problem.message));
  }
};

// A computed point as tables of the same kind; its labels may be others than those of the file.
explore.computedParts = (words, answer) => {
  const stored = explore.document.labels;
  explore.document.labels = { ...stored, ...answer.labels };
  const fields = answer.quantities.map((block) => explore.decoded(block, 0));
  const tables = [...explore.groups(fields)].map(([dim, some]) => explore.tableOf(explore.CAPTIONS[dim], dim, some, () => 0, explore.state));
  explore.document.labels = stored;
  const phase = answer.phase === null ? "" : `phase: ${explore.document.phases[answer.phase].name}; `;
  const gains = Object.entries(answer.gains).map(([name, values]) => `${explore.plain(name)} ${values.map((v) => explore.digits(v)).join(", ")}`);
  return [
    explore.el("h2", {}, `Computed at ${words}`),
    explore.el("p", {}, `${phase}${explore.digits(answer.seconds, 3)} s${gains.length ? `. Critical gains here: ${gains.join("; ")}` : ""}`),
    ...[...answer.remarks, ...Object.entries(answer.failures).map(([name, why]) => `${name}: ${why}`)].map((text) => explore.el("p", { class: "note" }, text)),
    explore.el("details", { open: true }, explore.el("summary", {}, "every number"), ...tables),
  ];
};

// Ends of the sliders; the first of a bias is "no gate", the last of a steepness a hard gate.
explore.ENDS = {
  g_h: [0.1, 8], beta_h: [-3, 3], alpha_z: [0, 30], beta_z: [-8, 8], tau_z: [0.1, 20], alpha_r: [0, 30], beta_r: [-8, 8],
  tau_r: [0.1, 20], s_h: [0, 3], s_z: [0, 3], s_r: [0, 3], m_h: [-3, 3], m_z: [-3, 3], m_r: [-3, 3], input_inside: [0, 1],
};
explore.STEPS = 200;

explore.sliderValue = (name, step) => {
  const [low, high] = explore.ENDS[name];
  if (name === "input_inside") return Math.round(step / explore.STEPS);
  if (name.startsWith("beta_") && name !== "beta_h" && step === 0) return -Infinity;
  if (name.startsWith("alpha_") && step === explore.STEPS) return Infinity;
  return Number((low + ((high - low) * step) / explore.STEPS).toPrecision(6));
};

explore.sliderStep = (name, value) => {
  const [low, high] = explore.ENDS[name];
  if (!Number.isFinite(value)) return value < 0 ? 0 : explore.STEPS;
  return Math.round((explore.STEPS * (Math.min(Math.max(value, low), high) - low)) / (high - low));
};

explore.inAddress = (value) => (Number.isFinite(value) ? value : value > 0 ? "inf" : "-inf");

explore.staticControls = () => {
  const { live } = explore.document;
  const base = Object.fromEntries(Object.entries(live.base).map(([name, value]) => [name, explore.finite(value)]));
  const wanted = { quantity: "static_gain", values: {} };
  const box = explore.el("div", { id: "static-map", class: "plot", role: "img", "aria-label": "map of the static theory" });
  const note = explore.el("p", { class: "note", id: "static-note", role: "status" });
  const redraw = () => explore.wantMap(wanted, box, note);
  const sliders = Object.keys(explore.ENDS).filter((name) => !live.axes.includes(name)).map((name) => {
    const output = explore.el("output", {}, explore.digits(base[name], 4));
    const input = explore.el("input", { type: "range", min: 0, max: explore.STEPS, value: explore.sliderStep(name, base[name]), name: `static-${name}` });
    input.addEventListener("input", () => {
      wanted.values[name] = explore.sliderValue(name, Number(input.value));
      output.textContent = explore.digits(wanted.values[name], 4);
      redraw();
    });
    return explore.el("label", { title: explore.document.parameters[name].description }, explore.symbol(explore.document.parameters[name].symbol), input, output);
  });
  const choice = explore.choice("quantity", "static-quantity", live.quantities.map((name) => [name, explore.plain(name)]), wanted.quantity,
    (name) => { wanted.quantity = name; redraw(); });
  const part = explore.el("details", { id: "what-if" }, explore.el("summary", {}, "What if? The static theory with other parameters"),
    explore.el("div", { class: "sliders" }, choice, ...sliders), box, note);
  part.addEventListener("toggle", () => part.open && redraw());
  return part;
};

// One map at a time: while one is computed, only the last wish is kept.
explore.wantMap = async (wanted, box, note) => {
  explore.nextMap = wanted;
  if (explore.mapBusy) return;
  explore.mapBusy = true;
  while (explore.nextMap) {
    const values = Object.entries(explore.nextMap.values).map(([name, value]) => [name, explore.inAddress(value)]);
    const query = { quantity: explore.nextMap.quantity, ...Object.fromEntries(values) };
    explore.nextMap = null;
    try {
      explore.drawStatic(box, note, await explore.ask("map", query));
    } catch (problem) {
      note.textContent = problem.message;
    }
  }
  explore.mapBusy = false;
};

explore.between = ([low, high], count) => Array.from({ length: count }, (_, k) => low + ((high - low) * k) / (count - 1));

explore.drawStatic = (box, note, answer) => {
  const { live } = explore.document;
  const [columns, rows] = live.shape;
  const [value, status] = [explore.floats(answer.value), explore.codes(answer.status)];
  const isShown = (at) => status[at] === 1 || status[at] === 6 || status[at] === 7;
  const flat = Array.from({ length: rows * columns }, (_, k) => (k % columns) * rows + Math.floor(k / columns))
    .map((at) => (isShown(at) ? value[at] : NaN));
  const kind = answer.quantity.name === "leading_edge" ? "diverging" : "sequential";
  const scale = explore.coloured(flat, { kind }, explore.scaleOf({ kind }, { scale: "" }));
  const z = Array.from({ length: rows }, (_, j) => scale.z.slice(j * columns, (j + 1) * columns).map((v) => (Number.isFinite(v) ? v : null)));
  const axes = live.axes.map((name, k) => ({ ...explore.axes[k], log: false, values: live.box[k], edges: live.box[k] }));
  const heat = { type: "heatmap", x: explore.between(live.box[0], columns), y: explore.between(live.box[1], rows), ...scale, z, colorbar: { thickness: 12, outlinewidth: 0.6 } };
  const lines = answer.lines.map((line) => explore.lineTrace(line, { at: [0, 0] }));
  Plotly.react(box, [heat, ...lines], explore.baseLayout({
    xaxis: explore.axisLayout(axes[0], { range: live.box[0], showgrid: false }), yaxis: explore.axisLayout(axes[1], { range: live.box[1], showgrid: false }),
  }), explore.plotConfig);
  const slow = answer.divided ? "; an input outside the update gate takes longer" : "";
  note.textContent = `${answer.quantity.description}, at the outermost fixed point; computed in ${answer.milliseconds} ms${slow}.`;
};
