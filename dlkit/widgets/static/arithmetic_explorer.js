// The arithmetic of one axis: how many places a filter finds on a row of cells, and what it never sees.

// ---- arithmetic ----

export function fit({ N, F, S, P, D }) {
  const span = D * (F - 1) + 1, padded = N + 2 * P, room = padded - span;
  if (room < 0) return { span, padded, room, value: NaN, outputs: 0, left: 0, starts: [], skipped: 0, unseen: [] };
  const left = room % S, outputs = (room - left) / S + 1;
  const starts = Array.from({ length: outputs }, (_, k) => k * S);
  const touched = new Set(starts.flatMap((start) => Array.from({ length: F }, (_, k) => start + k * D)));
  const unseen = Array.from({ length: padded }, (_, k) => k).filter((k) => !touched.has(k));
  return { span, padded, room, value: room / S + 1, outputs, left, starts, unseen, skipped: unseen.filter((k) => k < padded - left).length };
}

// The nearest number of input cells that fits; of two equally near ones the larger, which loses nothing.
export function nearestInput({ N, S }, { left }) {
  return left < S - left && N - left >= 1 ? N - left : N + S - left;
}

// The nearest padding that fits, or null: two cells a time cannot make up an odd remainder when the stride is even.
export function nearestPadding({ S, P }, { room }) {
  for (let d = 1; d <= S; d++) {
    if ((room + 2 * d) % S === 0) return P + d;
    if (P >= d && room - 2 * d >= 0 && (room - 2 * d) % S === 0) return P - d;
  }
  return null;
}

export function numerator({ N, P }, { span }) {
  return `${N} − ${span} + 2·${P}`;
}

// The picture in words; dlkit.widgets.convolution says the same, and a test compares them.
export function describe(options) {
  const { N, F, S, P, D } = options, found = fit(options);
  const { span, padded, value, outputs, left, skipped } = found;
  const spread = D > 1 ? `Dilated, the filter spans ${D}·(${F} − 1) + 1 = ${span} cells. ` : "";
  if (found.room < 0) {
    return `${spread}No place fits: the filter spans ${count(span, "cell")}, the padded input has ${padded}. PyTorch and dlkit raise an error. `
      + `Try N = ${span - 2 * P} or more, P = ${Math.ceil((span - N) / 2)} or more, or a smaller filter.`;
  }
  const sum = `(${numerator(options, found)})/${S} + 1 = ${number(value)}`;
  const between = skipped ? ` ${count(skipped, "cell")} before the last window ${skipped === 1 ? "falls" : "fall"} between the cells it reads and ${skipped === 1 ? "is" : "are"} never seen.` : "";
  if (!left) {
    const same = outputs === N && P > 0 ? " The padding keeps the size." : "";
    return `${spread}${sum}: the filter fits at ${count(outputs, "place")} and nothing is left over.${same}${between}`;
  }
  const padding = nearestPadding(options, found);
  const lost = left <= P ? ", all of them padding" : P ? `, ${P} of them padding` : "";
  return `${spread}${sum} does not fit. Frameworks round down to ${outputs}: the last ${left === 1 ? "cell is" : `${left} cells are`} never seen${
    left === 1 && P ? ", and it is padding" : lost}. The nearest that fit: N = ${nearestInput(options, found)}${padding === null ? "; no P does" : ` or P = ${padding}`}.${between}`;
}

// ---- drawing ----

const WIDTH = 900, ROW = 34; // user units
const DIAGONAL = 12; // up to so many windows get a line each

function picture(options) {
  const { N, F, S, P, D } = options, { span, padded, left, starts, unseen } = fit(options);
  const shown = Math.max(padded, span), cell = Math.min(44, (WIDTH - 60) / shown), width = shown * cell;
  const lines = starts.length <= DIAGONAL ? Math.max(1, starts.length) : Math.ceil(span / S);
  const line = clamp(216 / lines, 4, 22), height = 26 + ROW + 12 + lines * line + 6 + (starts.length === 1 && left ? 16 : 0);
  const numbered = cell >= 18, top = 26;
  const never = new Set(unseen);
  const node = svg("svg", { class: "dl-row", viewBox: `-2 0 ${width + 62} ${height}`, style: `width: ${width + 62}px`, "aria-hidden": "true" });
  for (let k = 0; k < shown; k++) {
    const x = k * cell, real = k < padded, border = k < P || k >= N + P;
    const kind = !real ? "dl-absent" : border ? "dl-hatched" : "";
    node.append(svg("rect", { class: `dl-cell ${kind} ${never.has(k) ? "dl-never" : ""}`, x, y: top, width: cell, height: ROW }));
    if (!real) continue;
    if (border) {
      let hatch = "";
      for (let d = 8; d < cell + ROW; d += 8) {
        const from = Math.max(0, d - ROW), to = Math.min(d, cell);
        hatch += `M${x + from} ${top + d - from}L${x + to} ${top + d - to}`;
      }
      node.append(svg("path", { class: "dl-hatch", d: hatch }));
    }
    if (numbered) node.append(svg("text", { class: `dl-number ${border ? "dl-bold" : ""}`, x: x + cell / 2, y: top + ROW / 2 }, border ? "0" : `x${subscript(k - P)}`));
    if (never.has(k)) node.append(svg("path", { class: "dl-cross", d: `M${x + 3} ${top + 3}L${x + cell - 3} ${top + ROW - 3}M${x + cell - 3} ${top + 3}L${x + 3} ${top + ROW - 3}` }));
  }
  const brace = (from, to, words) => {
    if (to <= from) return;
    const a = from * cell + 1, b = to * cell - 1, fits = words.length * 6.6 < b - a + 40;
    node.append(svg("path", { class: "dl-brace", d: `M${a} 24V19H${b}V24` }));
    if (fits) node.append(svg("text", { class: "dl-small", x: (a + b) / 2, y: 12 }, words));
  };
  const wide = P * cell > 60;
  brace(P, N + P, `N = ${N}`), brace(0, P, wide ? `padding ${P}` : `P = ${P}`), brace(N + P, padded, wide ? `padding ${P}` : `P = ${P}`);
  starts.forEach((start, k) => {
    const y = top + ROW + 10 + (k % lines) * line, thick = Math.max(2, line - 5), x = start * cell;
    node.append(svg("rect", { class: "dl-window", x: x + 1.5, y, width: span * cell - 3, height: thick, rx: Math.min(4, thick / 2) }));
    const taps = D === 1 && cell < 12 ? [[0, F]] : Array.from({ length: F }, (_, f) => [f * D, 1]); // narrow cells run together
    for (const [at, cells] of taps) {
      const wide = Math.max(1, cells * cell - 7), high = Math.max(1, thick - 4);
      node.append(svg("rect", { class: "dl-tap", x: x + at * cell + 3.5, y: y + 2, width: wide, height: high, rx: Math.min(2, high / 2) }));
    }
    if (lines === starts.length && line > 12) node.append(svg("text", { class: "dl-label", x: x + span * cell + 6, y: y + thick / 2 }, `y${subscript(k)}`));
  });
  if (!starts.length) {
    node.append(svg("rect", { class: "dl-window dl-misfit", x: 1.5, y: top + ROW + 10, width: span * cell - 3, height: 17, rx: 4 }));
    node.append(svg("text", { class: "dl-label dl-bold", x: 10, y: top + ROW + 19 }, `the filter needs ${span}`));
  } else if (left) {
    const last = starts.at(-1) + span, words = `${left} left over`;
    node.append(svg("path", { class: "dl-cross", d: `M${last * cell + 1} ${top + ROW + 3}v5H${padded * cell - 1}v-5` }));
    const below = starts.length === 1 ? 36 : 19; // beside a single window stands its name
    node.append(svg("text", { class: "dl-label dl-bold", x: (last * cell + padded * cell) / 2 - words.length * 3, y: top + ROW + below }, words));
  }
  return node;
}

const subscript = (k) => String(k).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);

const fraction = (above, below) => html("span", { class: "dl-fraction" }, html("span", {}, above), html("span", {}, below));

function formula(options) {
  const { F, S, D } = options, found = fit(options), wide = D > 1;
  const fits = found.room >= 0 && !found.left;
  const outcome = found.room < 0 ? "no place" : number(found.value);
  const rounded = found.room >= 0 && !fits ? ` → ${found.outputs}` : "";
  const effective = wide ? [html("span", { class: "dl-aside" }, `E = D·(F − 1) + 1 = ${D}·(${F} − 1) + 1 = ${found.span}`)] : [];
  return [html("span", { class: "dl-term" }, fraction(`N − ${wide ? "E" : "F"} + 2P`, "S"), " + 1"), html("span", {}, "="),
    html("span", { class: "dl-term" }, fraction(numerator(options, found), String(S)), " + 1"),
    html("span", { class: "dl-term" }, "= ", html("strong", { class: "dl-outcome" }, outcome + rounded)), ...effective];
}

// ---- the widget ----

const CONTROLS = [
  { name: "N", label: "N, input", min: 1, max: 512, reach: 48 },
  { name: "F", label: "F, filter", min: 1, max: 32, reach: 12 },
  { name: "S", label: "S, stride", min: 1, max: 32, reach: 8 },
  { name: "P", label: "P, padding", min: 0, max: 32, reach: 8 },
  { name: "D", label: "D, dilation", min: 1, max: 16, reach: 6 },
];

const EXAMPLES = [
  ["your own", null],
  ["stride 1", [7, 3, 1, 0, 1]], ["stride 2", [7, 3, 2, 0, 1]], ["stride 3 does not fit", [7, 3, 3, 0, 1]],
  ["padding keeps the size", [7, 3, 1, 1, 1]], ["dilated by 2", [9, 3, 1, 0, 2]], ["filter too large", [3, 5, 1, 0, 1]],
  ["AlexNet, first layer", [227, 11, 4, 0, 1]], ["ResNet, first layer", [224, 7, 2, 3, 1]],
];

function render({ model, el }) {
  const view = open(model, el, "Output size of a convolution");
  const names = CONTROLS.map(({ name }) => name);
  const options = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const controls = CONTROLS.map(({ name, ...control }) =>
    slider({ ...control, value: model.get(name) }, (value) => { model.set(name, value), model.save_changes(); }));
  const examples = choice({ label: "Example", options: EXAMPLES }, (values) => {
    if (!values) return;
    names.forEach((name, k) => model.set(name, values[k]));
    model.save_changes();
  });
  const stage = html("div", { class: "dl-strip" }), sum = html("div", { class: "dl-formula" });
  const legend = html("p", { class: "dl-note" }, "Hatched cells are padding. A bar is a window, its filled parts the cells it reads. A crossed cell is never read.");
  view.root.append(html("div", { class: "dl-controls" }, examples.node),
    html("div", { class: "dl-sliders" }, ...controls.map(({ node }) => node)), sum, stage, view.status, legend);
  const lay = () => {
    const now = options();
    controls.forEach((control, k) => control.set(now[names[k]]));
    examples.set((values) => values !== null && names.every((name, k) => values[k] === now[name]));
    sum.replaceChildren(...formula(now)), stage.replaceChildren(picture(now));
    say(view.status, describe(now).replace(/\b([NP]) = (\d+)/g, "$1\u00a0=\u00a0$2")); // "N = 6" stays on one line
  };
  lay();
  view.on(names.join(" "), lay);
  return view.close;
}

export default { render };
