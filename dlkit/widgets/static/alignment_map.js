// What each output symbol looked at: a table of weights, words above, output symbols at the left.

// ---- words; the state is { inputs, outputs, weights (flat), row, remark, problem } ----

export function describe({ inputs, outputs, weights, row, remark, problem }) {
  if (problem) return problem;
  const at = clamp(row, 0, outputs.length - 1), p = weights.slice(at * inputs.length, (at + 1) * inputs.length);
  const order = p.map((_, s) => s).sort((a, b) => p[b] - p[a] || a - b), first = order[0];
  const then = order.slice(1, 3).filter((s) => p[s] >= 0.05).map((s) => `“${inputs[s]}” ${number(p[s])}`);
  return `Output ${at + 1} of ${outputs.length}, “${outputs[at]}”, looked most at word ${first + 1} of ${p.length}, `
    + `“${inputs[first]}”: weight ${number(p[first])}${then.length ? `; then ${then.join(", ")}.` : "."}`
    + (remark ? ` ${remark}.` : "");
}

// ---- the widget ----

const WIDE = 36, HIGH = 28, SIDE = 54, ABOVE = 84, OVER = 56;

function render({ model, el }) {
  const view = open(model, el, "What the model looked at");
  const state = () => ({ inputs: model.get("_inputs"), outputs: model.get("_outputs"), weights: model.get("_weights"),
    row: model.get("row"), remark: model.get("_remark"), problem: model.get("_problem") });
  const field = textField({ label: model.get("label"), value: model.get("text"), size: 12 }, (text) => { model.set("text", text), model.save_changes(); });
  const stage = html("div", { class: "dl-stage dl-look", tabindex: 0, role: "application", "aria-roledescription": "table of weights",
    "aria-label": "What each output symbol looked at. Up and down arrows choose the symbol; Home and End jump to the first and last." });
  const line = html("p", { class: "dl-equation" });
  const note = html("p", { class: "dl-note" }, "Point at a row, or press the up and down arrows. Type another number: the model in the kernel reads it.");
  view.root.append(html("div", { class: "dl-controls" }, field.node), line, stage, view.status, note);
  let words = [], symbols = [], frame = null, picture = null;

  const choose = (row) => {
    const to = clamp(row, 0, state().outputs.length - 1);
    if (to !== model.get("row")) model.set("row", to), model.save_changes();
  };
  const now = () => clamp(state().row, 0, state().outputs.length - 1);
  keys(stage, { ArrowUp: (n) => choose(now() - n), ArrowDown: (n) => choose(now() + n), Home: () => choose(0), End: () => choose(Infinity) });
  const under = (event) => {
    if (!picture) return;
    const box = picture.getBoundingClientRect(), { outputs } = state();
    const y = ((event.clientY - box.top) / box.height) * (ABOVE + outputs.length * HIGH + 4) - ABOVE;
    if (y >= 0 && y < outputs.length * HIGH) choose(Math.floor(y / HIGH));
  };
  stage.addEventListener("pointermove", under), stage.addEventListener("pointerdown", under);

  function draw() {
    const { inputs, outputs, weights, remark } = state(), width = SIDE + inputs.length * WIDE + OVER, height = ABOVE + outputs.length * HIGH + 4;
    words = inputs.map((word, s) => {
      const x = SIDE + (s + 0.5) * WIDE, y = ABOVE - 8;
      return svg("text", { class: "dl-word", x, y, transform: `rotate(-45 ${x} ${y})` }, word);
    });
    symbols = outputs.map((symbol, t) => svg("text", { class: "dl-symbol", x: SIDE - 12, y: ABOVE + (t + 0.5) * HIGH }, symbol));
    const cells = weights.flatMap((p, k) => {
      const t = Math.floor(k / inputs.length), s = k % inputs.length, x = SIDE + s * WIDE, y = ABOVE + t * HIGH;
      const box = svg("rect", { class: "dl-cell", x, y, width: WIDE, height: HIGH,
        style: `fill: color-mix(in srgb, var(--dl-positive) ${(100 * p).toFixed(1)}%, var(--dl-paper))` });
      if (p < 0.1) return [box];
      return [box, svg("text", { class: `dl-weight${p > 0.7 ? " dl-strong" : ""}`, x: x + WIDE / 2, y: y + HIGH / 2 }, number(p))];
    });
    frame = svg("rect", { class: "dl-frame", x: SIDE, y: ABOVE, width: inputs.length * WIDE, height: HIGH, rx: 3 });
    picture = svg("svg", { class: "dl-table", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", style: `width: ${width}px` },
      ...words, ...symbols, ...cells, frame);
    stage.replaceChildren(picture);
    say(line, `${inputs.join(" ")} → ${outputs.join(" ")}${remark ? `   ${remark}` : ""}`);
    mark();
  }
  function mark() {
    const found = state(), at = now(), p = found.weights.slice(at * found.inputs.length);
    frame.style.transform = `translate(0, ${at * HIGH}px)`;
    symbols.forEach((node, t) => node.classList.toggle("dl-heard", t === at));
    words.forEach((node, s) => node.classList.toggle("dl-heard", p[s] >= 0.1));
    field.valid(!found.problem);
    say(view.status, describe(found));
  }
  draw();
  view.on("_weights _inputs _outputs _remark", draw);
  view.on("row _problem", mark);
  view.on("text", () => field.set(model.get("text")));
  return view.close;
}

export default { render };
