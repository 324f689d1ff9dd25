// Values to colours: linear, logarithmic or symmetric about zero, in the colours of the printed figures.
"use strict";

// The usual scale of a quantity: exponents and whatever has both signs are symmetric.
explore.scaleOf = (field, state) => state.scale || (field.kind === "diverging" ? "symmetric" : "linear");

explore.palette = (kind, scale) =>
  explore.document.scales[scale === "symmetric" || kind === "diverging" ? "diverging" : "sequential"];

// {z: drawn numbers, zmin, zmax, colorscale, ticks}. values: NaN where nothing is drawn.
explore.coloured = (values, field, scale) => {
  const drawn = scale === "log" ? values.map((value) => (value > 0 ? Math.log10(value) : NaN)) : values;
  let [low, high] = explore.range(drawn);
  if (scale === "symmetric") [low, high] = [-Math.max(-low, high), Math.max(-low, high)];
  if (low === high) [low, high] = [low - 0.5 * (Math.abs(low) || 1), high + 0.5 * (Math.abs(high) || 1)];
  const palette = scale === "symmetric" ? "diverging" : "sequential";
  return { z: drawn, zmin: low, zmax: high, colorscale: explore.document.scales[palette], ...explore.ticks(low, high, scale) };
};

explore.range = (values) => {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return low <= high ? [low, high] : [0, 1];
};

// A logarithmic bar is labelled with the numbers themselves.
explore.ticks = (low, high, scale) => {
  if (scale !== "log") return {};
  const found = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power += 1) {
    for (const factor of high - low > 2.5 ? [1] : [1, 2, 5]) {
      const place = power + Math.log10(factor);
      if (place >= low && place <= high) found.push([place, factor * 10 ** power]);
    }
  }
  return { tickvals: found.map(([place]) => place), ticktext: found.map(([, value]) => explore.digits(value, 3)) };
};

explore.phaseColours = (codes) => {
  const present = [...new Set(codes)].sort((a, b) => a - b);
  const steps = present.flatMap((code, k) => {
    const { colour } = explore.document.phases[code];
    return [[k / present.length, colour], [(k + 1) / present.length, colour]];
  });
  return {
    z: Array.from(codes, (code) => present.indexOf(code)),
    zmin: -0.5,
    zmax: present.length - 0.5,
    colorscale: steps,
    tickvals: present.map((_, k) => k),
    ticktext: present.map((code) => explore.document.phases[code].name),
  };
};
