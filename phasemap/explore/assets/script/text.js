// Numbers and statuses in words, symbols, and the making of elements: everything from the file is text, never mark-up.
"use strict";

explore.digits = (value, count = 7) => {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  return String(Number(value.toPrecision(count))).replace("-", "−");
};

// Two digits, with a power of ten only where it is needed.
explore.short = (error) => (error >= 1e-4 && error < 1e4 ? explore.digits(error, 2) : error.toExponential(1).replace("-", "−"));

// A number with as many digits as its error supports, at most seven.
explore.number = (value, error) => {
  if (!Number.isFinite(value) || Number.isNaN(error)) return explore.digits(value);
  if (!Number.isFinite(error)) return `${explore.digits(value, 3)} ± unknown`;
  if (error === 0) return explore.digits(value);
  const after = Math.max(0, 1 - Math.floor(Math.log10(error)));
  const most = Math.max(0, 6 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return `${value.toFixed(Math.min(after, most, 20)).replace("-", "−")} ± ${explore.short(error)}`;
};

explore.statusOf = (entry) => explore.document.statuses[entry.status];

// What a cell says: number and error, or why there is none.
explore.stated = (entry) => {
  const status = explore.statusOf(entry);
  if (status.bound) return `${status.bound} ${explore.digits(entry.value, 6)}`;
  if (status.name === "diverges" && !Number.isNaN(entry.value)) return explore.digits(entry.value);
  return ["converged", "not_converged", "interpolated"].includes(status.name)
    ? explore.number(entry.value, entry.error)
    : status.word;
};

// The same with the status, for one line of speech or hover.
explore.sentence = (entry) => {
  const [text, word] = [explore.stated(entry), explore.statusOf(entry).word];
  return text === word ? word : `${text}, ${word}`;
};

explore.spoken = (markup) => markup.replace(/<\/?(sub|sup|i)>/g, "").replace(/&lt;/g, "<").replace(/&gt;/g, ">")
  .replace(/&#x27;/g, "'").replace(/&quot;/g, '"').replace(/&amp;/g, "&");

// Symbols carry <sub>, <sup> and <i> and nothing else.
explore.symbol = (markup) => {
  const root = document.createElement("span");
  const open = [root];
  for (const part of markup.split(/(<\/?(?:sub|sup|i)>)/)) {
    if (/^<\//.test(part)) open.length > 1 && open.pop();
    else if (/^<(sub|sup|i)>$/.test(part)) open.push(open.at(-1).appendChild(document.createElement(part.slice(1, -1))));
    else open.at(-1).append(explore.spoken(part));
  }
  return root;
};

explore.el = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

explore.fill = (id, ...children) => document.getElementById(id).replaceChildren(...children.filter(Boolean));

explore.plain = (text) => text.replace(/_/g, " ");
explore.escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

// "gain of the activation phi, g_h" for an axis of a plot.
explore.axisTitle = (item, wordy = true) => {
  const about = (item.description || "").replace(/\bphi\b/g, "φ").split(/\s*[(;:]/)[0];
  const words = wordy && about && about.length < 48 ? `${explore.escape(about)}, ` : "";
  return `${words}${item.symbol}${item.units ? ` (${explore.escape(item.units)})` : ""}`;
};

explore.css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
