// A cell with weights set by hand reads a tape: a digit writes, a dot holds, ? reads, - wipes.

// ---- arithmetic; dlkit.widgets.lstm.tape says the same, and a test compares them ----

const sigma = (z) => 1 / (1 + Math.exp(-z));
const isDigit = (symbol) => /^\d$/.test(symbol);

export function stepsOf({ text, strength, adds }) {
  let before = 0;
  return [...text].map((symbol) => {
    const write = isDigit(symbol), s = strength;
    const i = sigma(write ? s : -s), f = sigma((write && !adds) || symbol === "-" ? -s : s), o = sigma(symbol === "?" ? s : -s);
    const step = stepOf({ before, f, i, g: write ? Number(symbol) / 10 : 0, o });
    before = step.c;
    return step;
  });
}

export function describe(state) {
  const { text, adds } = state, at = Math.min(state.step, text.length);
  if (at === 0) return `Start. The tape is ${text} and the cell is empty. Nothing is read yet.`;
  const symbol = text[at - 1], does = { ".": "hold", "?": "read", "-": "wipe" }[symbol] ?? (adds ? "add" : "write");
  return `Step ${at} of ${text.length}, symbol ${symbol}, ${does}: ${formulas(stepsOf(state)[at - 1])}`;
}

// ---- drawing ----

const LEFT = 74, WIDE = 42, HIGH = 28, ROWS = ["symbol", "i", "f", "o", "g", "c", "h"];
const NAMES = { g: "C̃", c: "C" };
const NOTHING = { before: 0, f: 0, i: 0, g: 0, o: 0, c: 0, h: 0 };

function strip(text, steps, at) {
  const cells = ROWS.flatMap((name, row) => [
    svg("text", { class: "dl-label", x: 16, y: (row + 0.5) * HIGH }, NAMES[name] ?? name),
    ...[...text].flatMap((symbol, t) => {
      const value = name === "symbol" || t >= at ? 0 : steps[t][name], share = Math.min(Math.abs(value), 1) * 50;
      const fill = `fill: color-mix(in srgb, var(--dl-${value < 0 ? "negative" : "positive"}) ${share.toFixed(1)}%, var(--dl-paper))`;
      const shown = name === "symbol" ? symbol : t < at ? two(value) : "";
      return [svg("rect", { class: "dl-cell", x: LEFT + t * WIDE, y: row * HIGH, width: WIDE, height: HIGH, style: fill }),
        svg("text", { class: name === "symbol" ? "dl-number dl-bold" : "dl-number", x: LEFT + (t + 0.5) * WIDE, y: (row + 0.5) * HIGH }, shown)];
    })]);
  const frame = at ? [svg("rect", { class: "dl-frame", x: LEFT + (at - 1) * WIDE, y: 0, width: WIDE, height: ROWS.length * HIGH, rx: 3 })] : [];
  const width = LEFT + text.length * WIDE + 4;
  return svg("svg", { class: "dl-row", viewBox: `-2 -3 ${width} ${ROWS.length * HIGH + 6}`, style: `width: ${width}px`, "aria-hidden": "true" }, ...cells, ...frame);
}

// ---- the widget ----

function render({ model, el }) {
  const view = open(model, el, "A cell that reads a tape"), picture = new CellPicture(model.get("_layout"));
  const state = () => Object.fromEntries(["text", "strength", "adds", "step"].map((name) => [name, model.get(name)]));
  const put = (name, value) => { model.set(name, value), model.save_changes(); };
  const last = () => model.get("text").length, at = () => Math.min(model.get("step"), last());
  const steps = player(view, { move: (to) => put("step", clamp(to, 0, last())), where: () => [at(), last()], milliseconds: 900 });
  const field = textField({ label: "Tape", value: model.get("text"), size: 18 }, (typed) => {
    const good = /^[0-9.?-]{1,16}$/.test(typed.trim());
    field.valid(good);
    if (!good) return say(view.status, `Not read: a tape has 1 to 16 symbols, and only 0–9 . ? -. The one shown is still ${model.get("text")}.`);
    steps.pause(), model.set("step", Math.min(model.get("step"), typed.trim().length)), put("text", typed.trim());
    lay();
  });
  const strength = dial({ label: "Strength of the gates", min: 0.5, max: 10, step: 0.5, value: model.get("strength") }, (v) => put("strength", v));
  const adds = checkbox({ label: "digits add", value: model.get("adds") }, (on) => put("adds", on));
  const tape = html("div", { class: "dl-strip" });
  const stage = html("div", { class: "dl-stage dl-tape", tabindex: 0, role: "application", "aria-roledescription": "tape",
    "aria-label": "The cell and its tape. Right and left arrow read on and go back, Home and End jump, space plays." },
  html("div", { class: "dl-strip" }, picture.node), tape);
  keys(stage, {
    ArrowRight: (n) => steps.go(at() + n), ArrowLeft: (n) => steps.go(at() - n),
    Home: () => steps.go(0), End: () => steps.go(last()), " ": () => steps.toggle(),
  });
  const note = html("p", { class: "dl-note" }, "Symbols: 0 to 9 write a tenth of themselves, . holds, ? reads, - wipes; up to 16 of them. Click the cell, then press the arrow keys.");
  view.root.append(html("div", { class: "dl-controls" }, ...steps.nodes, field.node, strength.node, adds.node), stage, view.status, note);
  const lay = () => {
    const now = state(), all = stepsOf(now);
    field.set(now.text), strength.set(now.strength), adds.set(now.adds);
    picture.draw(at() ? all[at() - 1] : NOTHING), tape.replaceChildren(strip(now.text, all, at()));
    say(view.status, describe(now));
  };
  lay();
  view.on("text strength adds step", lay);
  return view.close;
}

export default { render };
