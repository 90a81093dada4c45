// A neuron with two inputs and the line where it answers zero: turn it, shift it, count who is on which side.

// ---- arithmetic; the state is { w: [w1, w2], b } ----

export const potential = ({ w, b }, [x1, x2]) => w[0] * x1 + w[1] * x2 + b;

// For each class, how many points there are and how many lie on the positive side; and how many are where they belong.
export function tally(state, points, labels) {
  const total = [0, 0], positive = [0, 0];
  points.forEach((point, n) => { total[labels[n]] += 1, positive[labels[n]] += potential(state, point) > 0; });
  return { total, positive, right: positive[1] + total[0] - positive[0] };
}

// The part of the line w·x + b = 0 inside the square: its two ends, or null.
export function segment({ w, b }, [low, high]) {
  const ends = [];
  const add = (x1, x2) => {
    const inside = x1 >= low - 1e-9 && x1 <= high + 1e-9 && x2 >= low - 1e-9 && x2 <= high + 1e-9;
    if (inside && !ends.some(([a, c]) => Math.hypot(a - x1, c - x2) < 1e-9 * (high - low))) ends.push([x1, x2]);
  };
  for (const side of [low, high]) {
    if (w[1] !== 0) add(side, (-b - w[0] * side) / w[1]);
    if (w[0] !== 0) add((-b - w[1] * side) / w[0], side);
  }
  return ends.length === 2 ? ends : null;
}

// The corners of the part of the square where the answer is positive.
export function half(state, [low, high]) {
  const corners = [[low, low], [high, low], [high, high], [low, high]], kept = [];
  corners.forEach((here, k) => {
    const next = corners[(k + 1) % 4], [z, zNext] = [potential(state, here), potential(state, next)];
    if (z > 0) kept.push(here);
    if (z > 0 !== zNext > 0) {
      const share = z / (z - zNext);
      kept.push([here[0] + share * (next[0] - here[0]), here[1] + share * (next[1] - here[1])]);
    }
  });
  return kept;
}

const term = (v, name) => `${v < 0 ? " − " : " + "}${number(Math.abs(v))}${name}`;

// The picture in words; dlkit.widgets.neurons says the same, and a test compares them.
export function describe(state, points, labels, names) {
  const { w, b } = state, { total, positive, right } = tally(state, points, labels);
  const line = w[0] === 0 && w[1] === 0
    ? `Both weights are 0, so there is no line: the neuron gives ${number(b)} everywhere.`
    : `The line is ${number(w[0])}·x₁${term(w[1], "·x₂")}${term(b, "")} = 0.`;
  const whole = total[0] + total[1];
  const sides = right === whole ? `All ${whole} points are on their own side.` : `${right} of ${whole} points are on their own side.`;
  return `${line} On the positive side: ${positive[1]} of ${total[1]} “${names[1]}” and ${positive[0]} of ${total[0]} “${names[0]}”. ${sides}`;
}

// ---- the widget ----

const LARGEST = 3, REACH = 0.12; // of a weight; of the square's side for a weight of one

function render({ model, el }) {
  const view = open(model, el, "A neuron and its line");
  const flat = Array.from(numbersOf(model.get("_points"), "float64")), labels = Array.from(numbersOf(model.get("_labels"), "uint8"));
  const points = labels.map((_, n) => [flat[2 * n], flat[2 * n + 1]]);
  const names = model.get("names"), range = model.get("_range"), span = range[1] - range[0];
  const state = () => ({ w: model.get("w"), b: model.get("b") });
  const plane = new Plane({ x: range, y: range, width: 380, height: 380, labels: model.get("axes"), layers: ["half", "points", "line"] });
  const stage = stageFor(plane, "line of a neuron",
    "The neuron's line. Left and right arrows turn it, up and down arrows shift it; with Shift, ten times as far.");

  // Where a number would grow beyond the sliders, all three shrink together: the line stays where it was put.
  const put = (w, b) => {
    const share = Math.min(1, ...[...w, b].map((v) => LARGEST / Math.abs(v)));
    const tidy = (v) => Math.round(v * share * 1000) / 1000;
    model.set("w", w.map(tidy)), model.set("b", tidy(b)), model.save_changes();
  };
  let anchor = null;
  const middle = () => {
    const ends = segment(state(), range);
    return ends && [(ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2];
  };
  const tip = (from) => state().w.map((v, k) => from[k] + v * REACH * span);

  let turning = false;
  drag(stage, (event) => {
    const at = plane.under(event);
    if (event.type === "pointerdown") {
      stage.focus({ preventScroll: true });
      anchor = middle();
      turning = anchor !== null && Math.hypot(...tip(anchor).map((v, k) => v - at[k])) < 0.07 * span;
    }
    const { w, b } = state();
    if (turning) {
      const turned = at.map((v, k) => Math.round((20 * (v - anchor[k])) / (REACH * span)) / 20);
      put(turned, -(turned[0] * anchor[0] + turned[1] * anchor[1]));
    } else {
      anchor = null;
      put(w, -(w[0] * at[0] + w[1] * at[1]));
    }
  });
  stage.addEventListener("pointerup", () => { anchor = null, lay(); });
  const turn = (degrees) => {
    const { w, b } = state(), a = (degrees * Math.PI) / 180, centre = middle() ?? [0, 0];
    const turned = [Math.cos(a) * w[0] - Math.sin(a) * w[1], Math.sin(a) * w[0] + Math.cos(a) * w[1]];
    put(turned, middle() ? -(turned[0] * centre[0] + turned[1] * centre[1]) : b);
  };
  const shift = (steps) => { const { w, b } = state(); put(w, b + 0.01 * steps); };
  keys(stage, {
    ArrowLeft: (n) => turn(2 * n), ArrowRight: (n) => turn(-2 * n), ArrowUp: (n) => shift(n), ArrowDown: (n) => shift(-n),
  });

  const set = { w1: (v) => put([v, state().w[1]], state().b), w2: (v) => put([state().w[0], v], state().b), b: (v) => put(state().w, v) };
  const dials = [["w1", "w₁, first weight"], ["w2", "w₂, second weight"], ["b", "b, offset"]].map(([name, label]) =>
    dial({ label, min: -LARGEST, max: LARGEST, step: 0.05, value: 0 }, set[name]));
  const key = (shape, kind, words) => html("span", { class: "dl-key" },
    svg("svg", { viewBox: "0 0 26 14", "aria-hidden": "true" }, shape === "circle"
      ? svg("circle", { class: kind, cx: 13, cy: 7, r: 5 }) : svg("path", { class: kind, d: "M13 1L18.5 11H7.5Z" })), words);
  const legend = html("div", {}, key("triangle", "dl-yes", names[1]), key("circle", "dl-no", names[0]));
  const note = html("p", { class: "dl-note" },
    "Shaded: w·x + b is positive. The arrow is w. Drag the line to shift it, the arrow's tip to turn it. A heavy outline: on the wrong side.");
  view.root.append(html("div", { class: "dl-beside" }, stage, html("div", { class: "dl-side" }, ...dials.map(({ node }) => node), legend, note)), view.status);

  function lay() {
    const now = state(), { half: shade, points: dots, line } = plane.layers;
    [now.w[0], now.w[1], now.b].forEach((v, k) => dials[k].set(v));
    const area = half(now, range), ends = segment(now, range);
    shade.replaceChildren(...(area.length ? [plane.curve([...area, area[0]], { class: "dl-half", fill: null })] : []));
    dots.replaceChildren(...points.map((point, n) => {
      const astray = potential(now, point) > 0 !== (labels[n] === 1) ? " dl-astray" : "";
      return plane.mark(point, labels[n] ? "triangle" : "circle", { class: (labels[n] ? "dl-yes" : "dl-no") + astray }, points.length > 20 ? 4.5 : 9);
    }));
    const drawn = [];
    if (ends) {
      const from = anchor ?? middle(), to = tip(from), angle = (-Math.atan2(now.w[1], now.w[0]) * 180) / Math.PI;
      const [a, b] = plane.at(...to);
      drawn.push(plane.curve(ends, { class: "dl-line" }), plane.curve([from, to], { class: "dl-arrow" }),
        svg("path", { class: "dl-arrow-tip", d: "M4 0L-9 -6V6Z", transform: `translate(${a} ${b}) rotate(${angle})` }),
        plane.mark(from, "circle", { class: "dl-handle" }, 6));
    }
    line.replaceChildren(...drawn);
    say(view.status, describe(now, points, labels, names));
  }
  lay();
  view.on("w b", lay);
  return view.close;
}

export default { render };
