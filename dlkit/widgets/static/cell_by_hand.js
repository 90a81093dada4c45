// One cell of an LSTM with its gates on sliders.

// ---- arithmetic; dlkit.widgets.lstm.hand says the same, and a test compares them ----

const LARGEST = 5, OPEN = 0.9, CLOSED = 0.1;
const DOES = {
  "open shut": "It holds: the old value stays.",
  "shut open": "It overwrites: the old value goes, the candidate comes.",
  "open open": "It adds the candidate to the old value.",
  "shut shut": "It forgets: the old value goes and nothing comes.",
};

export function describe(given) {
  const step = stepOf(given), state = (v) => (v >= OPEN ? "open" : v <= CLOSED ? "shut" : "half");
  const does = DOES[`${state(step.f)} ${state(step.i)}`] ?? `It mixes: ${two(step.f)} of the old value and ${two(step.i)} of the candidate.`;
  const shows = { open: "The cell is shown.", shut: "The cell is hidden." }[state(step.o)] ?? `${two(step.o)} of it is shown.`;
  return `${formulas(step)} ${does} ${shows} Of a gradient at the new C the share f = ${two(step.f)} reaches the old C.`;
}

// ---- the widget ----

const DIALS = [
  ["before", "C before", -LARGEST, LARGEST], ["f", "forget f", 0, 1], ["i", "input i", 0, 1],
  ["g", "new C̃", -1, 1], ["o", "output o", 0, 1],
];

function render({ model, el }) {
  const view = open(model, el, "A cell with its gates set by hand"), picture = new CellPicture(model.get("_layout"));
  const given = () => Object.fromEntries(DIALS.map(([name]) => [name, model.get(name)]));
  const dials = DIALS.map(([name, label, min, max]) =>
    [name, dial({ label, min, max, step: 0.05, value: model.get(name) }, (v) => { model.set(name, v), model.save_changes(); })]);
  const next = button({ label: "Next step", icon: "next" }, () => {
    const { c } = stepOf(given());
    if (Math.abs(c) <= LARGEST) model.set("before", c), model.save_changes();
  });
  const note = html("p", { class: "dl-note" }, "Thick: the gate lets much through. Broken: it is shut. Next step hands C on, so that it becomes C before (up to ±5).");
  view.root.append(html("div", { class: "dl-sliders dl-five" }, ...dials.map(([, control]) => control.node)), html("div", { class: "dl-controls" }, next.node),
    html("div", { class: "dl-strip" }, picture.node), view.status, note);
  const lay = () => {
    for (const [name, control] of dials) control.set(model.get(name));
    picture.draw(stepOf(given())), say(view.status, describe(given()));
  };
  lay();
  view.on(DIALS.map(([name]) => name).join(" "), lay);
  return view.close;
}

export default { render };
