// A recurrent network with a state of one number, unrolled: forward through time, then back through time.

// ---- arithmetic; now = { numbers, length, loss, step } ----

const judged = ({ loss, length }, t) => loss === "every" || t === length;
const times = ({ length }) => Array.from({ length }, (_, k) => k + 1);

export function momentsOf(now) {
  const forward = times(now).flatMap((t) => (judged(now, t) ? [["state", t], ["output", t]] : [["state", t]]));
  const back = times(now).reverse().flatMap((t) => (judged(now, t) ? [["output back", t], ["state back", t]] : [["state back", t]]));
  return [...forward, ...back];
}

export function valuesOf(now) {
  const n = now.numbers, values = { h0: n.h0 };
  for (const t of times(now)) {
    values[`h${t}`] = Math.tanh(n.U * n[`x${t}`] + n.V * values[`h${t - 1}`] + n.b);
    if (!judged(now, t)) continue;
    values[`o${t}`] = n.W * values[`h${t}`] + n.c;
    values[`L${t}`] = 0.5 * (values[`o${t}`] - n[`y${t}`]) ** 2;
  }
  return values;
}

export function gradientsOf(now, steps) {
  const n = now.numbers, values = valuesOf(now), found = {}, total = { U: 0, V: 0, b: 0, W: 0, c: 0 };
  for (const [kind, t] of momentsOf(now).slice(0, steps)) {
    if (kind === "output back") {
      const d = (found[`o${t}`] = values[`o${t}`] - n[`y${t}`]);
      total.W += d * values[`h${t}`], total.c += d;
    } else if (kind === "state back") {
      const above = judged(now, t) ? n.W * found[`o${t}`] : 0, later = t < now.length ? n.V * found[`z${t + 1}`] : 0;
      found[`h${t}`] = above + later;
      const d = (found[`z${t}`] = found[`h${t}`] * (1 - values[`h${t}`] ** 2));
      total.U += d * n[`x${t}`], total.V += d * values[`h${t - 1}`], total.b += d;
      if (t === 1) found.h0 = n.V * d;
    }
  }
  return { ...found, ...total };
}

const givenOf = (now) => [...times(now).map((t) => `x${t}`), ...times(now).filter((t) => judged(now, t)).map((t) => `y${t}`), "U", "V", "b", "W", "c", "h0"];

// The picture in words; dlkit.widgets.recurrent_networks says the same, and a test compares them.
export function describe(now) {
  const moments = momentsOf(now), step = clamp(now.step, 0, moments.length), n = now.numbers, values = valuesOf(now);
  if (step === 0) return `Start. Given are ${givenOf(now).map((name) => `${name} = ${decimal(n[name])}`).join(", ")}. Nothing is computed yet.`;
  const [kind, t] = moments[step - 1], g = gradientsOf(now, step), where = `Step ${step} of ${moments.length}`;
  const h = values[`h${t}`], before = values[`h${t - 1}`], f = signedFactor;
  if (kind === "state") {
    return `${where}, forward, time ${t}: h${t} = tanh(U·x${t} + V·h${t - 1} + b) = tanh(${f(n.U)}·${f(n[`x${t}`])} + ${f(n.V)}·${f(before)} + ${f(n.b)}) = ${decimal(h)}.`;
  }
  if (kind === "output") {
    const o = values[`o${t}`];
    return `${where}, forward, time ${t}: o${t} = W·h${t} + c = ${f(n.W)}·${f(h)} + ${f(n.c)} = ${decimal(o)}, and L${t} = ½·(${decimal(o)} − ${f(n[`y${t}`])})² = ${decimal(values[`L${t}`])}.`;
  }
  if (kind === "output back") {
    const d = g[`o${t}`];
    return `${where}, back, time ${t}: do${t} = o${t} − y${t} = ${decimal(d)}. It gives do${t}·h${t} = ${decimal(d * h)} to dW and ${decimal(d)} to dc.`;
  }
  const dz = g[`z${t}`], sources = [];
  if (judged(now, t)) sources.push(`W·do${t} = ${decimal(n.W * g[`o${t}`])} from the output`);
  if (t < now.length) sources.push(`V·dz${t + 1} = ${decimal(n.V * g[`z${t + 1}`])} from time ${t + 1}`);
  const sum = sources.length > 1 ? ` = ${decimal(g[`h${t}`])}` : "", end = t === 1 ? ` What is left for h0 is V·dz1 = ${decimal(g.h0)}.` : "";
  return `${where}, back, time ${t}: dh${t} = ${sources.join(" plus ")}${sum}. Times the slope 1 − h${t}² = ${decimal(1 - h * h)} that is dz${t} = ${decimal(dz)}. `
    + `It gives dz${t}·x${t} = ${decimal(dz * n[`x${t}`])} to dU, dz${t}·h${t - 1} = ${decimal(dz * before)} to dV and ${decimal(dz)} to db.${end}`;
}

// ---- drawing ----

const LEFT = 82, APART = 186, WIDE = 132, HIGH = 46, ROWS = { o: 40, h: 140, x: 240 }, HEIGHT = 272;

function picture(now) {
  const moments = momentsOf(now), step = clamp(now.step, 0, moments.length), done = moments.slice(0, step), at = done.at(-1);
  const values = valuesOf(now), slopes = gradientsOf(now, step), lines = svg("g"), boxes = svg("g");
  const known = new Set(["h0", ...done.flatMap(([kind, t]) => (kind === "state" ? [`h${t}`] : kind === "output" ? [`o${t}`] : []))]);
  const line = ([x1, y1], [x2, y2], active, back) => {
    lines.append(svg("path", { class: `dl-edge${active ? " dl-active" : ""}`, d: `M${x1} ${y1}L${x2} ${y2}` }));
    if (!active) return;
    const [ax, ay, bx, by] = back ? [x2, y2, x1, y1] : [x1, y1, x2, y2], ux = Math.sign(bx - ax), uy = Math.sign(by - ay);
    const tip = [(ax + bx) / 2 + 7 * ux, (ay + by) / 2 + 7 * uy];
    const corner = (side) => `L${tip[0] - 13 * ux - side * 7 * uy} ${tip[1] - 13 * uy + side * 7 * ux}`;
    lines.append(svg("path", { class: "dl-arrow", d: `M${tip[0]} ${tip[1]}${corner(1)}${corner(-1)}z` }));
  };
  const box = (row, t) => {
    const name = `${row}${t}`, x = LEFT + t * APART, y = ROWS[row], slope = name in slopes;
    const lit = at && at[1] === t && ((row === "h" && at[0].startsWith("state")) || (row === "o" && at[0].startsWith("output")));
    const value = row === "x" ? now.numbers[name] : values[name], shown = row === "x" || known.has(name) ? `${name} = ${decimal(value)}` : name;
    boxes.append(svg("rect", { class: `dl-node${lit ? " dl-active" : ""}`, x: x - WIDE / 2, y: y - HIGH / 2, width: WIDE, height: HIGH, rx: row === "x" ? 3 : 14 }),
      svg("text", { class: "dl-node-value", x, y: slope ? y - 9 : y }, shown), svg("text", { class: "dl-node-slope", x, y: y + 12 }, slope ? `d${name} = ${decimal(slopes[name])}` : ""));
  };
  box("h", 0);
  for (const t of times(now)) {
    const x = LEFT + t * APART, here = at && at[1] === t, back = here && at[0].endsWith("back"), state = here && at[0].startsWith("state");
    line([x - APART, ROWS.h], [x, ROWS.h], state, back), line([x, ROWS.x], [x, ROWS.h], state, back);
    if (judged(now, t)) line([x, ROWS.h], [x, ROWS.o], here && !state, back), box("o", t);
    box("x", t), box("h", t);
  }
  return [lines, boxes];
}

// ---- the widget ----

function render({ model, el }) {
  const view = open(model, el, "Unrolled recurrent network"), NAMES = ["numbers", "length", "loss", "step"];
  const now = () => Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const last = () => momentsOf(now()).length, stand = () => Math.min(model.get("step"), last());
  const put = (name, value) => { model.set(name, value), model.save_changes(); };
  const steps = player(view, { move: (to) => put("step", clamp(to, 0, last())), where: () => [stand(), last()], milliseconds: 1800 });
  const loss = choice({ label: "Loss", options: [["after the last step", "last"], ["at every step", "every"]] }, (kind) => {
    steps.pause(), model.set("step", 0), put("loss", kind);
  });
  const names = [...times(now()).map((t) => `x${t}`), ...times(now()).map((t) => `y${t}`), "U", "V", "b", "W", "c", "h0"];
  const fields = names.map((name) => [name, decimalField({ label: name, value: model.get("numbers")[name], limit: 100, size: 4 }, (value) => {
    const same = model.get("numbers")[name] === value;
    put("numbers", { ...model.get("numbers"), [name]: value });
    if (same) lay(); // nothing changed, but the line about a refused entry goes
  }, () => say(view.status, `${name} is not a number from −100 to 100; it is still ${decimal(model.get("numbers")[name])}.`))]);
  const width = 2 * LEFT + model.get("length") * APART;
  const frame = svg("svg", { class: "dl-graph", viewBox: `0 0 ${width} ${HEIGHT}`, style: `width: ${width}px; min-width: ${Math.round(0.7 * width)}px`, "aria-hidden": "true" });
  const stage = html("div", { class: "dl-strip dl-stage", tabindex: 0, role: "application", "aria-roledescription": "unrolled network",
    "aria-label": "Unrolled network. Right and left arrow step forward and back, Home and End jump, space plays." }, frame);
  keys(stage, {
    ArrowRight: (n) => steps.go(stand() + n), ArrowLeft: (n) => steps.go(stand() - n),
    Home: () => steps.go(0), End: () => steps.go(Infinity), " ": () => steps.toggle(),
  });
  const sums = html("div", { class: "dl-equation" });
  const note = html("p", { class: "dl-note" }, "One column is one step of time; U, V, b, W and c are the same in all of them. dh1 is short for ∂L/∂h1, L for the sum of the losses. "
    + "Type other numbers at any step (−100 to 100; 1/2 will do). Click the picture, then press the arrow keys.");
  view.root.append(html("div", { class: "dl-controls" }, ...steps.nodes, loss.node), html("div", { class: "dl-controls" }, ...fields.map(([, field]) => field.node)),
    stage, sums, view.status, note);
  const lay = () => {
    const state = now(), slopes = gradientsOf(state, clamp(state.step, 0, last()));
    for (const [name, field] of fields) {
      field.set(state.numbers[name]);
      field.node.hidden = name.startsWith("y") && !judged(state, Number(name.slice(1)));
    }
    loss.set((kind) => kind === state.loss);
    frame.replaceChildren(...picture(state));
    const words = ["U", "V", "b", "W", "c"].map((name) => `d${name} = ${decimal(slopes[name])}`).join(", ");
    sums.textContent = `So far: ${words}`, say(view.status, describe(state));
  };
  lay();
  view.on(NAMES.join(" "), lay);
  return view.close;
}

export default { render };
