// Gradient descent on ½(a·w1² + b·w2²): the learning rate makes it crawl, arrive or explode.

// ---- arithmetic ----

export const SURFACES = { bowl: [1, 1], valley: [1, 10] };

export const lossAt = ([a, b], w) => 0.5 * (a * w[0] * w[0] + b * w[1] * w[1]);

export const gradientAt = ([a, b], w) => [a * w[0], b * w[1]];

export function pathOf({ surface, eta, steps, start }) {
  const points = [start];
  for (let k = 0; k < steps; k++) {
    const w = points.at(-1), g = gradientAt(SURFACES[surface], w);
    points.push([w[0] - eta * g[0], w[1] - eta * g[1]]);
  }
  return points;
}

const rounded = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits;

function verdict(factors) {
  const named = (test) => factors.flatMap((f, k) => (test(f) ? [`w${k + 1}`] : []));
  const growing = named((f) => Math.abs(f) > 1), swinging = named((f) => f === -1), jumping = named((f) => f < 0);
  const verb = (names, word) => `${names.join(" and ")} ${word}${names.length === 1 ? "s" : ""}`;
  if (growing.length) return `${verb(growing, "grow")} at every step: η is too large, it diverges.`;
  if (swinging.length) return `${verb(swinging, "swing")} from side to side for ever: η stands exactly on the edge.`;
  const slowest = Math.max(...factors.map(Math.abs));
  const slowly = slowest > 0.9 ? `, but slowly: a step keeps ${decimal(rounded(100 * slowest, 6))} % of the distance` : "";
  return `It converges${slowly}${jumping.length ? `; ${verb(jumping, "jump")} to and fro` : ""}.`;
}

// The picture in words; dlkit.widgets.backpropagation says the same, and a test compares them.
export function describe(now) {
  const curve = SURFACES[now.surface], path = pathOf(now), w = path.at(-1), g = gradientAt(curve, w);
  const factors = curve.map((c) => rounded(1 - now.eta * c, 9)), [a, b] = curve.map(decimal), eta = decimal(now.eta);
  const after = now.steps === 0 ? "at the start" : `after ${now.steps} step${now.steps === 1 ? "" : "s"}`;
  return `η = ${eta}, ${after}: w = (${decimal(w[0])}, ${decimal(w[1])}), gradient (${decimal(g[0])}, ${decimal(g[1])}), `
    + `loss ${decimal(lossAt(curve, w))}; at the start it was ${decimal(lossAt(curve, path[0]))}. `
    + `Each step multiplies w1 by 1 − ${eta}·${a} = ${decimal(factors[0])} and w2 by 1 − ${eta}·${b} = ${decimal(factors[1])}. ${verdict(factors)}`;
}

// ---- drawing ----

const HALF = [4, 2], UNIT = 80, LEVELS = [16, 9, 4, 1.5, 0.5, 0.1], MOST = 50; // the picture spans ±4 and ±2
const WIDTH = 2 * HALF[0] * UNIT, HEIGHT = 2 * HALF[1] * UNIT;
const place = ([x, y]) => [WIDTH / 2 + UNIT * clamp(x, -40, 40), HEIGHT / 2 - UNIT * clamp(y, -40, 40)];

function picture(now) {
  const curve = SURFACES[now.surface], points = pathOf(now).map(place), node = svg("g");
  for (const level of LEVELS) {
    const [rx, ry] = curve.map((c) => Math.sqrt((2 * level) / c) * UNIT);
    node.append(svg("ellipse", { class: "dl-contour", cx: WIDTH / 2, cy: HEIGHT / 2, rx, ry }));
  }
  node.append(svg("path", { class: "dl-axes-lines", d: `M0 ${HEIGHT / 2}H${WIDTH}M${WIDTH / 2} 0V${HEIGHT}` }));
  node.append(svg("text", { class: "dl-label", x: WIDTH - 26, y: HEIGHT / 2 - 10 }, "w1"), svg("text", { class: "dl-label", x: WIDTH / 2 + 6, y: 12 }, "w2"));
  node.append(svg("path", { class: "dl-walk", d: `M${points.map((p) => p.map((v) => v.toFixed(1)).join(" ")).join("L")}` }));
  for (const [x, y] of points) node.append(svg("circle", { class: "dl-walked", cx: x, cy: y, r: 4 }));
  const [x, y] = points[0], [u, v] = points.at(-1);
  node.append(svg("rect", { class: "dl-begin", x: x - 7, y: y - 7, width: 14, height: 14 }), svg("circle", { class: "dl-begin", cx: u, cy: v, r: 8 }));
  return node;
}

// The loss after each step so far, on a logarithmic scale.
function curveOf(now) {
  const wide = 240, high = 150, losses = pathOf(now).map((w) => lossAt(SURFACES[now.surface], w));
  const height = (loss) => high - 20 - ((clamp(Math.log10(Math.max(loss, 1e-9)), -6, 6) + 6) / 12) * (high - 34);
  const node = svg("svg", { class: "dl-losses", viewBox: `0 0 ${wide} ${high}`, style: `width: ${wide}px`, "aria-hidden": "true" });
  for (const power of [-6, 0, 6]) {
    const y = height(10 ** power);
    node.append(svg("path", { class: "dl-axes-lines", d: `M44 ${y}H${wide}` }),
      svg("text", { class: "dl-label", x: 0, y }, power ? `10${power < 0 ? "⁻" : ""}⁶` : "1"));
  }
  const points = losses.map((loss, k) => [46 + (k / MOST) * (wide - 52), height(loss)]);
  node.append(svg("path", { class: "dl-walk", d: `M${points.map((p) => p.map((v) => v.toFixed(1)).join(" ")).join("L")}` }));
  for (const [cx, cy] of points) node.append(svg("circle", { class: "dl-walked", cx, cy, r: 2 }));
  node.append(svg("text", { class: "dl-label", x: 46, y: high - 7 }, "step 0"), svg("text", { class: "dl-label", x: wide - 18, y: high - 7 }, String(MOST)));
  return html("figure", { class: "dl-matrix" }, html("figcaption", {}, "Loss (logarithmic)"), node);
}

// ---- the widget ----

const REACH = { bowl: 2200, valley: 250 }; // the slider's end, in thousandths

function render({ model, el }) {
  const view = open(model, el, "Gradient descent");
  const now = () => Object.fromEntries(["surface", "eta", "steps", "start"].map((name) => [name, model.get(name)]));
  const put = (values) => { for (const [name, value] of Object.entries(values)) model.set(name, value); model.save_changes(); };
  const steps = player(view, { move: (to) => put({ steps: clamp(to, 0, MOST) }), where: () => [model.get("steps"), MOST], milliseconds: 400 });
  const id = freshId();
  const range = html("input", { id, type: "range", class: "dl-range", min: 1, step: 1, max: REACH[model.get("surface")] });
  const shown = html("output", { for: id, class: "dl-eta" });
  range.addEventListener("input", () => put({ eta: Number(range.value) / 1000 }));
  const surface = choice({ label: "Surface", options: [["valley: a = 1, b = 10", "valley"], ["bowl: a = b = 1", "bowl"]] }, (name) => {
    steps.pause(), put({ surface: name, eta: Math.min(model.get("eta"), REACH[name] / 1000), steps: 0 });
  });
  const restart = button({ label: "Restart", icon: "swap" }, () => steps.go(0));
  const frame = svg("svg", { class: "dl-surface", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, style: `width: ${WIDTH}px`, "aria-hidden": "true" });
  const losses = html("div");
  const stage = html("div", { class: "dl-stage dl-land", tabindex: 0, role: "application", "aria-roledescription": "loss surface",
    "aria-label": "Loss surface with the path. Arrow keys move the start, with Shift ten times as far; space plays, Home goes back to the start." }, frame);
  const shift = (dx, dy) => {
    const [x, y] = model.get("start");
    steps.pause(), put({ start: [rounded(clamp(x + dx, -HALF[0], HALF[0]), 2), rounded(clamp(y + dy, -HALF[1], HALF[1]), 2)] });
  };
  keys(stage, {
    ArrowLeft: (n) => shift(-0.1 * n, 0), ArrowRight: (n) => shift(0.1 * n, 0), ArrowUp: (n) => shift(0, 0.1 * n), ArrowDown: (n) => shift(0, -0.1 * n),
    Home: () => steps.go(0), End: () => steps.go(MOST), " ": () => steps.toggle(),
  });
  drag(frame, (event) => {
    const box = frame.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 2 * HALF[0] - HALF[0], y = HALF[1] - ((event.clientY - box.top) / box.height) * 2 * HALF[1];
    stage.focus({ preventScroll: true }), steps.pause();
    put({ start: [rounded(clamp(x, -HALF[0], HALF[0]), 2), rounded(clamp(y, -HALF[1], HALF[1]), 2)] });
  });
  const note = html("p", { class: "dl-note" }, "Each ellipse joins points of equal loss; the lowest point is the middle. The square is the start: click elsewhere, "
    + "drag it, or move it with the arrow keys. The ring is where the walk stands.");
  view.root.append(
    html("div", { class: "dl-controls" }, ...steps.nodes, restart.node, surface.node,
      html("div", { class: "dl-control dl-rate" }, html("label", { for: id }, "η, learning rate"), range, shown)),
    html("div", { class: "dl-stage" }, stage, losses), view.status, note);
  const lay = () => {
    const at = now();
    range.max = REACH[at.surface], range.value = Math.round(1000 * at.eta);
    range.setAttribute("aria-valuetext", decimal(at.eta)), say(shown, at.eta.toFixed(3));
    surface.set((name) => name === at.surface);
    frame.replaceChildren(picture(at)), losses.replaceChildren(curveOf(at)), say(view.status, describe(at));
  };
  lay();
  view.on("surface eta steps start", lay);
  return view.close;
}

export default { render };
