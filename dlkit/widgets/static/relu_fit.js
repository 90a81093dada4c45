// A hidden layer of k ReLU neurons that runs through k + 1 points of a curve: weights set by arithmetic, nothing is trained.

// ---- arithmetic ----

const LOW = -Math.PI, HIGH = Math.PI;

export const TARGETS = {
  "sin(x)": (x) => Math.sin(x), "|x| / 2": (x) => Math.abs(x) / 2, "a bump": (x) => Math.exp(-x * x), "a step": (x) => (x < 0 ? -1 : 1),
};

// Where each neuron wakes (t), what it adds to the slope (v), and the value at the left end (c).
export function network(target, k) {
  const f = TARGETS[target], h = (HIGH - LOW) / k, t = Array.from({ length: k }, (_, j) => LOW + j * h), v = [];
  let before = 0;
  for (let j = 0; j < k; j++) {
    const slope = (f(LOW + (j + 1) * h) - f(t[j])) / h;
    v.push(slope - before), before = slope;
  }
  return { t, v, c: f(LOW), h };
}

export function evaluate({ t, v, c }, x) {
  let y = c;
  for (let j = 0; j < t.length; j++) y += v[j] * Math.max(0, x - t[j]);
  return y;
}

export function largestError(target, k) {
  const net = network(target, k), f = TARGETS[target];
  return Math.max(...samples([LOW, HIGH], 1000).map((x) => Math.abs(evaluate(net, x) - f(x))));
}

const written = (error) => (error < 1e-9 ? "0" : number(error));

// The picture in words; dlkit.widgets.neurons says the same, and a test compares them.
export function describe(target, k) {
  const error = largestError(target, k), twice = largestError(target, 2 * k);
  const exact = error < 1e-9 ? " The pieces lie exactly on the curve." : ` With ${2 * k} it would be ${written(twice)}.`;
  return `${target} with ${count(k, "ReLU neuron")}: ${count(k, "straight piece")}, each ${number((HIGH - LOW) / k)} wide. `
    + `The largest error is ${written(error)}.${exact}`;
}

// ---- the widget ----

function render({ model, el }) {
  const view = open(model, el, "A curve from ReLU neurons");
  const plane = new Plane({ x: [LOW, HIGH], y: [-1.7, 1.7], width: 500, height: 300, labels: ["x", "y"], layers: ["target", "units", "fit"] });
  const stage = stageFor(plane, "curve and its fit", "The curve and its pieces. Left and right arrows take away or add a neuron; with Shift, ten.");
  const change = (name) => (value) => { model.set(name, value), model.save_changes(); };
  const more = (by) => change("k")(clamp(model.get("k") + by, 1, 64));
  keys(stage, { ArrowLeft: (n) => more(-n), ArrowRight: (n) => more(n), ArrowUp: (n) => more(n), ArrowDown: (n) => more(-n),
    Home: () => change("k")(1), End: () => change("k")(64) });
  stage.addEventListener("pointerdown", () => stage.focus({ preventScroll: true }));
  const targets = choice({ label: "Curve", options: Object.keys(TARGETS).map((name) => [name, name]) }, change("target"));
  const k = slider({ label: "k, neurons", min: 1, max: 64, reach: 20, value: model.get("k") }, change("k"));
  const units = checkbox({ label: "Show each neuron's share", value: model.get("units") }, change("units"));
  const key = (kind, words) => html("span", { class: "dl-key" },
    svg("svg", { viewBox: "0 0 26 14", "aria-hidden": "true" }, svg("path", { class: kind, d: "M0 7H26", fill: "none" })), words);
  const legend = html("div", {}, key("dl-target", "curve"), key("dl-curve", "network"), key("dl-unit", "one neuron"));
  const note = html("p", { class: "dl-note" }, "At each circle one more neuron wakes and changes the slope.");
  view.root.append(html("div", { class: "dl-beside" }, stage, html("div", { class: "dl-side" }, targets.node, k.node, units.node, legend, note)), view.status);

  const lay = () => {
    const target = model.get("target"), f = TARGETS[target], net = network(target, model.get("k")), ends = [...net.t, HIGH];
    k.set(model.get("k")), units.set(model.get("units")), targets.set((name) => name === target);
    plane.layers.target.replaceChildren(plane.curve(samples([LOW, HIGH], 800).map((x) => [x, f(x)]), { class: "dl-target" }));
    plane.layers.units.replaceChildren(...(model.get("units") ? net.t.map((t, j) =>
      plane.curve([[LOW, 0], [t, 0], [HIGH, net.v[j] * (HIGH - t)]], { class: "dl-unit" })) : []));
    const corners = ends.map((x) => [x, evaluate(net, x)]);
    plane.layers.fit.replaceChildren(plane.curve(corners, { class: "dl-curve" }),
      ...corners.slice(0, -1).map((at) => plane.mark(at, "circle", { class: "dl-knot" }, corners.length > 24 ? 2.5 : 4)));
    say(view.status, describe(target, model.get("k")));
  };
  lay();
  view.on("k target units", lay);
  return view.close;
}

export default { render };
