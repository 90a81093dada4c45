// Axes and curves: what the pictures about functions share. Comes after the toolkit.

export function ticks(low, high) {
  const rough = (high - low) / 8, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough);
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
}

const MARGIN = { left: 58, right: 12, top: 10, bottom: 40 };

class Plane {
  // A frame with two numbered axes. `layers` are groups drawn in it, back to front, cut off at its edges.
  constructor({ x, y, width, height, labels, layers }) {
    Object.assign(this, { x, y, width, height });
    const whole = [width + MARGIN.left + MARGIN.right, height + MARGIN.top + MARGIN.bottom], grid = svg("g");
    for (const tick of ticks(...x)) {
      const [a] = this.at(tick, 0);
      grid.append(svg("path", { class: "dl-gridline", d: `M${a} 0V${height}` }),
        svg("text", { class: "dl-tick", x: a, y: height + 15, "text-anchor": "middle" }, number(tick)));
    }
    for (const tick of ticks(...y)) {
      const [, b] = this.at(0, tick);
      grid.append(svg("path", { class: "dl-gridline", d: `M0 ${b}H${width}` }),
        svg("text", { class: "dl-tick", x: -6, y: b + 4, "text-anchor": "end" }, number(tick)));
    }
    this.layers = Object.fromEntries(layers.map((name) => [name, svg("g", { class: `dl-layer-${name}` })]));
    this.inside = svg("svg", { x: 0, y: 0, width, height, overflow: "hidden" }, ...Object.values(this.layers));
    this.node = svg("svg", { class: "dl-plane", viewBox: `${-MARGIN.left} ${-MARGIN.top} ${whole[0]} ${whole[1]}`, "aria-hidden": "true",
      style: `max-width: ${whole[0]}px` }, grid, this.inside,
      svg("rect", { class: "dl-plane-frame", x: 0, y: 0, width, height }),
      svg("text", { class: "dl-axis-name", x: width / 2, y: height + 33, "text-anchor": "middle" }, labels[0]),
      svg("text", { class: "dl-axis-name", transform: `translate(-46 ${height / 2}) rotate(-90)`, "text-anchor": "middle" }, labels[1]));
  }

  at(x, y) {
    return [((x - this.x[0]) / (this.x[1] - this.x[0])) * this.width, ((this.y[1] - y) / (this.y[1] - this.y[0])) * this.height];
  }

  // The point under the pointer.
  under(event) {
    const box = this.node.getBoundingClientRect();
    const scale = (this.width + MARGIN.left + MARGIN.right) / box.width;
    const a = (event.clientX - box.left) * scale - MARGIN.left, b = (event.clientY - box.top) * scale - MARGIN.top;
    return [this.x[0] + (a / this.width) * (this.x[1] - this.x[0]), this.y[1] - (b / this.height) * (this.y[1] - this.y[0])];
  }

  curve(points, attributes) {
    const d = points.map(([x, y]) => this.at(x, y).map((v) => v.toFixed(1)).join(" ")).join("L");
    return svg("path", { fill: "none", ...attributes, d: `M${d}` });
  }

  mark([x, y], shape, attributes, size = 5) {
    const [a, b] = this.at(x, y);
    if (shape === "circle") return svg("circle", { ...attributes, cx: a, cy: b, r: size });
    return svg("path", { ...attributes, d: `M${a} ${b - 1.2 * size}L${a + 1.1 * size} ${b + 0.8 * size}H${a - 1.1 * size}Z` });
  }
}

// A stage that takes keys: focusable, and announced with what the keys do.
function stageFor(plane, name, how) {
  return html("div", { class: "dl-plane-stage dl-stage", tabindex: 0, role: "application", "aria-roledescription": name, "aria-label": how }, plane.node);
}

const samples = ([low, high], n) => Array.from({ length: n + 1 }, (_, k) => low + ((high - low) * k) / n);
