// What is chosen, in the address of the page: a link to it shows the same.
"use strict";

explore.initial = () => {
  const shape = explore.gridShape();
  const first = explore.fields.has(explore.document.first) ? explore.document.first : [...explore.fields.keys()][0];
  return {
    quantity: explore.document.first === "phase" && explore.phase ? "phase" : first || "",
    branch: "",
    scale: "",
    at: shape.map((count) => Math.floor(count / 2)),
    place: null, // exact coordinates where they are not those of a grid point
    own: {},
    hidden: [],
    phases: true,
    checks: true,
    check: null,
  };
};

explore.coordinates = (state = explore.state) =>
  state.place || explore.axes.map((axis, k) => axis.values[state.at[k]]);

// Several changes at once; every view then draws what it shows.
explore.set = (changes) => {
  explore.state = { ...explore.state, ...changes };
  const address = `#${explore.address()}`;
  if (address !== window.location.hash) window.history.replaceState(null, "", address);
  for (const view of explore.views) view(explore.state);
};

// Go to exact coordinates: the nearest grid point is chosen, and the coordinates are kept for distances and commands.
explore.go = (coordinates, more = {}) => {
  const at = explore.axes.map((axis, k) => explore.nearest(axis.values, coordinates[k]));
  const exact = at.every((place, k) => explore.axes[k].values[place] === coordinates[k]);
  explore.set({ at, place: exact ? null : coordinates, check: null, ...more });
};

explore.address = () => {
  const { state } = explore;
  const usual = explore.initial();
  const parts = new URLSearchParams();
  parts.set("quantity", state.quantity);
  if (state.branch) parts.set("branch", state.branch);
  if (state.scale) parts.set("scale", state.scale);
  if (explore.axes.length) parts.set("at", explore.coordinates().map((value) => Number(value.toPrecision(9))).join(","));
  if (state.hidden.length) parts.set("hide", state.hidden.join(","));
  for (const [dim, place] of Object.entries(state.own)) if (place) parts.set(`along.${dim}`, place);
  for (const name of ["phases", "checks"]) if (state[name] !== usual[name]) parts.set(name, "0");
  if (state.check !== null) parts.set("check", state.check);
  return parts.toString();
};

// From an address to a state; whatever in it means nothing here is left out.
explore.fromAddress = (hash) => {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const state = explore.initial();
  const quantity = parts.get("quantity");
  if (explore.fields.has(quantity) || (quantity === "phase" && explore.phase)) state.quantity = quantity;
  const branches = explore.BRANCHING.flatMap((dim) => explore.labels(dim));
  if (branches.includes(parts.get("branch"))) state.branch = parts.get("branch");
  if (["linear", "log", "symmetric"].includes(parts.get("scale"))) state.scale = parts.get("scale");
  const names = explore.document.lines.map((line) => line.name);
  state.hidden = (parts.get("hide") || "").split(",").filter((name) => names.includes(name));
  for (const name of ["phases", "checks"]) state[name] = parts.get(name) !== "0";
  for (const dim of Object.keys(explore.document.labels)) {
    const place = Number(parts.get(`along.${dim}`));
    if (Number.isInteger(place) && place > 0 && place < explore.labels(dim).length) state.own[dim] = place;
  }
  const at = (parts.get("at") || "").split(",").map(Number);
  if (parts.get("at") && at.length === explore.axes.length && at.every((value) => !Number.isNaN(value))) {
    state.at = explore.axes.map((axis, k) => explore.nearest(axis.values, at[k]));
    const close = (value, k) => Math.abs(explore.axes[k].values[state.at[k]] - value) <= 1e-6 * Math.abs(value);
    state.place = at.every((value, k) => value === explore.axes[k].values[state.at[k]] || close(value, k)) ? null : at;
  }
  const check = Number(parts.get("check"));
  if (parts.has("check") && explore.checks && Number.isInteger(check) && check >= 0 && check < explore.checks.count) {
    state.check = check;
  }
  return state;
};
