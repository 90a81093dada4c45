// One number of a code: its bell beside the standard one, the divergence and its slopes.

// ---- arithmetic ----

export const bell = (x, mean, sigma) => Math.exp(-(((x - mean) / sigma) ** 2) / 2) / (sigma * Math.sqrt(2 * Math.PI));

// The divergence from the standard normal distribution, its share for the place, and its slopes along mean and log_var.
export function divergence(mean, logVar) {
  const place = (mean * mean) / 2, width = (Math.expm1(logVar) - logVar) / 2;
  return { kl: place + width, place, width, dmean: mean, dlogVar: Math.expm1(logVar) / 2 };
}

const small = (value) => (Math.abs(value) < 1e-9 ? "0" : number(value));

// The picture in words; dlkit.widgets.variational_autoencoders says the same, and a test compares them.
export function describe(mean, logVar) {
  const { kl, place, width, dmean, dlogVar } = divergence(mean, logVar);
  return `μ = ${number(mean)}, ln σ² = ${number(logVar)}, so σ = ${number(Math.exp(logVar / 2))}. `
    + `The divergence is ${small(kl)} nats: ${small(place)} for the place and ${small(width)} for the width. `
    + `Slopes: ${small(dmean)} along μ, ${small(dlogVar)} along ln σ².`;
}

// ---- the widget ----

const X = [-5, 5], Y = [0, 1.9], MEAN = [-3, 3], LOG_VAR = [-3, 2], RATE = 0.3;

function render({ model, el }) {
  const view = open(model, el, "A bell and the standard bell");
  const plane = new Plane({ x: X, y: Y, width: 460, height: 280, labels: ["z", "density"], layers: ["standard", "bell", "peak"] });
  const stage = stageFor(plane, "two bells", "The bell of a code. Left and right arrows move it, up and down change its width; with Shift, ten steps.");
  const rounded = (v) => Math.round(v * 100) / 100 + 0;
  const move = (mean, logVar) => {
    model.set("mean", rounded(clamp(mean, ...MEAN))), model.set("log_var", rounded(clamp(logVar, ...LOG_VAR)));
    model.save_changes();
  };
  const now = () => [model.get("mean"), model.get("log_var")];
  const by = (a, b) => (n) => { const [mean, logVar] = now(); move(mean + 0.1 * a * n, logVar + 0.1 * b * n); };
  keys(stage, { ArrowLeft: by(-1, 0), ArrowRight: by(1, 0), ArrowUp: by(0, 1), ArrowDown: by(0, -1), Home: () => move(0, 0) });
  drag(stage, (event) => {
    stage.focus({ preventScroll: true });
    const [x, y] = plane.under(event);
    move(Math.round(x * 10) / 10, Math.round(-20 * Math.log(Math.max(y, 0.05) * Math.sqrt(2 * Math.PI))) / 10);
  });
  const mean = dial({ label: "μ, mean", min: MEAN[0], max: MEAN[1], step: 0.1, value: now()[0] }, (v) => move(v, now()[1]));
  const logVar = dial({ label: "ln σ², log_var", min: LOG_VAR[0], max: LOG_VAR[1], step: 0.1, value: now()[1] }, (v) => move(now()[0], v));
  const step = button({ label: "One step downhill", icon: "next" }, () => {
    const [m, v] = now(), { dmean, dlogVar } = divergence(m, v);
    move(m - RATE * dmean, v - RATE * dlogVar);
  });
  const key = (kind, words) => html("span", { class: "dl-key" },
    svg("svg", { viewBox: "0 0 26 14", "aria-hidden": "true" }, svg("path", { class: kind, d: "M0 7H26", fill: "none" })), words);
  const legend = html("div", {}, key("dl-curve", "the code's bell"), key("dl-slope", "the standard bell"));
  const note = html("p", { class: "dl-note" }, `Drag the peak, or use the arrow keys. A step downhill goes ${RATE} times the slopes.`);
  view.root.append(html("div", { class: "dl-beside" }, stage,
    html("div", { class: "dl-side" }, mean.node, logVar.node, html("div", {}, step.node), legend, note)), view.status);

  const places = samples(X, 400);
  plane.layers.standard.replaceChildren(plane.curve(places.map((x) => [x, bell(x, 0, 1)]), { class: "dl-slope" }));
  const lay = () => {
    const [m, v] = now(), sigma = Math.exp(v / 2);
    mean.set(m), logVar.set(v);
    plane.layers.bell.replaceChildren(plane.curve(places.map((x) => [x, bell(x, m, sigma)]), { class: "dl-curve" }));
    plane.layers.peak.replaceChildren(plane.mark([m, bell(m, m, sigma)], "circle", { class: "dl-spot-on" }, 6));
    say(view.status, describe(m, v));
  };
  lay();
  view.on("mean log_var", lay);
  return view.close;
}

export default { render };
