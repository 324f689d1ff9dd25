// Every quantity at the chosen point, branch by branch: the form of the page that needs no eyes.
"use strict";

explore.lead = (state = explore.state) => explore.flat(state.at, explore.gridShape());

// Tables by the dimension of the branches; quantities that are functions have plots instead.
explore.groups = (fields) => {
  const groups = new Map();
  for (const field of fields) {
    if (field.along.length) continue;
    const key = field.branching || "";
    groups.set(key, [...(groups.get(key) || []), field]);
  }
  return groups;
};

explore.cell = (field, lead, label, own, isShown) => {
  const entry = explore.entry(field, lead, own);
  const status = explore.statusOf(entry);
  const text = explore.stated(entry);
  return explore.el("td", {
    "data-quantity": field.name,
    "data-branch": label,
    "data-status": status.name,
    "data-value": Number.isFinite(entry.value) ? Number(entry.value.toPrecision(7)) : String(entry.value),
    "data-grid": field.fine ? "fine" : false,
    "data-error": Number.isNaN(entry.error) ? false : Number(entry.error.toPrecision(7)),
    title: status.meaning,
    class: isShown ? "shown" : false,
  }, text, text === status.word ? null : explore.el("small", {}, status.word));
};

explore.rowHead = (field) => {
  const units = field.units ? ` (${field.units})` : "";
  return explore.el("th", { scope: "row", title: `${field.name}: ${field.description}. ${field.solver}` },
    explore.symbol(field.symbol), explore.el("small", { class: "note" }, ` ${explore.plain(field.name)}${units}${field.fine ? " ◦" : ""}`));
};

explore.tableOf = (caption, dim, fields, leadOf, state) => {
  const labels = dim ? explore.labels(dim) : [""];
  const present = labels.map((label, k) => [label, k])
    .filter(([, k]) => !dim || fields.some((f) => explore.entry(f, leadOf(f), { [dim]: k }).status !== 3));
  const columns = present.length ? present : labels.map((label, k) => [label, k]);
  const head = explore.el("tr", {}, explore.el("th", { scope: "col" }, "quantity"), ...columns.map(([label]) => explore.el("th", {
    scope: "col", title: (explore.document.branches[label] || {}).meaning,
  }, dim ? explore.plain(String(label)) : "value")));
  const rows = fields.map((field) => explore.el("tr", {}, explore.rowHead(field), ...columns.map(([label, k]) =>
    explore.cell(field, leadOf(field), dim ? label : "", dim ? { [dim]: k } : {}, dim && explore.branchPlace(field, leadOf(field), state.branch) === k))));
  const missing = labels.length - columns.length;
  const note = missing ? `; not there: ${labels.filter((l) => !columns.some(([c]) => c === l)).map((l) => explore.plain(String(l))).join(", ")}` : "";
  return explore.el("div", { class: "scroll" }, explore.el("table", {},
    explore.el("caption", {}, `${caption}${note}`), explore.el("thead", {}, head), explore.el("tbody", {}, ...rows)));
};

explore.CAPTIONS = { branch: "Branches of the mean field", fixed_point: "Fixed points", way: "Ways of the loop", "": "At the point" };

explore.drawTable = (state) => {
  const tables = [...explore.groups(explore.bestFields())].map(([dim, fields]) =>
    explore.tableOf(explore.CAPTIONS[dim], dim, fields, (field) => explore.leadOf(field, state), state));
  const left = [...explore.document.leftOut, ...(explore.document.fine || { leftOut: [] }).leftOut.map((name) => `${name} on the finer grid`)];
  const note = left.length ? [explore.el("p", { class: "note" }, `Left out, as the page would exceed 8 MB: ${left.join(", ")}.`)] : [];
  explore.fill("numbers", ...tables, ...note);
  explore.announce(state);
};

// One sentence for a screen reader, whenever the point moves.
explore.announce = (state) => {
  const at = explore.axes.map((axis, k) => `${axis.name} ${explore.digits(explore.coordinates(state)[k])}`);
  const phase = explore.phase ? [explore.document.phases[explore.phaseHere(state).codes[explore.phaseHere(state).lead]].name] : [];
  const { field, lead } = explore.here(state.quantity, state);
  const number = field && !field.along.length ? [`${explore.plain(field.name)} ${explore.sentence(explore.mapped(field, lead, state))}`] : [];
  document.getElementById("spoken").textContent = [at.join(", "), ...phase, ...number].join("; ");
};
