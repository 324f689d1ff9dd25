// The stored numbers: decoding them, and finding the one that belongs to a point, a quantity and a branch.
"use strict";
const explore = { views: [], document: JSON.parse(document.getElementById("data").textContent) };

explore.BRANCHING = ["branch", "fixed_point", "way"];

explore.bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
explore.codes = (text) => new Int8Array(explore.bytes(text).buffer);
explore.floats = (text) => {
  const view = new DataView(explore.bytes(text).buffer);
  return Float32Array.from({ length: view.byteLength / 4 }, (_, k) => view.getFloat32(4 * k, true));
};
explore.finite = (value) => (value === "inf" ? Infinity : value === "-inf" ? -Infinity : value);

// A block of the document with its arrays decoded. lead: number of leading dimensions (axes, or 1 for check points).
explore.decoded = (block, lead) => ({
  ...block,
  lead,
  value: explore.floats(block.value),
  error: block.error === null ? null : explore.floats(block.error),
  status: explore.codes(block.status),
  shown: block.shown === null ? null : explore.codes(block.shown),
  branching: block.own.find((dim) => explore.BRANCHING.includes(dim)) || null,
  along: block.own.filter((dim) => !explore.BRANCHING.includes(dim)),
});

explore.axes = explore.document.axes.map((axis) => ({ ...axis, values: axis.values.map(explore.finite) }));

explore.readFields = () => {
  const { quantities, checks, phase } = explore.document;
  explore.fields = new Map(quantities.map((block) => [block.name, explore.decoded(block, explore.axes.length)]));
  explore.checks = checks && {
    ...checks,
    fields: new Map(checks.quantities.map((block) => [block.name, explore.decoded(block, 1)])),
    phase: checks.phase && explore.codes(checks.phase),
    count: Object.values(checks.parameters)[0].length,
  };
  explore.phase = explore.decodedPhase(phase);
  explore.readGrids();
};

explore.decodedPhase = (phase) => phase && {
  codes: explore.codes(phase.codes),
  status: explore.codes(phase.status),
  facts: Object.entries(phase.facts).map(([words, facts]) => [words, explore.codes(facts)]),
};

// Place of a point in arrays over the leading dimensions alone.
explore.flat = (places, shape) => places.reduce((flat, place, k) => flat * shape[k] + place, 0);
explore.gridShape = () => explore.axes.map((axis) => axis.values.length);

explore.labels = (dim) => (explore.document.labels[dim] || []).map(explore.finite);

// Which place along its branches a quantity shows at a point: the chosen one, else that of "the attractor"; -1: none.
explore.branchPlace = (field, lead, branch) => {
  if (!field.branching) return 0;
  const labels = explore.labels(field.branching);
  return labels.includes(branch) ? labels.indexOf(branch) : field.shown[lead];
};

// {value, error, status} of a field. lead: flat place of the point; own: dimension -> place.
explore.entry = (field, lead, own) => {
  let at = lead;
  for (const [k, dim] of field.own.entries()) {
    const place = own[dim] || 0;
    if (place < 0) return { value: NaN, error: NaN, status: 3 };
    at = at * field.shape[field.lead + k] + place;
  }
  return { value: field.value[at], error: field.error === null ? NaN : field.error[at], status: field.status[at] };
};

// The number that the map shows at a flat place of the grid.
explore.mapped = (field, lead, state) => {
  const own = { ...state.own };
  if (field.branching) own[field.branching] = explore.branchPlace(field, lead, state.branch);
  return explore.entry(field, lead, own);
};

explore.isGood = (entry) => entry.status === 1 || entry.status === 5;
explore.isBound = (entry) => explore.document.statuses[entry.status].bound !== "";

explore.nearest = (values, wanted) => {
  let best = 0;
  values.forEach((value, k) => {
    if (value === wanted || Math.abs(value - wanted) < Math.abs(values[best] - wanted)) best = k;
  });
  return best;
};

// Whether there is a plane to map, or a line to draw.
explore.isMapped = () => explore.axes.length > 1 || (explore.axes.length === 1 && explore.axes[0].values.length > 1);
