// The two grids of a plane: that of the sweep, and a finer one of cheap quantities where the file has one.
"use strict";

explore.readGrids = () => {
  explore.coarse = { axes: explore.axes, fields: explore.fields, phase: explore.phase, fine: false };
  const { fine } = explore.document;
  if (!fine) { explore.fine = null; return; }
  const axes = fine.axes.map((axis) => ({ ...axis, values: axis.values.map(explore.finite) }));
  const fields = new Map(fine.quantities.map((block) => [block.name, { ...explore.decoded(block, axes.length), fine: true }]));
  explore.fine = { axes, fields, fine: true, labelled: Boolean(fine.phase), phase: explore.decodedPhase(fine.phase) };
  if (!fine.phase && explore.phase) explore.fine.phase = explore.nearestPhase(axes);
};

// Phases that something dynamic decides are those of the nearest point of the sweep's grid.
explore.nearestPhase = (axes) => {
  const [columns, rows] = axes.map((axis, k) => axis.values.map((value) => explore.nearest(explore.axes[k].values, value)));
  const over = (codes) => Int8Array.from(columns.flatMap((i) => rows.map((j) => codes[explore.flat([i, j], explore.gridShape())])));
  return { codes: over(explore.phase.codes), status: over(explore.phase.status), facts: [] };
};

// The grid that shows a quantity, or the phase, best.
explore.gridOf = (name) => {
  const { fine, coarse } = explore;
  return fine && (name === "phase" ? fine.labelled : fine.fields.has(name)) ? fine : coarse;
};

explore.shapeOf = (grid) => grid.axes.map((axis) => axis.values.length);

// Where the chosen point lies on a grid: the places of the nearest one.
explore.placesOn = (grid, state) => (grid.fine
  ? explore.coordinates(state).map((value, k) => explore.nearest(grid.axes[k].values, value)) : state.at);

explore.leadOn = (grid, state) => explore.flat(explore.placesOn(grid, state), explore.shapeOf(grid));

// A quantity on the grid that shows it best, and the flat place of the chosen point there.
explore.here = (name, state) => {
  const grid = explore.gridOf(name);
  return { grid, field: grid.fields.get(name), lead: explore.leadOn(grid, state) };
};

explore.leadOf = (field, state) => explore.leadOn(field.fine ? explore.fine : explore.coarse, state);

// The phase at the chosen point: {codes, facts, lead, grid}.
explore.phaseHere = (state) => {
  const grid = explore.gridOf("phase");
  return { ...grid.phase, grid, lead: explore.leadOn(grid, state) };
};

// Every quantity, on the grid that shows it best.
explore.bestFields = () => [...explore.fields.keys()].map((name) => explore.gridOf(name).fields.get(name));

// Go to a place along one axis of a grid; the other coordinates stay as they are.
explore.goAlong = (grid, moves) => {
  const there = [...explore.coordinates()];
  for (const [k, place] of moves) there[k] = grid.axes[k].values[place];
  explore.go(there);
};

explore.isOutside = (place) => explore.axes.some(({ values }, k) => place[k] < values[0] || place[k] > values[values.length - 1]);

// Which grid the numbers at the chosen point are of, in words.
explore.gridWords = (state) => {
  const name = (grid) => `(${explore.placesOn(grid, state).map((place, k) => explore.digits(grid.axes[k].values[place])).join(", ")})`;
  const exact = (grid) => explore.placesOn(grid, state).every((place, k) => grid.axes[k].values[place] === explore.coordinates(state)[k]);
  if (!state.place) return "a grid point";
  if (explore.isOutside(state.place)) return `outside of what is stored: the numbers are those of the nearest grid point, ${name(explore.coarse)}`;
  const fine = explore.fine && explore.fine.fields.size ? explore.fine : null;
  const from = `the nearest grid point, ${name(explore.coarse)}`;
  if (!fine) return `between grid points: the numbers are those of the nearest one, ${name(explore.coarse)}; distances are from here`;
  return exact(fine)
    ? `a point of the finer grid of static numbers (marked ◦); the other numbers are those of ${from}`
    : `between grid points: static numbers (marked ◦) are those of the finer grid at ${name(fine)}, the others of ${from}; distances are from here`;
};
