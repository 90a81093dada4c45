// The window that slides over an image: cross-correlation, one dot product a place, as deep learning does it.

// ---- arithmetic; an image and a kernel are { rows, columns, values }, values row by row ----

// Every product of the window at output (p, q), as [pixel, weight], row by row. Outside the image there are zeros.
export function terms(image, kernel, { stride, padding }, p, q) {
  const pairs = [];
  for (let i = 0; i < kernel.rows; i++) {
    for (let j = 0; j < kernel.columns; j++) {
      const row = p * stride + i - padding, column = q * stride + j - padding;
      const inside = row >= 0 && column >= 0 && row < image.rows && column < image.columns;
      pairs.push([inside ? image.values[row * image.columns + column] : 0, kernel.values[i * kernel.columns + j]]);
    }
  }
  return pairs;
}

export const total = (pairs) => pairs.reduce((sum, [x, w]) => sum + x * w, 0);

export function correlate(image, kernel, { stride, padding }) {
  const rows = outputSize(image.rows, kernel.rows, { stride, padding });
  const columns = outputSize(image.columns, kernel.columns, { stride, padding });
  const values = new Float64Array(rows * columns);
  if (!values.length) return { rows: 0, columns: 0, values };
  // One weight at a time over the whole picture: a photograph takes milliseconds, and each sum is taken in the same order as `total`.
  kernel.values.forEach((weight, k) => {
    const i = Math.floor(k / kernel.columns) - padding, j = (k % kernel.columns) - padding;
    for (let p = 0; p < rows; p++) {
      const row = p * stride + i;
      if (row < 0 || row >= image.rows) continue;
      for (let q = 0, column = j; q < columns; q++, column += stride) {
        if (column >= 0 && column < image.columns) values[p * columns + q] += image.values[row * image.columns + column] * weight;
      }
    }
  });
  return { rows, columns, values };
}

const WRITTEN = 25; // more products than this are not read by anyone

// The sum written out, a list of pieces that may be broken between: one a row of the kernel, and the result.
export function equation(pairs, columns) {
  const shown = pairs.slice(0, WRITTEN);
  const lines = [];
  for (let start = 0; start < shown.length; start += columns) {
    const products = shown.slice(start, start + columns).map(([x, w]) => `${factor(x)}·${factor(w)}`);
    lines.push((start ? "+ " : "") + products.join(" + "));
  }
  if (pairs.length > WRITTEN) lines.push(`+ … (${pairs.length - WRITTEN} more products)`);
  const sum = total(pairs);
  const exact = pairs.length <= WRITTEN && isExact(sum) && pairs.every(([x, w]) => isExact(x) && isExact(w));
  return [...lines, `${exact || pairs.length > WRITTEN ? "=" : "≈"} ${number(sum)}`];
}

// The picture in words.
export function describe(image, kernel, output, { stride, padding }, p, q) {
  const top = p * stride - padding, left = q * stride - padding;
  const bottom = top + kernel.rows - 1, right = left + kernel.columns - 1;
  const seen = (Math.min(bottom, image.rows - 1) - Math.max(top, 0) + 1), across = (Math.min(right, image.columns - 1) - Math.max(left, 0) + 1);
  const cells = kernel.rows * kernel.columns, outside = cells - Math.max(seen, 0) * Math.max(across, 0);
  const value = output.values[p * output.columns + q];
  return `y[${p}, ${q}] = ${number(value)}, output ${p * output.columns + q + 1} of ${output.values.length}. `
    + `The window covers rows ${number(top)} to ${number(bottom)} and columns ${number(left)} to ${number(right)} of the image`
    + (outside ? `; ${outside} of its ${count(cells, "cell")} ${outside === 1 ? "is" : "are"} padding.` : ".");
}

export function tooLarge(image, kernel, { padding }) {
  return `No place fits: the kernel is ${kernel.rows}×${kernel.columns}, the padded image only ${image.rows + 2 * padding}×${
    image.columns + 2 * padding}. PyTorch and dlkit raise an error here; try more padding.`;
}

// ---- small images: every cell carries its number ----

class NumberedStage {
  constructor(view, image, kernel, aim) {
    Object.assign(this, { view, image, kernel, aim });
    this.node = html("div", { class: "dl-stage" });
    this.fit = fitCells(view, this.node, () => this.across, 106);
  }

  lay(output, { stride, padding }) {
    const { image, kernel } = this;
    Object.assign(this, { output, stride, padding });
    const rows = image.rows + 2 * padding, columns = image.columns + 2 * padding;
    const padded = padding ? `, padded to ${rows}×${columns}` : "";
    this.input = new Matrix({ title: `Image ${image.rows}×${image.columns}${padded}`, rows, columns, border: padding, limit: largest(image.values) });
    this.weights = new Matrix({ title: `Kernel ${kernel.rows}×${kernel.columns}`, rows: kernel.rows, columns: kernel.columns, limit: largest(kernel.values) });
    this.result = new Matrix({ title: `Output ${output.rows}×${output.columns}`, rows: output.rows, columns: output.columns, limit: largest(output.values) });
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const row = i - padding, column = j - padding;
        const inside = row >= 0 && column >= 0 && row < image.rows && column < image.columns;
        this.input.put(i, j, inside ? image.values[row * image.columns + column] : 0);
      }
    }
    kernel.values.forEach((w, k) => this.weights.put(Math.floor(k / kernel.columns), k % kernel.columns, w));
    this.across = columns + kernel.columns + output.columns;
    drag(this.input.picture, (event) => {
      const [i, j] = this.input.at(event); // the window is taken by its middle
      this.aim(Math.round((i - (kernel.rows - 1) / 2) / stride), Math.round((j - (kernel.columns - 1) / 2) / stride));
    });
    drag(this.result.picture, (event) => this.aim(...this.result.at(event)));
    const result = output.values.length ? [joined("=", "gives", this.result.node)] : [];
    this.node.replaceChildren(this.input.node, joined("⋆", "cross-correlated with", this.weights.node), ...result);
    this.fit();
  }

  place(p, q) {
    const { stride, kernel } = this;
    this.input.mark(p * stride, q * stride, kernel.rows, kernel.columns);
    this.result.mark(p, q);
    this.show(p, q);
  }

  show(p, q) {
    this.result.put(p, q, this.output.values[p * this.output.columns + q]);
  }

  hide() {
    this.result.clear();
  }
}

// ---- the widget ----

function readImage(model) {
  const [rows, columns, channels] = [...model.get("_shape"), 1];
  const pixels = numbersOf(model.get("_pixels"), model.get("_dtype"));
  if (channels !== 3) return { rows, columns, values: Float64Array.from(pixels), pixels, channels: 1 };
  const values = new Float64Array(rows * columns), whole = pixels instanceof Uint8Array; // brightness
  for (let k = 0; k < values.length; k++) {
    const mean = (pixels[3 * k] + pixels[3 * k + 1] + pixels[3 * k + 2]) / 3;
    values[k] = whole ? Math.round(mean) : mean; // whole levels make sums that can be read
  }
  return { rows, columns, values, pixels, channels };
}

const NUMBERED = 12; // rows and columns; larger images are pictures

function render({ model, el }) {
  const view = open(model, el, "Sliding window");
  const image = readImage(model);
  const [kernelRows, kernelColumns] = model.get("_kernel_shape");
  const kernel = { rows: kernelRows, columns: kernelColumns, values: numbersOf(model.get("_kernel"), "float64") };
  const small = image.rows <= NUMBERED && image.columns <= NUMBERED;
  const options = () => ({ stride: model.get("stride"), padding: model.get("padding") });
  let output, seen;

  // A step is timed from the change of state to the last thing drawn, the other views' drawing included.
  const move = (p, q) => {
    const started = performance.now();
    model.set("position", [p, q]);
    model.save_changes();
    view.root.dataset.stepMs = (performance.now() - started).toFixed(3);
  };
  const Stage = small ? NumberedStage : PhotoStage;
  const stage = new Stage(view, image, kernel, (p, q) => steps.aim(p, q));
  fill(stage.node, { tabindex: 0, role: "application", "aria-roledescription": "sliding window",
    "aria-label": "Window over the image. Arrow keys move it by one output, with Shift by ten; Home and End jump to the first and last." }, []);
  // On a photograph Play sweeps in strides of about a thirtieth of the width; one by one it would take hours.
  const sweep = () => {
    const [p, q] = steps.current(), leap = Math.max(1, Math.round(output.columns / 30));
    if (q + leap < output.columns) return move(p, q + leap), true;
    return p + leap < output.rows && (move(p + leap, 0), true);
  };
  const film = small ? {} : { film: sweep, wait: 80 };
  const steps = walk(view, stage.node, { size: () => output, at: () => model.get("position"), move, rewind: () => forget(), ...film });
  const change = (name) => (value) => {
    steps.pause(), model.set(name, value);
    if (output.values.length) model.set("position", small ? [0, 0] : [output.rows >> 1, output.columns >> 1]);
    model.save_changes();
  };

  const stride = numberField({ label: "Stride", min: 1, max: Math.max(8, model.get("stride")), value: model.get("stride") }, change("stride"));
  const padding = numberField({ label: "Padding", min: 0, max: Math.max(4, model.get("padding")), value: model.get("padding") }, change("padding"));
  const whole = checkbox({ label: "Show every output", value: model.get("whole") }, (on) => { model.set("whole", on), model.save_changes(); });
  const sum = html("p", { class: "dl-equation" }), note = html("p", { class: "dl-note" });
  view.root.append(
    html("div", { class: "dl-controls" }, ...steps.buttons, stride.node, padding.node, ...(small ? [whole.node] : [])),
    stage.node, sum, view.status, note);

  const forget = () => { seen = new Set(), stage.hide(), reveal(); };
  const reveal = () => {
    for (let k = 0; small && k < output.values.length; k++) {
      if (seen.has(k) || model.get("whole")) stage.show(Math.floor(k / output.columns), k % output.columns);
    }
  };
  const place = () => {
    if (!output.values.length) return;
    const [p, q] = steps.current(), pairs = terms(image, kernel, options(), p, q);
    seen.add(p * output.columns + q), stage.place(p, q, pairs);
    sum.replaceChildren(...equation(pairs, kernel.columns).flatMap((line) => [html("span", {}, line), " "]));
    say(view.status, describe(image, kernel, output, options(), p, q));
  };
  const lay = () => {
    stride.set(model.get("stride")), padding.set(model.get("padding"));
    output = correlate(image, kernel, options()), seen = new Set();
    stage.lay(output, options()), reveal();
    const fits = output.values.length > 0;
    const brightness = image.channels === 3 ? " Of the colours, the brightness goes in: the mean of red, green and blue." : "";
    const how = " Click a cell, drag, or press the arrow keys (with Shift: ten outputs; Home, End).";
    const shown = small ? "" : " Numbers are shown rounded; the sum is taken before rounding.";
    say(note, fits ? sizes(image, kernel, options()) + brightness + shown + how : ""), sum.replaceChildren();
    if (fits) place();
    else say(view.status, tooLarge(image, kernel, options()));
  };

  lay();
  view.on("position", place);
  view.on("stride padding", lay);
  view.on("whole", () => { whole.set(model.get("whole")), stage.hide(), reveal(), place(); });
  return view.close;
}

export default { render };
