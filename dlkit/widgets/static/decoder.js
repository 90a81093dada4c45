// A small network that runs in the picture itself, and the grey pictures it draws. dlkit.widgets._decoder packs it.

// ---- arithmetic ----

const ACTIVATE = {
  linear: (z) => z,
  relu: (z) => Math.max(z, 0),
  tanh: Math.tanh,
  sigmoid: (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z))),
};

// plan: [[outputs, inputs, activation], …]; bytes: of each layer the weights, row by row, and the offsets, as float32.
export function unpack(bytes, plan) {
  const numbers = numbersOf(bytes, "float32");
  let start = 0;
  const take = (n) => numbers.subarray(start, (start += n));
  return plan.map(([outputs, inputs, activation]) => ({ outputs, inputs, activation, w: take(outputs * inputs), b: take(outputs) }));
}

// Run the layers on one vector: { all: the numbers after each layer, out: after the last }.
export function run(layers, z) {
  const all = [];
  let x = Float64Array.from(z);
  for (const { outputs, inputs, activation, w, b } of layers) {
    const y = new Float64Array(outputs);
    for (let o = 0; o < outputs; o++) {
      let sum = b[o];
      for (let i = 0; i < inputs; i++) sum += w[o * inputs + i] * x[i];
      y[o] = ACTIVATE[activation](sum);
    }
    all.push((x = y));
  }
  return { all, out: x };
}

export const decode = (layers, z) => run(layers, z).out;

// ---- drawing ----

// A grey picture, 0 black and 1 white, each number a square without blur. `lay(values)` draws.
class Pixels {
  constructor({ title, rows, columns, side = 168 }) {
    Object.assign(this, { rows, columns });
    this.canvas = html("canvas", { width: columns, height: rows, "aria-hidden": "true",
      style: `display: block; width: ${side}px; max-width: 100%; height: auto; image-rendering: pixelated; border: 1px solid var(--dl-line)` });
    this.caption = html("figcaption", {}, title);
    this.node = html("figure", { class: "dl-matrix" }, this.caption, this.canvas);
  }

  lay(values) {
    const context = this.canvas.getContext("2d"), picture = context.createImageData(this.columns, this.rows);
    for (let k = 0; k < this.rows * this.columns; k++) {
      picture.data.fill(Math.round(255 * clamp(values[k], 0, 1)), 4 * k, 4 * k + 3);
      picture.data[4 * k + 3] = 255;
    }
    context.putImageData(picture, 0, 0);
  }
}
