// A picture, its code and its copy: which network, how wide its code, which picture.

// ---- arithmetic ----

// networks: [{ name, width, plan, start }], the weights of all in one string of bytes. Gives { name, width, layers } each.
export function networksFrom(bytes, networks) {
  return networks.map(({ name, width, plan, start }) => {
    const length = 4 * plan.reduce((sum, [outputs, inputs]) => sum + outputs * inputs + outputs, 0);
    return { name, width, layers: unpack(new DataView(bytes.buffer, bytes.byteOffset + start, length), plan) };
  });
}

// The numbers of the narrowest layer, and the copy.
export function through(layers, x) {
  const { all, out } = run(layers, x);
  return { code: all.reduce((least, y) => (y.length < least.length ? y : least)), copy: out };
}

export const meanSquare = (x, y) => x.reduce((sum, v, k) => sum + (y[k] - v) ** 2, 0) / x.length;

// The picture in words; dlkit.widgets.autoencoders says the same, and a test compares them.
export function describe({ name, width, layers }, images, labels, index) {
  const errors = images.map((x) => meanSquare(x, through(layers, x).copy)), mean = errors.reduce((a, b) => a + b) / errors.length;
  return `${name}, ${count(width, "number")} for ${images[0].length} pixels. Picture ${index} shows a ${labels[index]}: mean squared error `
    + `of its copy ${errors[index].toFixed(3)}. Over all ${images.length} pictures: ${mean.toFixed(3)}.`;
}

export function cut(pixels, [n, rows, columns]) {
  return Array.from({ length: n }, (_, k) => Array.from(pixels.subarray(k * rows * columns, (k + 1) * rows * columns)));
}

// ---- drawing ----

const ROOM = 140, SIDE = 128; // for the bars of a code, for a picture: all three fit beside one another in a narrow cell

function bars(code) {
  const high = SIDE, limit = Math.max(...code.map(Math.abs)) || 1, bar = Math.min(22, ROOM / code.length);
  const node = svg("svg", { viewBox: `0 0 ${ROOM} ${high}`, style: `width: ${ROOM}px; max-width: 100%`, "aria-hidden": "true" },
    svg("path", { class: "dl-brace", d: `M0 ${high / 2}H${bar * code.length}` }));
  code.forEach((value, k) => {
    const height = ((high / 2 - 4) * Math.abs(value)) / limit;
    node.append(svg("rect", { x: k * bar, y: value > 0 ? high / 2 - height : high / 2, width: 0.8 * bar, height,
      style: `fill: var(--dl-${value > 0 ? "positive" : "negative"})` }));
  });
  return node;
}

// ---- the widget ----

function render({ model, el }) {
  const view = open(model, el, "Bottleneck");
  const shape = model.get("_shape"), images = cut(numbersOf(model.get("_pixels"), "float32"), shape), labels = model.get("_labels");
  const networks = networksFrom(model.get("_weights"), model.get("_networks"));
  const names = [...new Set(networks.map(({ name }) => name))];
  const widths = () => networks.filter(({ name }) => name === model.get("method")).map(({ width }) => width);
  const put = (values) => { for (const [name, value] of Object.entries(values)) model.set(name, value); model.save_changes(); };
  const nearest = (list, width) => list.reduce((best, w) => (Math.abs(w - width) < Math.abs(best - width) ? w : best));
  const method = choice({ label: "Network", options: names.map((name) => [name, name]) }, (name) => {
    const offered = networks.filter((one) => one.name === name).map(({ width }) => width);
    put({ method: name, width: nearest(offered, model.get("width")) });
  });
  const id = freshId(), reading = html("output", { for: id, class: "dl-reading" });
  const range = html("input", { id, type: "range", class: "dl-range", min: 0, step: 1, max: widths().length - 1 });
  range.addEventListener("input", () => put({ width: widths()[Number(range.value)] }));
  const width = html("div", { class: "dl-control dl-slider dl-dial" }, html("label", { for: id }, "Width of the code"), reading, range);
  const picture = numberField({ label: "Picture", min: 0, max: images.length - 1, value: model.get("index") }, (index) => put({ index }));
  const [, rows, columns] = shape;
  const original = new Pixels({ title: "Picture", rows, columns, side: SIDE }), copy = new Pixels({ title: "Copy", rows, columns, side: SIDE });
  const caption = html("figcaption"), middle = html("div"), code = html("figure", { class: "dl-matrix" }, caption, middle);
  const arrow = () => html("span", { class: "dl-operator", "aria-hidden": "true" }, "→");
  const stage = html("div", { class: "dl-stage", tabindex: 0, role: "application", "aria-roledescription": "bottleneck",
    "aria-label": "Picture, code and copy. Left and right arrows change the width of the code, up and down arrows the picture." },
    original.node, html("div", { class: "dl-joined" }, arrow(), code), html("div", { class: "dl-joined" }, arrow(), copy.node));
  const widen = (by) => {
    const list = widths();
    put({ width: list[clamp(list.indexOf(model.get("width")) + by, 0, list.length - 1)] });
  };
  const turn = (by) => put({ index: clamp(model.get("index") + by, 0, images.length - 1) });
  keys(stage, { ArrowLeft: () => widen(-1), ArrowRight: () => widen(1), ArrowUp: (n) => turn(n), ArrowDown: (n) => turn(-n) });
  view.root.append(html("div", { class: "dl-controls" }, method.node, width, picture.node), stage, view.status);
  const lay = () => {
    const now = networks.find((one) => one.name === model.get("method") && one.width === model.get("width")), index = model.get("index");
    if (!now) return; // between two changes of one choice
    const { code: numbers, copy: out } = through(now.layers, images[index]);
    method.set((name) => name === now.name), picture.set(index);
    range.max = widths().length - 1, range.value = widths().indexOf(now.width);
    range.setAttribute("aria-valuetext", count(now.width, "number")), say(reading, String(now.width));
    say(caption, `Code, ${count(numbers.length, "number")}`), middle.replaceChildren(bars(numbers));
    original.lay(images[index]), copy.lay(out);
    say(view.status, describe(now, images, labels, index));
  };
  lay();
  view.on("method width index", lay);
  return view.close;
}

export default { render };
