// The start: data, address, views.
"use strict";

explore.about = () => {
  const { description, caption, progress: [done, total], version, hash, file } = explore.document;
  const partly = done === total ? "" : ` ${done} of ${total} evaluations are computed so far.`;
  return [description, caption, `${file ? `${file}: ` : ""}phasemap ${version}, configuration ${hash}.${partly} Numbers have seven digits here; the file has all of them.`];
};

explore.arrange = () => {
  const map = explore.isMapped();
  document.getElementById("map").hidden = !map;
  document.getElementById("keys").hidden = !map;
  document.getElementById("cuts").hidden = explore.axes.length < 2;
  if (explore.axes.length < 2) document.getElementById("pictures").append(document.getElementById("curves"));
};

explore.start = () => {
  explore.readFields();
  const derived = Object.entries(explore.document.derived).map(([name, text]) => [name, explore.floats(text)]);
  explore.derived = derived.length ? Object.fromEntries(derived) : null;
  document.getElementById("title").textContent = explore.document.title || explore.document.file;
  explore.fill("about", ...explore.about().filter(Boolean).map((text) => explore.el("p", {}, text)));
  explore.arrange();
  document.getElementById("map").addEventListener("keydown", explore.key);
  document.getElementById("controls").addEventListener("submit", (event) => event.preventDefault());
  explore.views = [
    explore.drawControls, explore.drawPlace, explore.drawPhase, explore.drawTable, explore.drawDistances, explore.drawNetworks,
    explore.drawAgain, explore.drawMap, explore.drawCuts, explore.drawCurves, explore.drawLive,
  ];
  explore.set(explore.fromAddress(window.location.hash));
  window.addEventListener("hashchange", () => explore.set(explore.fromAddress(window.location.hash)));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => explore.set({}));
};

explore.start();
