// The drawn cell of an LSTM: its arithmetic and its picture. dlkit.widgets.lstm.cell draws the same, and gives the layout.

// ---- arithmetic ----

export const stepOf = ({ before, f, i, g, o }) => {
  const c = f * before + i * g;
  return { before, f, i, g, o, c, h: o * Math.tanh(c) };
};

export function two(value) {
  const text = fixed(value, 2);
  return text === "-0.00" ? "0.00" : text.replace("-", "−");
}
const times = (value) => (two(value).startsWith("−") ? `(${two(value)})` : two(value));

export const formulas = ({ before, f, i, g, o, c, h }) =>
  `C = f·C before + i·C̃ = ${two(f)}·${times(before)} + ${two(i)}·${times(g)} = ${two(c)}; `
  + `h = o·tanh(C) = ${two(o)}·${times(Math.tanh(c))} = ${two(h)}.`;

// ---- drawing ----

const SHUT = 0.05;

class CellPicture {
  constructor({ size: [width, height], boxes, circles, edges, labels, note }) {
    const [words, left, top] = note;
    this.flows = edges.map(([x1, y1, x2, y2, gate]) => {
      const long = Math.hypot(x2 - x1, y2 - y1), [a, b] = [(x2 - x1) / long, (y2 - y1) / long];
      const corner = (side) => `L${x2 - 10 * a - side * 5.5 * b} ${y2 - 10 * b + side * 5.5 * a}`;
      const kind = gate ? "dl-gated" : "";
      return { gate, line: svg("path", { class: `dl-flow ${kind}`, d: `M${x1} ${y1}L${x2 - 8 * a} ${y2 - 8 * b}` }),
        head: svg("path", { class: `dl-flow-head ${kind}`, d: `M${x2} ${y2}${corner(1)}${corner(-1)}z` }) };
    });
    const signs = circles.flatMap(([sign, x, y]) => [svg("circle", { class: "dl-gate-sign", cx: x, cy: y, r: 16 }),
      svg("text", { class: "dl-gate-name", x, y, style: "font-size: 18px" }, sign)]);
    this.values = {};
    const drawn = boxes.flatMap(([key, name, x, y]) => {
      this.values[key] = svg("text", { class: "dl-node-value", x, y: y + 10 });
      return [svg("rect", { class: "dl-gate-box", x: x - 50, y: y - 22, width: 100, height: 44, rx: "fio".includes(key) ? 14 : 3 }),
        svg("text", { class: "dl-gate-name", x, y: y - 9 }, name), this.values[key]];
    });
    this.labels = Object.fromEntries(labels.map(([key, x, y]) =>
      [key, svg("text", { class: "dl-gate-name", x, y: y - 4, style: key === "kept" ? "" : "text-anchor: start" })]));
    this.node = svg("svg", { class: "dl-graph", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", style: `width: ${width}px; min-width: 500px` },
      ...this.flows.flatMap(({ line, head }) => [line, head]), ...signs, ...drawn, ...Object.values(this.labels),
      svg("text", { class: "dl-gate-name", x: left, y: top - 4 }, words));
  }

  draw(step) {
    const values = { ...step, shown: Math.tanh(step.c) };
    for (const { gate, line } of this.flows) {
      if (!gate) continue;
      const share = Math.abs(values[gate]);
      line.style.strokeWidth = 1.5 + 4.5 * share;
      line.style.strokeDasharray = share < SHUT ? "3 5" : "none";
    }
    for (const [key, text] of Object.entries(this.values)) say(text, two(values[key]));
    say(this.labels.kept, `f·C = ${two(step.f * step.before)}`), say(this.labels.written, `i·C̃ = ${two(step.i * step.g)}`);
  }
}
