// The ring of Gaussians: what the discriminator believes, where it cannot tell, the modes, the forgeries. It only draws.

const REACH = 3.2, SIDE = 33, SIZE = 400, SIGMA = 0.1;
const PACES = [["twice as fast", 2], ["as fast", 1], ["a quarter as fast", 0.25]];
const LOSSES = [["−log D (non-saturating)", "non_saturating"], ["log(1 − D) (minimax)", "minimax"]];

// Where a table of values crosses a level, as pieces of lines in cells: marching squares.
export function contour(values, side, level) {
  const pieces = [];
  for (let i = 0; i + 1 < side; i++) {
    for (let j = 0; j + 1 < side; j++) {
      const corners = [[i, j], [i, j + 1], [i + 1, j + 1], [i + 1, j]].map(([r, c]) => [c, r, values[r * side + c]]), found = [];
      for (let k = 0; k < 4; k++) {
        const [x, y, a] = corners[k], [u, v, b] = corners[(k + 1) % 4];
        if ((a >= level) === (b >= level)) continue;
        const share = (level - a) / (b - a);
        found.push([x + share * (u - x), y + share * (v - y)]);
      }
      for (let k = 0; k + 1 < found.length; k += 2) pieces.push([found[k], found[k + 1]]);
    }
  }
  return pieces;
}

const swatch = (node, words) => html("span", { class: "dl-key" }, svg("svg", { viewBox: "0 0 26 14", "aria-hidden": "true" }, node), words);

function render({ model, el }) {
  const view = open(model, el, "A GAN learns a ring of eight Gaussians");
  view.root.classList.add("dl-live-ring");
  const plane = new Plane({ x: [-REACH, REACH], y: [-REACH, REACH], width: SIZE, height: SIZE, labels: ["x₁", "x₂"], layers: ["field", "edge", "modes", "forged"] });
  const stage = stageFor(plane, "two networks at their game", "The game. Space plays and pauses, the right arrow takes one step, Home resets.");
  const play = trainer(view, model);
  keys(stage, { " ": () => play.toggle(), ArrowRight: () => play.step(), Home: () => play.reset() });
  const put = (name) => (value) => { model.set(name, value), model.save_changes(); };
  const pace = choice({ label: "The discriminator learns", options: PACES }, put("ratio"));
  const form = choice({ label: "The generator's loss", options: LOSSES }, put("form"));
  const losses = html("div");
  const key = html("div", { class: "dl-keys" },
    swatch(svg("path", { class: "dl-forged", d: "M9 3l8 8m-8 0l8-8" }), "a forgery"),
    swatch(svg("circle", { class: "dl-ring-mode", cx: 13, cy: 7, r: 6 }), "a mode, 3σ wide"),
    swatch(svg("rect", { class: "dl-believed", x: 2, y: 1, width: 22, height: 12 }), "held to be real"),
    swatch(svg("rect", { class: "dl-disbelieved", x: 2, y: 1, width: 22, height: 12 }), "held to be forged"),
    swatch(svg("path", { class: "dl-undecided", d: "M0 7H26" }), "D = ½"));
  view.root.append(html("div", { class: "dl-controls" }, ...play.nodes), html("div", { class: "dl-controls" }, pace.node, form.node),
    html("div", { class: "dl-beside" }, stage, html("div", { class: "dl-side" }, losses, key, play.busy)), view.status);

  const cell = SIZE / (SIDE - 1), tiles = [];
  for (let k = 0; k < SIDE * SIDE; k++) {
    tiles.push(svg("rect", { x: ((k % SIDE) - 0.5) * cell, y: (Math.floor(k / SIDE) - 0.5) * cell, width: cell + 0.4, height: cell + 0.4 }));
  }
  plane.layers.field.append(...tiles);
  for (const at of model.get("centres")) plane.layers.modes.append(plane.mark(at, "circle", { class: "dl-ring-mode" }, (3 * SIGMA * SIZE) / (2 * REACH)));
  const backs = svg("path", { class: "dl-forged-back" }), crosses = svg("path", { class: "dl-forged" }), edge = svg("path", { class: "dl-undecided" });
  plane.layers.forged.append(backs, crosses), plane.layers.edge.append(edge);

  const lay = () => {
    const frame = model.get("frame"), field = arrayOf(frame, "field", Uint8Array), points = arrayOf(frame, "points", Float32Array);
    field.forEach((value, k) => {
      const share = Math.abs(value - 127.5) / 127.5;
      tiles[k].style.fill = `color-mix(in srgb, var(--dl-${value > 127.5 ? "positive" : "negative"}) ${(70 * share).toFixed(0)}%, var(--dl-paper))`;
    });
    edge.setAttribute("d", contour(field, SIDE, 127.5).map((ends) => ends.map(([x, y]) => `${(x * cell).toFixed(1)} ${(y * cell).toFixed(1)}`).join("L")).map((d) => `M${d}`).join(""));
    let d = "";
    for (let k = 0; k + 1 < points.length; k += 2) {
      const [x, y] = plane.at(points[k], points[k + 1]);
      if (x > -9 && y > -9 && x < SIZE + 9 && y < SIZE + 9) d += `M${(x - 3).toFixed(1)} ${(y - 3).toFixed(1)}l6 6m-6 0l6-6`;
    }
    crosses.setAttribute("d", d), backs.setAttribute("d", d);
    losses.replaceChildren(chart(arrayOf(frame, "paid", Float32Array), frame.every));
    pace.set((value) => value === model.get("ratio")), form.set((value) => value === model.get("form"));
    say(view.status, model.get("words"));
  };
  lay();
  view.on("frame words ratio form", lay);
  return view.close;
}

// What the discriminator paid so far; the dashed line is ln 4, the price of not being able to tell.
function chart(paid, every) {
  const most = Math.max(2, paid.length - 1), width = 190, height = 110;
  const plane = new Plane({ x: [0, most * every], y: [0, 2], width, height, labels: ["step", "loss, nats"], layers: ["all"] });
  plane.layers.all.append(plane.curve([[0, Math.log(4)], [most * every, Math.log(4)]], { class: "dl-fair" }));
  if (paid.length) plane.layers.all.append(plane.curve(Array.from(paid, (loss, k) => [k * every, loss]), { class: "dl-paid" }));
  return html("figure", { class: "dl-picture" }, html("figcaption", {}, "What the discriminator pays; dashed: ln 4, the price of not being able to tell"), plane.node);
}

export default { render };
