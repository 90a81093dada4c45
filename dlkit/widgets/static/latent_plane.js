// A plane of codes: wherever you stand, the decoder paints. Comes after plane and decoder.

// ---- arithmetic ----

export function nearest(codes, z) {
  let best = 0, far = Infinity;
  codes.forEach((code, k) => {
    const d = Math.hypot(code[0] - z[0], code[1] - z[1]);
    if (d < far) (far = d), (best = k);
  });
  return [best, far];
}

const FAR = 0.08; // of the plane's longer side

const two = (v) => v.toFixed(2).replace("-0.00", "0.00").replace("-", "−");

// The picture in words; dlkit.widgets.autoencoders says the same, and a test compares them.
export function describe(layers, codes, labels, range, z) {
  const painted = decode(layers, z), bright = painted.reduce((sum, v) => sum + (v > 0.5), 0), [k, far] = nearest(codes, z);
  const near = far > FAR * Math.max(...range.map(([a, b]) => b - a)) ? "No picture has its code near here: the nearest" : "The nearest code";
  return `At z = (${two(z[0])}, ${two(z[1])}) the decoder paints a picture with ${bright} of ${painted.length} pixels brighter than a half. `
    + `${near}, ${two(far)} away, is that of a ${labels[k]}.`;
}

export function pairs(numbers) {
  return Array.from({ length: numbers.length / 2 }, (_, k) => [numbers[2 * k], numbers[2 * k + 1]]);
}

// ---- the widget ----

const colour = (label) => `light-dark(hsl(${36 * (label % 10)} 75% 36%), hsl(${36 * (label % 10)} 70% 68%))`;

function render({ model, el }) {
  const view = open(model, el, "Latent plane");
  const layers = unpack(model.get("_weights"), model.get("_plan")), codes = pairs(numbersOf(model.get("_codes"), "float64"));
  const labels = model.get("_labels"), range = model.get("_range"), [, rows, columns] = model.get("_shape");
  const images = numbersOf(model.get("_pixels"), "float32"), size = rows * columns;
  const plane = new Plane({ x: range[0], y: range[1], width: 430, height: 380, labels: ["z₁", "z₂"], layers: ["codes", "here"] });
  const stage = stageFor(plane, "latent plane", "The plane of codes. Arrow keys move the ring, with Shift ten times as far.");
  const put = (z) => {
    const tidy = z.map((v, k) => Math.round(clamp(v, ...range[k]) * 100) / 100);
    model.set("z", tidy), model.save_changes();
  };
  const steps = range.map(([a, b]) => Math.max(0.01, Math.round(b - a) / 100));
  const move = (dx, dy) => { const [a, b] = model.get("z"); put([a + dx * steps[0], b + dy * steps[1]]); };
  drag(stage, (event) => { stage.focus({ preventScroll: true }), put(plane.under(event)); });
  keys(stage, { ArrowLeft: (n) => move(-n, 0), ArrowRight: (n) => move(n, 0), ArrowUp: (n) => move(0, n), ArrowDown: (n) => move(0, -n) });
  plane.layers.codes.append(...codes.map((code, k) => {
    const [x, y] = plane.at(...code);
    return svg("text", { x, y: y + 4, "text-anchor": "middle", style: `font-size: 12px; fill: ${colour(labels[k])}` }, String(labels[k]));
  }));
  const dials = ["z₁", "z₂"].map((label, k) => dial({ label, min: Math.ceil(100 * range[k][0]) / 100, max: Math.floor(100 * range[k][1]) / 100, step: 0.01, value: 0 },
    (v) => put(model.get("z").map((old, i) => (i === k ? v : old)))));
  const painted = new Pixels({ title: "Decoded here", rows, columns, side: 160 }), closest = new Pixels({ title: "Nearest picture", rows, columns, side: 160 });
  const note = html("p", { class: "dl-note" }, "Each numeral is the code of one picture, and says what it shows. Drag the ring.");
  const both = html("div", { class: "dl-stage", style: "padding: 0; align-items: flex-start" }, painted.node, closest.node);
  view.root.append(html("div", { class: "dl-beside" }, stage, html("div", { class: "dl-side" }, both, ...dials.map(({ node }) => node), note)), view.status);
  const lay = () => {
    const z = model.get("z"), [k] = nearest(codes, z);
    dials.forEach((one, i) => one.set(z[i]));
    plane.layers.here.replaceChildren(
      plane.mark(z, "circle", { style: "fill: none; stroke: var(--dl-paper); stroke-width: 8" }, 9),
      plane.mark(z, "circle", { class: "dl-handle", style: "fill: none; stroke-width: 3.5" }, 9));
    painted.lay(decode(layers, z)), closest.lay(images.subarray(k * size, (k + 1) * size));
    say(closest.caption, `Nearest picture, a ${labels[k]}`);
    say(view.status, describe(layers, codes, labels, range, z));
  };
  lay();
  view.on("z", lay);
  return view.close;
}

export default { render };
