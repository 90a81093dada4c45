// What every live picture of the course is drawn with: elements, numbers, matrices, controls, keys.
// A widget's own module is appended to this text, so nothing here is imported and nothing comes from a network.

// ---- elements ----

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

const html = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// Writing an unchanged text would make a screen reader say it again.
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

let lastId = 0;
const scope = Math.random().toString(36).slice(2, 8); // other widgets on the page count from 1 too
const freshId = () => `dl-${scope}-${++lastId}`;

// ---- numbers, written as dlkit.svg.number writes them ----

function fixed(value, digits) {
  const scaled = Math.abs(value) * 10 ** digits;
  // Python rounds an exact half to the even neighbour, toFixed always away from zero. Only eighths can be exact halves.
  if (Number.isInteger(value * 8) && scaled % 1 === 0.5) {
    const even = 2 * Math.round(scaled / 2);
    return (value < 0 ? "-" : "") + (even / 10 ** digits).toFixed(digits);
  }
  return value.toFixed(digits);
}

export function number(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  let text;
  if (Number.isInteger(value) && size < 1e5) text = String(value === 0 ? 0 : value);
  else if (size >= 1e4 || size < 0.005) text = value.toExponential(0).replace(/e\+(\d)$/, "e$1");
  else text = fixed(value, size < 100 ? 2 : 0);
  return text.replaceAll("-", "−");
}

// True when the text shows the value itself, not a rounded one.
export const isExact = (value) => Number(number(value).replaceAll("−", "-")) === value;

export const factor = (value) => (value < 0 ? `(${number(value)})` : number(value));

export const count = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

// ---- matrices ----

const CELL = 36; // user units; the style sheet decides how many pixels a cell gets
const EDGE = 2; // room for a frame around the outermost cells

class Matrix {
  // A grid of numbered cells. `border` cells on every side are padding and drawn hatched.
  constructor({ title, rows, columns, border = 0, limit = 1 }) {
    Object.assign(this, { rows, columns, limit });
    const width = columns * CELL + 2 * EDGE, height = rows * CELL + 2 * EDGE;
    this.cells = svg("g"), this.hatching = svg("path", { class: "dl-hatch" }), this.numbers = svg("g");
    this.frame = svg("rect", { class: "dl-frame", rx: 3, visibility: "hidden" });
    this.lights = svg("g");
    this.picture = svg("svg", {
      class: "dl-grid", viewBox: `${-EDGE} ${-EDGE} ${width} ${height}`, "aria-hidden": "true",
      style: `width: calc(var(--dl-cell) * ${width / CELL})`,
    }, this.cells, this.hatching, this.numbers, this.lights, this.frame);
    this.caption = html("figcaption", {}, title);
    this.node = html("figure", { class: "dl-matrix" }, this.caption, this.picture);
    this.grid = [];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const box = svg("rect", { class: "dl-cell", x: j * CELL, y: i * CELL, width: CELL, height: CELL });
        const text = svg("text", { class: "dl-number", x: (j + 0.5) * CELL, y: (i + 0.5) * CELL });
        this.cells.append(box), this.numbers.append(text), this.grid.push({ box, text });
      }
    }
    const inside = (i, j) => i >= border && j >= border && i < rows - border && j < columns - border;
    this.hatch(inside);
  }

  // Hatch every cell that `plain` denies.
  hatch(plain) {
    let lines = "";
    for (let i = 0; i < this.rows; i++) {
      for (let j = 0; j < this.columns; j++) {
        const hatched = !plain(i, j);
        this.grid[i * this.columns + j].box.classList.toggle("dl-hatched", hatched);
        if (!hatched) continue;
        const x = j * CELL, y = i * CELL;
        for (const d of [9, 18, 27, 36]) lines += `M${x} ${y + d}L${x + d} ${y}`;
        for (const d of [9, 18, 27]) lines += `M${x + d} ${y + CELL}L${x + CELL} ${y + d}`;
      }
    }
    this.hatching.setAttribute("d", lines);
  }

  // tone "signed": orange above zero, blue below. tone [low, high]: grey levels, as in the photograph.
  put(i, j, value, tone = "signed") {
    const { box, text } = this.grid[i * this.columns + j];
    say(text, number(value));
    text.classList.toggle("dl-long", text.textContent.length > 4);
    if (tone === "signed") {
      const share = Number.isFinite(value) ? Math.min(Math.abs(value) / this.limit, 1) * 55 : 0;
      box.style.fill = `color-mix(in srgb, var(--dl-${value < 0 ? "negative" : "positive"}) ${share.toFixed(1)}%, var(--dl-paper))`;
    } else {
      const level = Math.round((255 * (value - tone[0])) / (tone[1] - tone[0] || 1));
      box.style.fill = `rgb(${level} ${level} ${level})`;
      text.style.fill = level > 117 ? "#000" : "#fff"; // where both have a contrast of 4.6
    }
  }

  clear() {
    for (const { box, text } of this.grid) say(text, ""), (box.style.fill = "");
  }

  // Put the heavy frame around rows × columns cells from (i, j).
  mark(i, j, rows = 1, columns = 1) {
    this.frame.setAttribute("visibility", "visible");
    this.frame.setAttribute("width", columns * CELL), this.frame.setAttribute("height", rows * CELL);
    this.frame.style.transform = `translate(${j * CELL}px, ${i * CELL}px)`;
  }

  unmark() {
    this.frame.setAttribute("visibility", "hidden");
  }

  // Put a round frame into each cell [i, j] of `first`, a dashed one into those of `others`.
  light(first, others = []) {
    const ring = (kind) => ([i, j]) =>
      svg("rect", { class: `dl-light ${kind}`, x: j * CELL + 4, y: i * CELL + 4, width: CELL - 8, height: CELL - 8, rx: 10 });
    this.lights.replaceChildren(...first.map(ring("")), ...others.map(ring("dl-tied")));
  }

  // The cell under the pointer.
  at(event) {
    const box = this.picture.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * (this.columns * CELL + 2 * EDGE) - EDGE;
    const y = ((event.clientY - box.top) / box.height) * (this.rows * CELL + 2 * EDGE) - EDGE;
    return [clamp(Math.floor(y / CELL), 0, this.rows - 1), clamp(Math.floor(x / CELL), 0, this.columns - 1)];
  }
}

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

// A sign and the matrix behind it, which no line break parts.
const joined = (sign, words, node) =>
  html("div", { class: "dl-joined" }, html("span", { class: "dl-operator", role: "img", "aria-label": words }, sign), node);

// ---- controls: each is { node, set(value) } and calls `change` when the user moves it ----

function numberField({ label, min, max, value }, change) {
  const id = freshId();
  let last = value;
  const input = html("input", { id, type: "number", class: "dl-field", min, max, step: 1, value, inputmode: "numeric" });
  const read = () => (/^\d+$/.test(input.value) ? Number(input.value) : NaN);
  const set = (to) => { last = to; if (read() !== to) input.value = to; };
  const move = (to) => { const next = clamp(to, min, max); set(next), change(next); };
  input.addEventListener("input", () => { if (read() >= min && read() <= max) change((last = read())); });
  input.addEventListener("change", () => { if (read() !== last) move(Number.isNaN(read()) ? last : read()); });
  const step = (by, sign) =>
    html("button", { type: "button", class: "dl-step", tabindex: -1, "aria-hidden": "true", onclick: () => move(last + by) }, sign);
  const node = html("div", { class: "dl-control" }, html("label", { for: id }, label),
    html("span", { class: "dl-stepper" }, step(-1, "−"), input, step(1, "+")));
  return { node, set };
}

function slider({ label, min, max, value, reach = max }, change) {
  // `reach` is where the slider ends while the value is small; the number field goes on to `max`.
  const end = (v) => (v > reach ? max : reach);
  const range = html("input", { type: "range", class: "dl-range", min, max: end(value), step: 1, value, "aria-label": label });
  const field = numberField({ label, min, max, value }, (v) => { set(v), change(v); });
  const set = (v) => { range.max = end(v), range.value = v, field.set(v); };
  range.addEventListener("input", () => { field.set(Number(range.value)), change(Number(range.value)); });
  field.node.classList.add("dl-slider"), field.node.append(range);
  return { node: field.node, set };
}

// A slider alone, for fractions and for numbers below zero, its value beside its name.
function dial({ label, min, max, step = 1, value }, change) {
  const id = freshId(), reading = html("output", { for: id, class: "dl-reading" });
  const range = html("input", { id, type: "range", class: "dl-range", min, max, step, value });
  const set = (v) => {
    range.value = v, say(reading, number(v));
    range.setAttribute("aria-valuetext", number(v));
  };
  range.addEventListener("input", () => { set(Number(range.value)), change(Number(range.value)); });
  set(value);
  return { node: html("div", { class: "dl-control dl-slider dl-dial" }, html("label", { for: id }, label), reading, range), set };
}

const ICONS = {
  play: "M5 3.5v9l7.5-4.5z", pause: "M4.5 3.5h2.5v9h-2.5zM9 3.5h2.5v9h-2.5z",
  swap: "M4 2l3 4H5v8H3V6H1zM12 14l-3-4h2V2h2v8h2z",
  back: "M10.5 3.5v9l-6.5-4.5z", next: "M5.5 3.5v9l6.5-4.5z",
};

function button({ label, icon }, press) {
  const path = svg("path", { d: ICONS[icon] }), words = html("span", {}, label);
  const node = html("button", { type: "button", class: "dl-button", onclick: press },
    svg("svg", { viewBox: "0 0 16 16", class: "dl-icon", "aria-hidden": "true" }, path), words);
  return { node, set: (now) => { say(words, now.label), path.setAttribute("d", ICONS[now.icon]); } };
}

function checkbox({ label, value }, change) {
  const box = html("input", { type: "checkbox", checked: value, onchange: () => change(box.checked) });
  return { node: html("label", { class: "dl-check" }, box, label), set: (v) => { box.checked = v; } };
}

// options: [[text, value], …]; the first row is shown when nothing matches.
function choice({ label, options }, change) {
  const id = freshId();
  const list = html("select", { id, class: "dl-field", onchange: () => change(options[list.selectedIndex][1]) },
    ...options.map(([text]) => html("option", {}, text)));
  const set = (same) => { list.selectedIndex = Math.max(0, options.findIndex(([, value]) => same(value))); };
  return { node: html("div", { class: "dl-control dl-choice" }, html("label", { for: id }, label), list), set };
}

function textField({ label, value, size = 12 }, change) {
  const id = freshId();
  const input = html("input", { id, type: "text", class: "dl-field", value, size, spellcheck: "false", autocomplete: "off" });
  input.addEventListener("input", () => change(input.value));
  const node = html("div", { class: "dl-control" }, html("label", { for: id }, label), input);
  const valid = (ok) => input.setAttribute("aria-invalid", String(!ok));
  return { node, valid, set: (text) => { if (input.getRootNode().activeElement !== input) input.value = text; } };
}

// ---- the widget itself ----

// table: { ArrowLeft: (stride) => …, … }; with Shift an arrow goes ten cells.
function keys(target, table) {
  target.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(table, event.key)) return;
    event.preventDefault();
    table[event.key](event.shiftKey ? 10 : 1);
  });
}

// Move with the pointer: on the press and while it stays down.
function drag(target, move) {
  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    target.setPointerCapture(event.pointerId);
    move(event);
  });
  target.addEventListener("pointermove", (event) => { if (target.hasPointerCapture(event.pointerId)) move(event); });
}

// Open a view: its root, a live text line, and `on`, which listens to the model until the view is closed.
function open(model, el, title) {
  const root = html("section", { class: "dl-widget", "aria-label": title });
  const status = html("p", { class: "dl-status", role: "status", "aria-live": "polite" });
  const closing = [];
  // The notebook would take arrows, letters and Enter for its own commands. Ctrl+S, Shift+Enter and Escape stay its own.
  root.addEventListener("keydown", (event) => {
    const notebooks = event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape" || (event.shiftKey && event.key === "Enter");
    if (!notebooks) event.stopPropagation();
  });
  el.append(root);
  return {
    root, status,
    on(names, handler) {
      for (const name of names.split(" ")) {
        model.on(`change:${name}`, handler);
        closing.push(() => model.off(`change:${name}`, handler));
      }
    },
    whenClosed: (undo) => closing.push(undo),
    close: () => { for (const undo of closing.splice(0)) undo(); root.remove(); },
  };
}

// Give the matrices inside `node` as many pixels a cell as fit beside one another.
function fitCells(view, node, columns, gaps) {
  const lay = () => {
    if (node.clientWidth) node.style.setProperty("--dl-cell", `${clamp((node.clientWidth - gaps) / columns(), 29, CELL).toFixed(1)}px`);
  };
  const observer = new ResizeObserver(lay);
  observer.observe(node), view.whenClosed(() => observer.disconnect());
  return lay;
}

// The bytes of a NumPy array, as numbers.
function numbersOf(bytes, dtype) {
  const Kind = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array }[dtype];
  return new Kind(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)); // aligned, whatever came before
}
