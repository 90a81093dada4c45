// A query among keys in the plane: drag them, and see scores, weights and the output.

// ---- arithmetic; the state is { query: [x, y], keys: [[x, y], …], values: […], scaled } ----

export const scoresOf = ({ query, keys, scaled }) =>
  keys.map(([x, y]) => (query[0] * x + query[1] * y) * (scaled ? 1 / Math.sqrt(2) : 1));

export function softmax(scores) {
  const most = Math.max(...scores), e = scores.map((s) => Math.exp(s - most)), total = e.reduce((sum, v) => sum + v, 0);
  return e.map((v) => v / total);
}

// Rounded, since three thirds are one.
export const mean = (weights, values) => Math.round(weights.reduce((sum, p, k) => sum + p * values[k], 0) * 1e9) / 1e9;

const share = (p) => fixed(p, 2);

// The picture in words; dlkit.widgets.attention says the same, and a test compares them.
export function describe(state) {
  const scores = scoresOf(state), weights = softmax(scores), most = Math.max(...weights), least = Math.min(...weights);
  const first = weights.flatMap((p, k) => (most - p < 1e-9 ? [k + 1] : []));
  const one = first.length === 1 ? `Key ${first[0]} is heard most` : `Keys ${first.join(", ")} are heard most`;
  const heard = most - least < 1e-9 ? "All keys are heard alike" : one;
  const how = state.scaled ? "Scores divided by √2" : "Scores, not divided";
  return `Query (${number(state.query[0])}, ${number(state.query[1])}). ${how}: ${scores.map(number).join(", ")}. `
    + `Weights: ${weights.map(share).join(", ")}. ${heard}. Output: ${number(mean(weights, state.values))}.`;
}

// ---- the widget ----

const FAR = 4;

function render({ model, el }) {
  const view = open(model, el, "Query and keys");
  const state = () => ({ query: model.get("query"), keys: model.get("points"), values: model.get("values"), scaled: model.get("scaled") });
  const plane = new Plane({ x: [-FAR, FAR], y: [-FAR, FAR], width: 360, height: 360, labels: ["feature 1", "feature 2"], layers: ["arrow", "points"] });
  const stage = stageFor(plane, "query and keys", "The plane of queries and keys. Arrow keys move the chosen point; with Shift, ten times as far.");
  let chosen = -1; // −1 is the query, k ≥ 0 a key

  const tidy = (v) => clamp(Math.round(v * 20) / 20, -FAR, FAR);
  const put = ([x, y]) => {
    const at = [tidy(x), tidy(y)];
    if (chosen < 0) model.set("query", at);
    else model.set("points", state().keys.map((key, k) => (k === chosen ? at : key)));
    model.save_changes();
  };
  const where = () => (chosen < 0 ? state().query : state().keys[chosen]);
  const names = () => [["the query", -1], ...state().keys.map((_, k) => [`key ${k + 1}`, k])];
  const list = choice({ label: "Move", options: names() }, (value) => { chosen = value, lay(); });
  const scale = checkbox({ label: "divide scores by √E = √2", value: state().scaled }, (on) => { model.set("scaled", on), model.save_changes(); });
  drag(stage, (event) => {
    const at = plane.under(event);
    if (event.type === "pointerdown") {
      stage.focus({ preventScroll: true });
      const { query, keys } = state(), far = [query, ...keys].map(([x, y]) => Math.hypot(x - at[0], y - at[1]));
      chosen = far.indexOf(Math.min(...far)) - 1, list.set((value) => value === chosen);
    }
    put(at);
  });
  const step = (dx, dy) => (n) => { const [x, y] = where(); put([x + 0.05 * n * dx, y + 0.05 * n * dy]); };
  keys(stage, { ArrowLeft: step(-1, 0), ArrowRight: step(1, 0), ArrowUp: step(0, 1), ArrowDown: step(0, -1) });

  const body = html("tbody"), out = html("p", { class: "dl-output" });
  const head = (words, attributes = {}) => html("th", { scope: "col", ...attributes }, words);
  const table = html("table", { class: "dl-weights" },
    html("thead", {}, html("tr", {}, head("key"), head("score"), head("weight"), head("", { "aria-hidden": "true" }), head("value"))), body);
  const note = html("p", { class: "dl-note" }, "The arrow is the query, the numbered circles are keys. Drag any of them. The fuller a circle, the more it is heard.");
  view.root.append(html("div", { class: "dl-beside" }, stage, html("div", { class: "dl-side" }, list.node, scale.node, table, out, note)), view.status);

  function lay() {
    const now = state(), scores = scoresOf(now), weights = softmax(scores);
    scale.set(now.scaled);
    const [x, y] = plane.at(...now.query), angle = (-Math.atan2(now.query[1], now.query[0]) * 180) / Math.PI;
    plane.layers.arrow.replaceChildren(plane.curve([[0, 0], now.query], { class: "dl-query" }),
      svg("path", { class: `dl-query-tip${chosen < 0 ? " dl-chosen" : ""}`, d: "M8 0L-8 -8V8Z", transform: `translate(${x} ${y}) rotate(${angle})` }));
    plane.layers.points.replaceChildren(...now.keys.flatMap((key, k) => {
      const [a, b] = plane.at(...key);
      const fill = `color-mix(in srgb, var(--dl-positive) ${(100 * weights[k]).toFixed(1)}%, var(--dl-paper))`;
      return [svg("circle", { class: `dl-key-point${chosen === k ? " dl-chosen" : ""}`, cx: a, cy: b, r: 13, style: `fill: ${fill}` }),
        svg("text", { class: `dl-point-name${weights[k] > 0.7 ? " dl-strong" : ""}`, x: a, y: b + 5 }, String(k + 1))];
    }));
    body.replaceChildren(...weights.map((p, k) => html("tr", {}, html("th", { scope: "row" }, String(k + 1)), html("td", {}, number(scores[k])),
      html("td", {}, share(p)), html("td", { class: "dl-bar-cell", "aria-hidden": "true" }, html("span", { class: "dl-bar", style: `width: ${(100 * p).toFixed(1)}%` })),
      html("td", {}, number(now.values[k])))));
    say(out, `output ${number(mean(weights, now.values))}`);
    say(view.status, describe(now));
  }
  list.set((value) => value === chosen);
  lay();
  view.on("query points values scaled", lay);
  return view.close;
}

export default { render };
