// The window of a pooling: what it keeps on the way forward, and who gets the gradient on the way back.

// ---- arithmetic; an image is { rows, columns, values }, options are { kernel, stride, mode }, mode "max" or "average" ----

export const output = (image, { kernel, stride }) =>
  ({ rows: outputSize(image.rows, kernel, { stride }), columns: outputSize(image.columns, kernel, { stride }) });

const at = (k, { columns }) => [Math.floor(k / columns), k % columns];

// The cells of the image under the window at place k, in reading order.
export function cells(image, { kernel, stride }, k, size) {
  const [p, q] = at(k, size);
  return Array.from({ length: kernel * kernel }, (_, c) =>
    (p * stride + Math.floor(c / kernel)) * image.columns + q * stride + (c % kernel));
}

export function pooled(image, options, k, size) {
  const values = cells(image, options, k, size).map((cell) => image.values[cell]);
  return options.mode === "max" ? Math.max(...values) : values.reduce((sum, v) => sum + v, 0) / values.length;
}

// Every cell that is as large as the largest of its window; the first of them wins.
export function winners(image, options, k, size) {
  const seen = cells(image, options, k, size), most = pooled(image, { ...options, mode: "max" }, k, size);
  return seen.filter((cell) => image.values[cell] === most);
}

// dx after places 0 … k; the upstream gradient of place k is k + 1.
export function handedBack(image, options, k, size) {
  const dx = new Float64Array(image.values.length);
  for (let place = 0; place <= k; place++) {
    if (options.mode === "max") dx[winners(image, options, place, size)[0]] += place + 1;
    else for (const cell of cells(image, options, place, size)) dx[cell] += (place + 1) / options.kernel ** 2;
  }
  return dx.map((sum) => Math.round(sum * 1e9) / 1e9); // nine ninths are one
}

const WRITTEN = 25;

// The one line of arithmetic under the picture.
export function equation(image, options, way, k, size) {
  const { kernel, mode } = options, area = kernel * kernel, y = pooled(image, options, k, size);
  if (way === "forward") {
    const all = cells(image, options, k, size).map((cell) => image.values[cell]), shown = all.slice(0, WRITTEN).map(number);
    if (all.length > WRITTEN) shown.push("…");
    const equals = all.every(isExact) && isExact(y) ? "=" : "≈";
    if (mode === "max") return `max(${shown.join(", ")}) ${equals} ${number(y)}`;
    return `(${shown.join(" + ")}) / ${area} ${equals} ${number(y)}`;
  }
  if (mode === "average") {
    const share = (k + 1) / area;
    return `${k + 1} / ${area} ${isExact(share) ? "=" : "≈"} ${number(share)} to each cell of the window`;
  }
  const winner = winners(image, options, k, size)[0], shares = [];
  for (let place = 0; place <= k; place++) if (winners(image, options, place, size)[0] === winner) shares.push(place + 1);
  const sum = shares.reduce((total, share) => total + share, 0);
  return `dx[${at(winner, image).join(", ")}] = ${shares.join(" + ")}${shares.length > 1 ? ` = ${sum}` : ""}`;
}

export function tooLarge(image, { kernel }) {
  return `No place fits: the window is ${kernel}×${kernel}, the image only ${image.rows}×${image.columns}.`;
}

// The picture in words; dlkit.widgets.pooling says the same, and a test compares them.
export function describe(image, options, way, k, size) {
  const { kernel, stride, mode } = options, [p, q] = at(k, size), area = kernel * kernel;
  const top = p * stride, left = q * stride, here = `place ${k + 1} of ${size.rows * size.columns}`;
  const tied = winners(image, options, k, size), winner = `x[${at(tied[0], image).join(", ")}]`;
  const ties = mode === "max" && tied.length > 1 ? ` ${tied.length} cells tie: the first in reading order wins.` : "";
  if (way === "forward") {
    const span = `The window covers rows ${top} to ${top + kernel - 1} and columns ${left} to ${left + kernel - 1}; `;
    const how = mode === "max" ? `${winner} is its largest.` : `${count(area, "cell")} make the mean.`;
    return `Forward, ${here}: y[${p}, ${q}] = ${number(pooled(image, options, k, size))}. ${span}${how}${ties}`;
  }
  const dx = handedBack(image, options, k, size), gradient = `Backward, ${here}: dy[${p}, ${q}] = ${k + 1}`;
  if (mode === "average") {
    const most = Math.max(...cells(image, options, k, size).map((cell) => dx[cell]));
    return `${gradient} is shared out evenly, ${number((k + 1) / area)} to each of ${count(area, "cell")}. The largest sum under the window is now ${number(most)}.`;
  }
  return `${gradient} goes whole to ${winner}, the winner, which now holds ${number(dx[tied[0]])}; the other cells of the window get nothing.${ties}`;
}

// ---- the widget ----

const NAMES = [["max", "max"], ["average", "average"]];
const WAYS = [["forward: x to y", "forward"], ["backward: dy to dx", "backward"]];

function render({ model, el }) {
  const view = open(model, el, "Pooling window");
  const [rows, columns] = model.get("_shape"), image = { rows, columns, values: numbersOf(model.get("_pixels"), "float64") };
  const options = () => ({ kernel: model.get("kernel_size"), stride: model.get("stride"), mode: model.get("mode") });
  const set = (changes) => { for (const [name, value] of Object.entries(changes)) model.set(name, value); model.save_changes(); };
  let size, x, y, dx;

  const stage = html("div", { class: "dl-stage", tabindex: 0, role: "application", "aria-roledescription": "pooling window",
    "aria-label": "Window over the image. Arrow keys move it by one output; Home and End jump to the first and last." });
  const steps = walk(view, stage, { size: () => size, at: () => model.get("position"), move: (p, q) => set({ position: [p, q] }), wait: 1100 });
  const restart = (changes) => { steps.pause(), set({ ...changes, position: [0, 0] }); };
  const mode = choice({ label: "Pool by", options: NAMES }, (value) => restart({ mode: value }));
  const way = choice({ label: "Pass", options: WAYS }, (value) => restart({ way: value }));
  const field = (name, label) => numberField({ label, min: 1, max: 8, value: model.get(name) }, (value) => restart({ [name]: value }));
  const kernel = field("kernel_size", "Window"), stride = field("stride", "Stride");
  const fit = fitCells(view, stage, () => columns + (size ? size.columns : 0) + (dx ? columns : 0), 140);
  const line = html("p", { class: "dl-equation" }), note = html("p", { class: "dl-note" });
  view.root.append(html("div", { class: "dl-controls" }, ...steps.buttons, way.node),
    html("div", { class: "dl-controls" }, mode.node, kernel.node, stride.node), stage, line, view.status, note);

  const lay = () => {
    const how = options(), back = model.get("way") === "backward";
    mode.set((value) => value === how.mode), way.set((value) => value === model.get("way"));
    kernel.set(how.kernel), stride.set(how.stride);
    size = output(image, how);
    const places = size.rows * size.columns;
    x = new Matrix({ title: `Image x, ${rows}×${columns}`, rows, columns, limit: largest(image.values) });
    image.values.forEach((value, cell) => x.put(...at(cell, image), value));
    drag(x.picture, (event) => {
      const [i, j] = x.at(event); // the window is taken by its middle
      steps.aim(Math.round((i - (how.kernel - 1) / 2) / how.stride), Math.round((j - (how.kernel - 1) / 2) / how.stride));
    });
    y = dx = null;
    const parts = [x.node];
    if (places) {
      y = new Matrix({ title: `${back ? "Upstream dy" : "Output y"}, ${size.rows}×${size.columns}`, ...size, limit: back ? places : largest(image.values) });
      drag(y.picture, (event) => steps.aim(...y.at(event)));
      parts.push(back ? y.node : joined("→", "gives", y.node));
      if (back) {
        dx = new Matrix({ title: `Gradient dx, ${rows}×${columns}`, rows, columns, limit: largest(handedBack(image, how, places - 1, size)) });
        parts.push(joined("→", "gives", dx.node));
        for (let k = 0; k < places; k++) y.put(...at(k, size), k + 1);
      }
    }
    stage.replaceChildren(...parts), fit();
    say(note, places ? sizes(image, { rows: how.kernel, columns: how.kernel }, { stride: how.stride, padding: 0 })
      + " Click a cell, or press the arrow keys. The round frame marks the winner, a dashed one a cell that ties with it." : "");
    if (places) place();
    else say(line, ""), say(view.status, tooLarge(image, how));
  };
  const place = () => {
    if (!y) return;
    const how = options(), direction = model.get("way"), [p, q] = steps.current(), k = p * size.columns + q;
    x.mark(p * how.stride, q * how.stride, how.kernel, how.kernel), y.mark(p, q);
    const tied = how.mode === "max" ? winners(image, how, k, size).map((cell) => at(cell, image)) : [];
    x.light(tied.slice(0, 1), tied.slice(1));
    if (dx) {
      const sums = handedBack(image, how, k, size);
      dx.clear(), sums.forEach((value, cell) => { if (value) dx.put(...at(cell, image), value); });
      dx.mark(p * how.stride, q * how.stride, how.kernel, how.kernel), dx.light(tied.slice(0, 1), []);
    } else {
      y.clear();
      for (let done = 0; done <= k; done++) y.put(...at(done, size), pooled(image, how, done, size));
    }
    say(line, equation(image, how, direction, k, size)), say(view.status, describe(image, how, direction, k, size));
  };
  lay();
  view.on("position", place);
  view.on("kernel_size stride mode way", lay);
  return view.close;
}

export default { render };
