// The length of a gradient that goes back through time, against the largest singular value of V: real products of Jacobians.

// ---- arithmetic; made = { orthogonal, random, inputs, end }, flat rows ----

const RANGE = [0.5, 2], AXIS = [-16, 12];
const KINDS = { orthogonal: "all singular values alike", random: "singular values from large to small" };

export function normsOf(made, { sigma, drive, kind }) {
  const size = made.end.length, steps = made.inputs.length / size, V = made[kind], states = [];
  let h = new Float64Array(size), slopes = 0;
  for (let t = 0; t < steps; t++) {
    h = h.map((_, i) => {
      let z = 0;
      for (let j = 0; j < size; j++) z += sigma * V[i * size + j] * h[j];
      return Math.tanh(drive * made.inputs[t * size + i] + z);
    });
    states.push(h);
    for (const v of h) slopes += 1 - v * v;
  }
  const long = (g) => Math.sqrt(g.reduce((sum, v) => sum + v * v, 0)), norms = [long(made.end)];
  let g = made.end;
  for (const state of states.reverse()) {
    const dz = g.map((v, i) => v * (1 - state[i] * state[i]));
    g = g.map((_, j) => {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += dz[i] * sigma * V[i * size + j];
      return sum;
    });
    norms.push(long(g));
  }
  return { norms, slope: slopes / (size * steps) };
}

function power(value) {
  if (value >= 0.01 && value < 1000) return value.toFixed(2);
  return value ? value.toExponential(1).replace("e+", "e").replaceAll("-", "−") : "0";
}

// The picture in words; dlkit.widgets.recurrent_networks says the same, and a test compares them.
export function describe(made, now) {
  const { norms, slope } = normsOf(made, now), end = norms.at(-1), steps = norms.length - 1;
  const fate = end < 1e-3 ? "it vanishes" : end < 0.3 ? "it shrinks" : end <= 3 ? "about as much arrives as was sent" : end <= 1e3 ? "it grows" : "it explodes";
  return `σ = ${now.sigma.toFixed(2)}, ${KINDS[now.kind]}, inputs of size ${now.drive.toFixed(1)}: after ${steps} steps back the gradient has `
    + `${power(end)} of its length; ${fate}. σ to the power of ${steps} would be ${power(now.sigma ** steps)}. The mean slope of tanh is ${slope.toFixed(2)}.`;
}

// ---- the widget ----

function render({ model, el }) {
  const view = open(model, el, "Gradient through time");
  const made = Object.fromEntries(["orthogonal", "random", "inputs", "end"].map((name) => [name, numbersOf(model.get(`_${name}`), "float64")]));
  const now = () => ({ sigma: model.get("sigma"), drive: model.get("drive"), kind: model.get("kind") });
  const steps = made.inputs.length / made.end.length;
  const plane = new Plane({ x: [0, steps], y: AXIS, width: 500, height: 300, labels: ["steps back from the end", "log₁₀ of the gradient’s length"], layers: ["ground", "curves"] });
  plane.layers.ground.append(plane.curve([[0, 0], [steps, 0]], { class: "dl-axes-lines" }));
  const change = (name) => (value) => { model.set(name, value), model.save_changes(); };
  const stage = stageFor(plane, "gradient over time", "Length of the gradient over the steps back. Left and right arrows change σ by a hundredth, with Shift by a tenth; Home and End go to its ends.");
  const move = (by) => change("sigma")(clamp(Math.round(100 * model.get("sigma") + by) / 100, ...RANGE));
  keys(stage, { ArrowLeft: (n) => move(-n), ArrowRight: (n) => move(n), ArrowDown: (n) => move(-n), ArrowUp: (n) => move(n),
    Home: () => change("sigma")(RANGE[0]), End: () => change("sigma")(RANGE[1]) });
  stage.addEventListener("pointerdown", () => stage.focus({ preventScroll: true }));
  const sigma = dial({ label: "σ, largest singular value of V", min: RANGE[0], max: RANGE[1], step: 0.01, value: model.get("sigma") }, change("sigma"));
  const drive = dial({ label: "size of the inputs", min: 0, max: 3, step: 0.1, value: model.get("drive") }, change("drive"));
  const kinds = choice({ label: "V", options: Object.entries(KINDS).map(([kind, words]) => [`${kind}: ${words}`, kind]) }, change("kind"));
  const key = (kind, words) => html("span", { class: "dl-key" },
    svg("svg", { viewBox: "0 0 26 14", "aria-hidden": "true" }, svg("path", { class: kind, d: "M0 7H26", fill: "none" })), words);
  const legend = html("div", {}, key("dl-tangent", "the gradient"), key("dl-slope", "σ to the power of the steps"));
  const note = html("p", { class: "dl-note" }, "Every point is a product of real Jacobians: slopes of tanh at each step, times V.");
  view.root.append(kinds.node, html("div", { class: "dl-beside" }, stage, html("div", { class: "dl-side" }, sigma.node, drive.node, legend, note)), view.status);

  const lay = () => {
    const state = now(), { norms } = normsOf(made, state);
    sigma.set(state.sigma), drive.set(state.drive), kinds.set((kind) => kind === state.kind);
    const height = (value) => Math.max(Math.log10(Math.max(value, 1e-300)), -40);
    plane.layers.curves.replaceChildren(
      plane.curve(norms.map((_, k) => [k, k * Math.log10(state.sigma)]), { class: "dl-slope" }),
      plane.curve(norms.map((value, k) => [k, height(value)]), { class: "dl-tangent", "stroke-width": 3 }));
    say(view.status, describe(made, state));
  };
  lay();
  view.on("sigma drive kind", lay);
  return view.close;
}

export default { render };
