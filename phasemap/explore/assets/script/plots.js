// What all plots share: colours of the page, axes, settings of the plotting library.
"use strict";

explore.baseLayout = (more = {}) => ({
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  font: { color: explore.css("--ink"), size: 11.5, family: 'system-ui, "DejaVu Sans", sans-serif' },
  margin: { l: 58, r: 8, t: 8, b: 40 },
  showlegend: false,
  hovermode: "closest",
  modebar: { bgcolor: "rgba(0,0,0,0)", color: explore.css("--faint"), activecolor: explore.css("--accent") },
  hoverlabel: { align: "left", font: { size: 11.5 } },
  ...more,
});

explore.axisLayout = (axis, more = {}) => ({
  title: { text: explore.axisTitle(axis), standoff: 6 },
  type: axis.log ? "log" : "linear",
  gridcolor: explore.css("--edge"),
  zeroline: false,
  ...(axis.values.every(Number.isFinite) ? {} : explore.infiniteTicks(axis)),
  ...more,
});

explore.infiniteTicks = (axis) => ({ tickvals: axis.places, ticktext: axis.values.map((value) => explore.digits(value, 4)) });

explore.plotConfig = {
  responsive: true, displaylogo: false, scrollZoom: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
};

explore.range2 = (axis) => {
  const ends = [axis.edges[0], axis.edges.at(-1)];
  return axis.log ? ends.map(Math.log10) : ends;
};

