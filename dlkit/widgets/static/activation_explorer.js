// An activation, its slope, and the tangent at one point: how much of a change gets through.

// ---- arithmetic ----

// The normal distribution up to x, by a series whose terms are all of one sign.
function normalBelow(x) {
  const z = Math.abs(x);
  let term = z, sum = z;
  for (let k = 1; term > 1e-17 * sum && k < 400; k++) sum += term *= (z * z) / (2 * k + 1);
  const inside = (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  return x < 0 ? 0.5 - inside : 0.5 + inside;
}
const density = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const LINES = [[-1, -2], [0.2, 0], [1, -1]]; // slope and offset of each piece of the maxout neuron
const winner = (x) => LINES.reduce((best, line) => (line[0] * x + line[1] > best[0] * x + best[1] ? line : best));

// name: [value, slope]; at a corner the slope is PyTorch's.
export const ACTIVATIONS = {
  "sigmoid": [sigmoid, (x) => sigmoid(x) * (1 - sigmoid(x))],
  "tanh": [Math.tanh, (x) => 1 - Math.tanh(x) ** 2],
  "ReLU": [(x) => Math.max(x, 0), (x) => (x > 0 ? 1 : 0)],
  "leaky ReLU": [(x) => (x > 0 ? x : 0.1 * x), (x) => (x > 0 ? 1 : 0.1)],
  "ELU": [(x) => (x > 0 ? x : Math.expm1(x)), (x) => (x > 0 ? 1 : Math.exp(x))],
  "GELU": [(x) => x * normalBelow(x), (x) => normalBelow(x) + x * density(x)],
  "maxout of three": [(x) => winner(x)[0] * x + winner(x)[1], (x) => winner(x)[0]],
};
const FORMULAS = {
  "sigmoid": "1 / (1 + e⁻ˣ)", "tanh": "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)", "ReLU": "max(x, 0)", "leaky ReLU": "x, or 0.1·x below 0",
  "ELU": "x, or eˣ − 1 below 0", "GELU": "x · Φ(x), Φ the normal distribution", "maxout of three": "max(−x − 2, 0.2·x, x − 1)",
};
const CORNERED = ["ReLU", "leaky ReLU"];
export const SATURATED = 0.05;

// The picture in words; dlkit.widgets.neurons says the same, and a test compares them.
export function describe(kind, x) {
  const [f, slope] = ACTIVATIONS[kind], s = slope(x);
  const corner = x === 0 && CORNERED.includes(kind) ? " There is a corner at 0: the slope from the left is taken." : "";
  const change = s === 0
    ? "Saturated: the curve is level, and no change of x gets through."
    : Math.abs(s) < SATURATED
      ? "Saturated: the curve is nearly level, and hardly any change of x gets through."
      : `Not saturated: a small change of x comes out ${number(s)} times as large.`;
  return `${kind} at x = ${number(x)}: value ${number(f(x))}, slope ${number(s)}.${corner} ${change}`;
}

// ---- the widget ----

const X = [-5, 5], Y = [-2, 5];

function render({ model, el }) {
  const view = open(model, el, "Activations and their slopes");
  const plane = new Plane({ x: X, y: Y, width: 500, height: 350, labels: ["x", "value and slope"], layers: ["flat", "curves", "point"] });
  const stage = stageFor(plane, "activation", "The point on the curve. Left and right arrows move x by 0.1, with Shift by 1; Home and End jump to the ends.");
  const move = (x) => { model.set("x", Math.round(clamp(x, ...X) * 10) / 10), model.save_changes(); };
  const choose = (kind) => { model.set("kind", kind), model.save_changes(); };
  const kinds = choice({ label: "Activation", options: Object.keys(ACTIVATIONS).map((name) => [name, name]) }, choose);
  const x = dial({ label: "x", min: X[0], max: X[1], step: 0.1, value: model.get("x") }, move);
  drag(stage, (event) => { stage.focus({ preventScroll: true }), move(plane.under(event)[0]); });
  keys(stage, {
    ArrowLeft: (n) => move(model.get("x") - 0.1 * n), ArrowRight: (n) => move(model.get("x") + 0.1 * n),
    Home: () => move(X[0]), End: () => move(X[1]),
  });
  const key = (kind, words) => html("span", { class: "dl-key" },
    svg("svg", { viewBox: "0 0 26 14", "aria-hidden": "true" }, svg("path", { class: kind, d: "M0 7H26", fill: "none" })), words);
  const formula = html("p", { class: "dl-equation" });
  const legend = html("div", {}, key("dl-curve", "value"), key("dl-slope", "slope"), key("dl-tangent", "tangent"));
  const note = html("p", { class: "dl-note" }, `Hatched: saturated, the slope is below ${SATURATED}. Drag in the picture, or use the arrow keys.`);
  view.root.append(html("div", { class: "dl-beside" }, stage, html("div", { class: "dl-side" }, kinds.node, formula, x.node, legend, note)), view.status);

  const curves = () => {
    const kind = model.get("kind"), [f, slope] = ACTIVATIONS[kind], at = samples(X, 500);
    const pieces = []; // the slope jumps at a corner: no line joins its two sides there
    at.forEach((v, k) => {
      if (!k || Math.abs(slope(v) - slope(at[k - 1])) > 0.08) pieces.push([]);
      pieces.at(-1).push([v, slope(v)]);
    });
    plane.layers.curves.replaceChildren(plane.curve(at.map((v) => [v, f(v)]), { class: "dl-curve" }),
      ...pieces.filter((p) => p.length > 1).map((p) => plane.curve(p, { class: "dl-slope" })));
    const flat = [];
    at.forEach((v, k) => {
      const now = Math.abs(slope(v)) < SATURATED, before = k > 0 && Math.abs(slope(at[k - 1])) < SATURATED;
      if (now && !before) flat.push([v, v]);
      if (now) flat.at(-1)[1] = v;
    });
    plane.layers.flat.replaceChildren(...flat.flatMap(([from, to]) => {
      const [a] = plane.at(from, 0), [b] = plane.at(to, 0);
      let lines = "";
      for (let d = 12; d < b - a + plane.height; d += 12) {
        const start = Math.max(0, d - plane.height), end = Math.min(d, b - a);
        lines += `M${a + start} ${d - start}L${a + end} ${d - end}`;
      }
      return [svg("rect", { class: "dl-flat", x: a, y: 0, width: b - a, height: plane.height }), svg("path", { class: "dl-flat-hatch", d: lines })];
    }));
    say(formula, `y = ${FORMULAS[kind]}`);
    kinds.set((value) => value === kind);
  };
  const lay = () => {
    const kind = model.get("kind"), at = model.get("x"), [f, slope] = ACTIVATIONS[kind], y = f(at), s = slope(at), reach = 1.6 / Math.hypot(1, s);
    plane.layers.point.replaceChildren(
      plane.curve([[at - reach, y - s * reach], [at + reach, y + s * reach]], { class: "dl-tangent" }), plane.mark([at, y], "circle", { class: "dl-spot-on" }, 6));
    x.set(at), say(view.status, describe(kind, at));
  };
  curves(), lay();
  view.on("kind", () => { curves(), lay(); });
  view.on("x", lay);
  return view.close;
}

export default { render };
