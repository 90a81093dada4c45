// A graph of arithmetic, stepped through: values forward, then one edge at a time backward.

// ---- arithmetic; a node is { name, kind, inputs, x, y } ----

export const readNodes = (rows) => rows.map(([name, kind, inputs, x, y]) => ({ name, kind, inputs, x, y }));

const sigma = (z) => 1 / (1 + Math.exp(-z));

export function valuesOf(nodes, numbers) {
  const values = {};
  for (const { name, kind, inputs } of nodes) {
    const a = inputs.map((input) => values[input]);
    if (kind === "given") values[name] = numbers[name];
    else if (kind === "sigmoid") values[name] = sigma(a[0]);
    else if (kind === "half_square") values[name] = 0.5 * (a[0] - a[1]) ** 2;
    else {
      let sum = 0;
      for (let k = 0; k + 1 < a.length; k += 2) sum += a[k] * a[k + 1];
      values[name] = sum + (a.length % 2 ? a.at(-1) : 0);
    }
  }
  return values;
}

// The derivative of a node with respect to its input number k, and how it is written.
function localOf({ name, kind, inputs }, k, values) {
  if (kind === "weighted") {
    if (k === inputs.length - 1 && inputs.length % 2) return [1, "1"];
    return [values[inputs[k ^ 1]], inputs[k ^ 1]];
  }
  if (kind === "sigmoid") return [values[name] * (1 - values[name]), `${name}·(1 − ${name})`];
  return [values[inputs[0]] - values[inputs[1]], "y − t"];
}

// Every edge of the way back, from the loss to the inputs; the target has none.
export function sharesOf(nodes, numbers) {
  const values = valuesOf(nodes, numbers), gradients = { L: 1 };
  const pairs = [...nodes].reverse().flatMap((node) => node.inputs.map((input, k) => ({ node, input, k })))
    .filter(({ input }) => input !== "t");
  return pairs.map(({ node, input, k }, at) => {
    const upstream = gradients[node.name], [local, formula] = localOf(node, k, values), product = upstream * local;
    gradients[input] = (gradients[input] ?? 0) + product;
    const uses = pairs.filter((pair) => pair.input === input).length;
    const last = !pairs.slice(at + 1).some((pair) => pair.input === input);
    return { from: node.name, to: input, upstream, local, formula, product, total: gradients[input], uses, last };
  });
}

function written({ name, kind, inputs }, values) {
  const a = inputs.map((input) => values[input]), odd = inputs.length % 2;
  let formula, digits;
  if (kind === "weighted") {
    const pairs = Array.from({ length: inputs.length >> 1 }, (_, k) => 2 * k);
    formula = [...pairs.map((k) => `${inputs[k]}·${inputs[k + 1]}`), ...(odd ? [inputs.at(-1)] : [])].join(" + ");
    digits = [...pairs.map((k) => `${signedFactor(a[k])}·${signedFactor(a[k + 1])}`), ...(odd ? [signedFactor(a.at(-1))] : [])].join(" + ");
  } else if (kind === "sigmoid") [formula, digits] = [`σ(${inputs[0]})`, `σ(${decimal(a[0])})`];
  else [formula, digits] = [`½·(${inputs[0]} − ${inputs[1]})²`, `½·(${decimal(a[0])} − ${signedFactor(a[1])})²`];
  return `${name} = ${formula} = ${digits} = ${decimal(values[name])}`;
}

// What is known at a step, and the step in words; dlkit.widgets.backpropagation says the same, and a test compares them.
export function stateOf(nodes, numbers, at) {
  const values = valuesOf(nodes, numbers), shares = sharesOf(nodes, numbers);
  const computed = nodes.filter(({ kind }) => kind !== "given"), forward = computed.length;
  const last = forward + 1 + shares.length, step = clamp(at, 0, last);
  const done = shares.slice(0, Math.max(0, step - forward - 1)), share = done.at(-1);
  const known = new Set([...nodes.filter(({ kind }) => kind === "given"), ...computed.slice(0, step)].map(({ name }) => name));
  const gradients = step > forward ? { L: 1 } : {};
  for (const { to, total } of done) gradients[to] = total;
  const node = step > 0 && step <= forward ? computed[step - 1] : null;
  const where = `Step ${step} of ${last}`;
  let sentence;
  if (step === 0) {
    const given = nodes.filter(({ kind }) => kind === "given").map(({ name }) => `${name} = ${decimal(values[name])}`);
    sentence = `Start. Given are ${given.join(", ")}. Nothing is computed yet.`;
  } else if (node) sentence = `${where}, forward: ${written(node, values)}.`;
  else if (!share) sentence = `${where}, the way back begins: ∂L/∂L = 1, for the loss rises exactly as fast as itself.`;
  else {
    const { from, to, upstream, local, formula, product, total, uses } = share;
    sentence = `${where}, backward from ${from} to ${to}: upstream ∂L/∂${from} = ${decimal(upstream)}, times local `
      + `∂${from}/∂${to} = ${formula === decimal(local) ? formula : `${formula} = ${decimal(local)}`}, gives ${decimal(product)}.`
      + (uses > 1
        ? ` ${to} is used ${uses} times, so the shares are added: ∂L/∂${to} = ${decimal(total)}${share.last ? "" : " so far"}.`
        : ` That is ∂L/∂${to}.`);
  }
  return { values, known, gradients, node, share, step, last, sentence };
}

// ---- drawing ----

const WIDE = 118, HIGH = 46; // of a box, in user units

class GraphPicture {
  constructor(nodes, [width, height]) {
    this.nodes = nodes, this.edges = [], this.boxes = {};
    const places = Object.fromEntries(nodes.map((node) => [node.name, node]));
    const lines = svg("g"), boxes = svg("g");
    for (const node of nodes) {
      for (const input of node.inputs) {
        const a = places[input], line = svg("path", { class: "dl-edge", d: `M${a.x} ${a.y}L${node.x} ${node.y}` });
        const head = svg("path", { class: "dl-arrow", visibility: "hidden" });
        lines.append(line, head), this.edges.push({ from: a, to: node, line, head });
      }
      const box = svg("rect", { class: "dl-node", x: node.x - WIDE / 2, y: node.y - HIGH / 2, width: WIDE, height: HIGH, rx: node.kind === "given" ? 3 : 14 });
      const value = svg("text", { class: "dl-node-value", x: node.x, y: node.y }), slope = svg("text", { class: "dl-node-slope", x: node.x, y: node.y + 12 });
      boxes.append(box, value, slope), this.boxes[node.name] = { box, value, slope };
    }
    const style = `width: ${width}px; min-width: ${Math.round((width > 900 ? 0.78 : 0.66) * width)}px`; // narrower, nobody could read it: then it scrolls
    this.node = svg("svg", { class: "dl-graph", viewBox: `0 0 ${width} ${height}`, style, "aria-hidden": "true" }, lines, boxes);
    this.width = width;
  }

  // Bring the box of the moment into view where the picture is wider than its place.
  follow(stage, { node, share }) {
    const now = this.nodes.find(({ name }) => name === (share ? share.to : node?.name));
    if (now && stage.scrollWidth > stage.clientWidth) stage.scrollLeft = (now.x / this.width) * stage.scrollWidth - stage.clientWidth / 2;
  }

  draw({ values, known, gradients, node, share }) {
    for (const { from, to, line, head } of this.edges) {
      const active = share ? share.from === to.name && share.to === from.name : node === to;
      line.classList.toggle("dl-active", active), head.setAttribute("visibility", active ? "visible" : "hidden");
      if (!active) continue;
      const [a, b] = share ? [to, from] : [from, to], long = Math.hypot(b.x - a.x, b.y - a.y);
      const u = [(b.x - a.x) / long, (b.y - a.y) / long], tip = [(a.x + b.x) / 2 + 9 * u[0], (a.y + b.y) / 2 + 9 * u[1]];
      const corner = (side) => `L${tip[0] - 15 * u[0] - side * 7 * u[1]} ${tip[1] - 15 * u[1] + side * 7 * u[0]}`;
      head.setAttribute("d", `M${tip[0]} ${tip[1]}${corner(1)}${corner(-1)}z`);
    }
    const now = share ? share.to : node?.name;
    for (const [name, { box, value, slope }] of Object.entries(this.boxes)) {
      box.classList.toggle("dl-active", name === now);
      say(value, known.has(name) ? `${name} = ${decimal(values[name])}` : name);
      say(slope, name in gradients ? `d${name} = ${decimal(gradients[name])}` : "");
      value.setAttribute("dy", name in gradients ? -9 : 0);
    }
  }
}

const term = (label, formula, value) => html("span", { class: "dl-share" }, html("small", {}, label), html("span", {}, formula), html("strong", {}, value));

function product({ share, node, values, step, sentence }) {
  if (share) {
    const { from, to, upstream, local, formula, product } = share;
    return [term("upstream", `∂L/∂${from}`, decimal(upstream)), html("span", { class: "dl-sign" }, "×"),
      term("local", `∂${from}/∂${to}${formula === decimal(local) ? "" : ` = ${formula}`}`, decimal(local)), html("span", { class: "dl-sign" }, "="),
      term(share.uses > 1 ? `share of ${share.uses}` : "handed on", share.uses > 1 ? `to ∂L/∂${to}` : `∂L/∂${to}`, decimal(product))];
  }
  if (node) return [html("span", { class: "dl-share dl-wide" }, html("small", {}, "forward"), html("strong", {}, written(node, values)))];
  return [html("span", { class: "dl-share dl-wide" }, html("small", {}, step ? "backward" : "start"), html("strong", {}, step ? "∂L/∂L = 1" : "press Next"))];
}

// ---- the widget ----

function render({ model, el }) {
  const nodes = readNodes(model.get("_nodes")), view = open(model, el, "Computation graph");
  const picture = new GraphPicture(nodes, model.get("_size"));
  const state = () => stateOf(nodes, model.get("numbers"), model.get("step"));
  const move = (to) => { model.set("step", clamp(to, 0, state().last)), model.save_changes(); };
  const steps = player(view, { move, where: () => { const { step, last } = state(); return [step, last]; }, milliseconds: 1600 });
  const fields = nodes.filter(({ kind }) => kind === "given").map(({ name }) => [name,
    decimalField({ label: name, value: model.get("numbers")[name], limit: 100 }, (value) => {
      model.set("numbers", { ...model.get("numbers"), [name]: value }), model.save_changes();
    })]);
  const stage = html("div", { class: "dl-strip dl-stage", tabindex: 0, role: "application", "aria-roledescription": "graph stepper",
    "aria-label": "Computation graph. Right and left arrow step forward and back, Home and End jump, space plays." }, picture.node);
  keys(stage, {
    ArrowRight: (n) => steps.go(state().step + n), ArrowLeft: (n) => steps.go(state().step - n),
    Home: () => steps.go(0), End: () => steps.go(Infinity), " ": () => steps.toggle(),
  });
  const sum = html("div", { class: "dl-shares" });
  const note = html("p", { class: "dl-note" }, "Square boxes are given, round ones are computed; dw is short for ∂L/∂w. Type other numbers at any step (−100 to 100). "
    + "Four decimals are shown, the arithmetic keeps sixteen digits. Click the graph, then press the arrow keys.");
  view.root.append(html("div", { class: "dl-controls" }, ...steps.nodes, ...fields.map(([, field]) => field.node)), stage, sum, view.status, note);
  const lay = () => {
    const now = state();
    for (const [name, field] of fields) field.set(model.get("numbers")[name]);
    picture.draw(now), picture.follow(stage, now), sum.replaceChildren(...product(now)), say(view.status, now.sentence);
  };
  lay();
  view.on("numbers step", lay);
  return view.close;
}

export default { render };
