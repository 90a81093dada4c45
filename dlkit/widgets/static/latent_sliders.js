// A decoder with a slider for each number of its code, and a strip that shows what one of them does.

// ---- arithmetic ----

const STRIP = [-3, -2, -1, 0, 1, 2, 3], REACH = 3;

export const distance = (a, b) => Math.sqrt(a.reduce((sum, v, k) => sum + (v - b[k]) ** 2, 0));

export const strip = (layers, z, unit) => STRIP.map((value) => decode(layers, z.map((v, k) => (k === unit ? value : v))));

// The picture in words; dlkit.widgets.variational_autoencoders says the same, and a test compares them.
export function describe(layers, averages, names, z, unit) {
  const picture = decode(layers, z), pictures = strip(layers, z, unit);
  let nearest = "";
  if (averages.length) {
    const distances = averages.map((average) => distance(picture, average)), least = Math.min(...distances);
    nearest = ` The picture is nearest to the average ${names[distances.indexOf(least)]}, at a distance of ${number(least)}.`;
  }
  const change = distance(pictures.at(-1), pictures[0]);
  return `z = (${z.map(number).join(", ")}).${nearest} From −3 to 3, unit ${unit} changes it by ${number(change)}.`;
}

// A standard normal number, kept on the sliders.
export function draw(random = Math.random) {
  const value = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.round(10 * clamp(value, -REACH, REACH)) / 10 + 0;
}

// ---- the widget ----

function render({ model, el }) {
  const view = open(model, el, "Latent sliders");
  const layers = unpack(model.get("_weights"), model.get("_plan")), units = layers[0].inputs;
  const size = layers.at(-1).outputs, side = Math.round(Math.sqrt(size)), flat = numbersOf(model.get("_averages"), "float32");
  const averages = Array.from({ length: flat.length / size }, (_, k) => flat.subarray(k * size, (k + 1) * size));
  const names = model.get("_names"), kl = model.get("_kl");
  const move = (z, unit = model.get("unit")) => { model.set("z", z), model.set("unit", unit), model.save_changes(); };
  const picture = new Pixels({ title: "decoded", rows: side, columns: side, side: 200 });
  const dials = Array.from({ length: units }, (_, k) => {
    const label = `unit ${k}` + (kl.length ? `, KL ${kl[k].toFixed(2)}` : "");
    const made = dial({ label, min: -REACH, max: REACH, step: 0.1, value: model.get("z")[k] },
      (v) => move(model.get("z").map((old, i) => (i === k ? Math.round(v * 10) / 10 + 0 : old)), k));
    made.node.addEventListener("focusin", () => { if (model.get("unit") !== k) move(model.get("z"), k); });
    return made;
  });
  const random = button({ label: "Draw a code", icon: "swap" }, () => move(model.get("z").map(() => draw())));
  const zero = button({ label: "All to 0", icon: "back" }, () => move(model.get("z").map(() => 0)));
  const small = STRIP.map((value) => new Pixels({ title: number(value), rows: side, columns: side, side: 72 }));
  const title = html("p", { class: "dl-note" });
  view.root.append(
    html("div", { class: "dl-beside" }, picture.node,
      html("div", { class: "dl-side", style: "flex: 3 1 380px" }, html("div", { class: "dl-sliders" }, ...dials.map((d) => d.node)),
        html("div", { class: "dl-controls" }, random.node, zero.node))),
    html("div", {}, title, html("div", { style: "display: flex; flex-wrap: wrap; gap: 8px 12px; margin-top: 6px" }, ...small.map((p) => p.node))),
    view.status);

  const lay = () => {
    const z = model.get("z"), unit = model.get("unit");
    dials.forEach((d, k) => d.set(z[k]));
    picture.lay(decode(layers, z));
    strip(layers, z, unit).forEach((values, k) => small[k].lay(values));
    say(title, `Unit ${unit} from −3 to 3, the others as they are:`);
    say(view.status, describe(layers, averages, names, z, unit));
  };
  lay();
  view.on("z unit", lay);
  return view.close;
}

export default { render };
