// A photograph under the window: too many cells for numbers, so the window's patch is shown magnified.

const highest = (values) => values.reduce((most, v) => (v > most ? v : most), -Infinity);
const lowest = (values) => values.reduce((least, v) => (v < least ? v : least), Infinity);

// The grey levels that are black and white: 0 and 255 for bytes, 0 and 1 for shares, else the extremes.
function levels(image) {
  if (image.pixels instanceof Uint8Array) return [0, 255];
  const low = lowest(image.pixels), high = highest(image.pixels);
  return low >= 0 && high <= 1 ? [0, 1] : [low, high];
}

function paint(canvas, { rows, columns, values, channels = 1 }, [low, high], border = 0) {
  canvas.width = columns + 2 * border, canvas.height = rows + 2 * border;
  const context = canvas.getContext("2d"), picture = context.createImageData(columns, rows);
  for (let k = 0; k < rows * columns; k++) {
    for (let c = 0; c < 3; c++) {
      picture.data[4 * k + c] = (255 * (values[channels === 3 ? 3 * k + c : k] - low)) / (high - low || 1); // clamped by the array
    }
    picture.data[4 * k + 3] = 255;
  }
  context.putImageData(picture, border, border);
}

class Picture {
  constructor() {
    this.canvas = html("canvas", { "aria-hidden": "true" }), this.frame = html("div", { class: "dl-spot" });
    this.surface = html("div", { class: "dl-canvas" }, this.canvas, this.frame);
    this.caption = html("figcaption"), this.node = html("figure", { class: "dl-picture" }, this.caption, this.surface);
  }

  // Place the frame; the style sheet keeps it large enough to be seen.
  mark(i, j, rows, columns) {
    const { width, height } = this.canvas, style = this.frame.style;
    style.left = `${(100 * (j + columns / 2)) / width}%`, style.top = `${(100 * (i + rows / 2)) / height}%`;
    style.width = `${(100 * columns) / width}%`, style.height = `${(100 * rows) / height}%`;
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [Math.floor(((event.clientY - box.top) / box.height) * this.canvas.height),
      Math.floor(((event.clientX - box.left) / box.width) * this.canvas.width)];
  }
}

class PhotoStage {
  constructor(view, image, kernel, aim) {
    Object.assign(this, { image, kernel, levels: levels(image), stride: 1 });
    this.input = new Picture(), this.result = new Picture();
    const limit = largest(kernel.values);
    this.patch = new Matrix({ title: "Window", rows: kernel.rows, columns: kernel.columns });
    this.weights = new Matrix({ title: `Kernel ${kernel.rows}×${kernel.columns}`, rows: kernel.rows, columns: kernel.columns, limit });
    kernel.values.forEach((w, k) => this.weights.put(Math.floor(k / kernel.columns), k % kernel.columns, w));
    const cell = clamp(190 / kernel.columns, 12, 38); // a large kernel stays beside its pictures, without legible numbers
    const lens = html("div", { class: "dl-lens", style: `--dl-cell: ${cell}px` }, this.patch.node, this.weights.node);
    lens.classList.toggle("dl-unnumbered", cell < 26);
    this.node = html("div", { class: "dl-stage dl-photo" }, this.input.node, lens, this.result.node);
    drag(this.input.surface, (event) => {
      const [i, j] = this.input.at(event);
      aim(Math.round((i - (kernel.rows - 1) / 2) / this.stride), Math.round((j - (kernel.columns - 1) / 2) / this.stride));
    });
    drag(this.result.surface, (event) => aim(...this.result.at(event)));
  }

  lay(output, { stride, padding }) {
    const { image } = this, rows = image.rows + 2 * padding, columns = image.columns + 2 * padding;
    this.stride = stride;
    say(this.input.caption, `Image ${image.rows}×${image.columns}${padding ? `, padded to ${rows}×${columns}` : ""}`);
    paint(this.input.canvas, { ...image, values: image.pixels }, this.levels, padding);
    this.input.canvas.style.background = "#000"; // padding is zeros
    this.result.node.hidden = !output.values.length;
    if (!output.values.length) return;
    const low = lowest(output.values), high = highest(output.values), size = Math.max(-low, high);
    const range = low < 0 ? [-size, size] : [0, high];
    say(this.result.caption, `Output ${output.rows}×${output.columns}; black is ${number(range[0])}, white is ${number(range[1])}`);
    paint(this.result.canvas, output, range);
  }

  place(p, q, pairs) {
    const { kernel, stride } = this;
    this.input.mark(p * stride, q * stride, kernel.rows, kernel.columns);
    this.result.mark(p, q, 1, 1);
    pairs.forEach(([x], k) => this.patch.put(Math.floor(k / kernel.columns), k % kernel.columns, x, this.levels));
  }

  show() {}

  hide() {}
}
