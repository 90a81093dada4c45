// An image moved sideways: how much of its pooled copy notices.

// ---- arithmetic; an image is { rows, columns, values } ----

// The columns moved to the right by `by` (to the left when negative); zeros come in from outside.
export function shifted({ rows, columns, values }, by) {
  const moved = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = Math.max(0, by); j < Math.min(columns, columns + by); j++) moved[i * columns + j] = values[i * columns + j - by];
  }
  return { rows, columns, values: moved };
}

// Windows of `kernel` cells side by side. "stride" keeps the first cell of each, "none" keeps all.
export function reduced(image, mode, kernel) {
  if (mode === "none") return image;
  const rows = Math.floor(image.rows / kernel), columns = Math.floor(image.columns / kernel), values = new Float64Array(rows * columns);
  for (let k = 0; k < values.length; k++) {
    const top = Math.floor(k / columns) * kernel, left = (k % columns) * kernel, window = [];
    for (let c = 0; c < kernel * kernel; c++) window.push(image.values[(top + Math.floor(c / kernel)) * image.columns + left + (c % kernel)]);
    values[k] = mode === "max" ? Math.max(...window) : mode === "average" ? window.reduce((sum, v) => sum + v, 0) / window.length : window[0];
  }
  return { rows, columns, values };
}

export const NAMES = { none: "No pooling", max: "Max pooling", average: "Average pooling", stride: "Keeping one cell" };

// Which numbers changed, how many of how many, and the length of the change as a share of the length of what was there.
export function compare(before, now) {
  const changed = [...before.values].map((value, k) => Math.abs(value - now.values[k]) > 1e-9);
  const length = (values) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
  const whole = length([...before.values]), moved = length([...before.values].map((value, k) => now.values[k] - value));
  return { changed, count: changed.filter(Boolean).length, share: whole ? moved / whole : 0 };
}

const percent = (share) => `${Math.floor(100 * share + 0.5)} %`;

// The picture in words; dlkit.widgets.pooling says the same, and a test compares them.
export function describe(image, mode, kernel, shift) {
  const before = reduced(image, mode, kernel), { count: changed, share } = compare(before, reduced(shifted(image, shift), mode, kernel));
  const total = before.values.length, window = `${kernel}×${kernel} window`;
  const size = { none: "", stride: ` of each ${window}` }[mode] ?? ` over ${window}s`;
  const where = shift ? `shifted ${count(Math.abs(shift), "column")} to the ${shift > 0 ? "right" : "left"}` : "not shifted";
  return `${NAMES[mode]}${size}, ${where}: ${changed} of ${total} numbers changed (${percent(total ? changed / total : 0)}). `
    + `The change is ${percent(share)} as long as the output itself.`;
}

// ---- the widget ----

const MODES = [["none", "none"], ["max", "max"], ["average", "average"], ["stride: keep one cell", "stride"]];

function render({ model, el }) {
  const view = open(model, el, "Pooling under a shift");
  const [rows, columns] = model.get("_shape"), image = { rows, columns, values: numbersOf(model.get("_pixels"), "float64") };
  const set = (name) => (value) => { model.set(name, value), model.save_changes(); };
  const reach = model.get("_reach");
  const mode = choice({ label: "Pool by", options: MODES }, set("mode"));
  const kernel = numberField({ label: "Window", min: 1, max: Math.min(6, rows, columns), value: model.get("kernel_size") }, set("kernel_size"));
  const shift = dial({ label: "Shift, columns", min: -reach, max: reach, value: model.get("shift") }, set("shift"));
  const stage = html("div", { class: "dl-stage" }), note = html("p", { class: "dl-note" });
  let across = columns;
  const fit = fitCells(view, stage, () => across, 110);
  view.root.append(html("div", { class: "dl-controls" }, mode.node, kernel.node, shift.node), stage, view.status, note);
  say(note, "A framed number is not what it was before the shift. Zeros come in from outside.");
  const highest = largest(image.values);
  const matrix = (title, { rows: r, columns: c, values }) => {
    const drawn = new Matrix({ title, rows: r, columns: c });
    values.forEach((value, k) => drawn.put(Math.floor(k / c), k % c, value, [0, highest]));
    return drawn;
  };
  const lay = () => {
    const how = model.get("mode"), size = model.get("kernel_size"), by = model.get("shift");
    mode.set((value) => value === how), kernel.set(size), shift.set(by);
    const moved = shifted(image, by), before = reduced(image, how, size), now = reduced(moved, how, size);
    const after = matrix(`Pooled now, ${now.rows}×${now.columns}`, now), { changed } = compare(before, now);
    after.lights.classList.add("dl-on-grey"), after.light(changed.flatMap((is, k) => (is ? [[Math.floor(k / now.columns), k % now.columns]] : [])));
    across = columns + before.columns + now.columns;
    const both = html("div", { class: "dl-joined" }, matrix("Pooled before the shift", before).node, after.node); // one beside the other
    stage.replaceChildren(matrix(`Image, ${rows}×${columns}`, moved).node, both);
    fit(), say(view.status, describe(image, how, size, by));
  };
  lay();
  view.on("mode kernel_size shift", lay);
  return view.close;
}

export default { render };
