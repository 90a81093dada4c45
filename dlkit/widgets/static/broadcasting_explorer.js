// Two shapes, aligned from the right: which axes NumPy stretches, which it adds, and where it refuses.

// ---- arithmetic ----

// "(3, 1)", "3 1", "" → the sizes; a sentence when it is no shape.
export function parse(text) {
  const words = text.trim().replace(/^\(|\)$/g, "").split(/[\s,]+/).filter(Boolean);
  const odd = words.find((word) => !/^\d+$/.test(word));
  if (odd !== undefined) return { problem: `“${odd}” is no size: a shape is whole numbers with commas between, such as 3, 1.` };
  if (words.length > 4) return { problem: `That is ${words.length} axes; this picture holds up to 4.` };
  const large = words.find((word) => Number(word) > 9999);
  return large ? { problem: `${large} is too large for this picture; it holds sizes up to 9999.` } : { sizes: words.map(Number) };
}

export const written = (sizes) => (sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(", ")})`);

// One entry an axis, from left to right: what each array has there (null: no such axis) and what comes out (null: a clash).
export function align(a, b) {
  const depth = Math.max(a.length, b.length);
  return Array.from({ length: depth }, (_, k) => {
    const axis = k - depth, x = a[a.length + axis] ?? null, y = b[b.length + axis] ?? null;
    const [m, n] = [x ?? 1, y ?? 1];
    return { axis, a: x, b: y, result: m === n ? m : m === 1 ? n : n === 1 ? m : null };
  });
}

// What happens to one array at one axis: "kept", "stretched", "new" (an axis of one), "added" (an axis of one, then stretched) or "clash".
export function fate(axis, name) {
  if (axis.result === null) return "clash";
  if (axis[name] === null) return axis.result === 1 ? "new" : "added";
  return axis[name] === axis.result ? "kept" : "stretched";
}

const RULE = "Aligned from the right, two sizes go together when they are equal or one of them is 1.";

// The picture in words; dlkit.widgets.welcome says the same, and a test compares them.
export function describe(a, b) {
  const axes = align(a, b), clash = axes.findLast(({ result }) => result === null);
  const pair = `${written(a)} and ${written(b)}`;
  if (clash) return `${pair} do not broadcast: at axis ${number(clash.axis)}, a has ${clash.a} and b has ${clash.b}. ${RULE}`;
  const doings = ["a", "b"].flatMap((name) => axes.map((axis) => {
    const what = fate(axis, name), where = `axis ${number(axis.axis)}`;
    if (what === "stretched") return ` ${name} is stretched from 1 to ${axis.result} along ${where}.`;
    if (what === "new") return ` ${name} gets a new ${where} of size 1.`;
    return what === "added" ? ` ${name} gets a new ${where} and is stretched along it to ${axis.result}.` : "";
  }));
  return `${pair} broadcast to ${written(axes.map(({ result }) => result))}.${doings.join("") || " Nothing is stretched."}`;
}

// ---- drawing ----

const WORDS = { kept: "", stretched: "stretched", new: "new", added: "new, stretched", clash: "clash" };

function table(a, b) {
  const axes = align(a, b), fits = axes.every(({ result }) => result !== null);
  const cell = (size, what, words) => html("td", { class: `dl-axis dl-${what}` },
    html("span", { class: "dl-size" }, size), html("span", { class: "dl-small-print" }, words));
  const row = (name, sizes) => html("tr", {}, html("th", { scope: "row" }, name, html("small", {}, written(sizes))), ...axes.map((axis) => {
    const what = fate(axis, name), from = axis[name] ?? 1;
    const size = what === "stretched" || what === "added" ? `${from} → ${axis.result}` : String(from);
    return what === "clash" && axis[name] === null ? cell("1", "kept", "") : cell(size, what, WORDS[what]);
  }));
  const result = html("tr", { class: "dl-result" },
    html("th", { scope: "row" }, "a + b", html("small", {}, fits ? written(axes.map(({ result: n }) => n)) : "ValueError")),
    ...axes.map((axis) => (axis.result === null ? cell("✗", "clash", `${axis.a} ≠ ${axis.b}`) : cell(String(axis.result), "kept", ""))));
  const head = html("tr", {}, html("td"), ...axes.map(({ axis }) => html("th", { scope: "col" }, `axis ${number(axis)}`)));
  return html("table", { class: "dl-axes" }, html("thead", {}, head), html("tbody", {}, row("a", a), row("b", b), result));
}

const ROWS = 6, COLUMNS = 6; // the most cells a side that are drawn

// Both arrays as they look when stretched, and their sum; copies are hatched.
function cells(a, b) {
  const axes = align(a, b), shape = axes.map(({ result }) => result);
  const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const drawn = shape.length <= 2 && !shape.includes(null) && rows > 0 && columns > 0 && rows <= ROWS && columns <= COLUMNS;
  if (!drawn) return null;
  const lookup = (sizes, times) => (i, j) => {
    const [height, width] = [sizes.at(-2) ?? 1, sizes.at(-1) ?? 1];
    return times * ((height === 1 ? 0 : i) * width + (width === 1 ? 0 : j));
  };
  const own = (sizes) => (i, j) => i < (sizes.at(-2) ?? 1) && j < (sizes.at(-1) ?? 1);
  const valueA = lookup(a, 10), valueB = lookup(b, 1);
  const matrix = (title, value, plain) => {
    const grid = new Matrix({ title, rows, columns, limit: 90 });
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) grid.put(i, j, value(i, j));
    grid.hatch(plain);
    return grid.node;
  };
  return { columns: 3 * columns, nodes: [
    matrix(`a ${written(a)}`, valueA, own(a)), joined("+", "plus", matrix(`b ${written(b)}`, valueB, own(b))),
    joined("=", "gives", matrix(`a + b ${written(shape)}`, (i, j) => valueA(i, j) + valueB(i, j), () => true))] };
}

// ---- the widget ----

function render({ model, el }) {
  const view = open(model, el, "Broadcasting two shapes");
  const fields = {}, problems = {};
  for (const name of ["a", "b"]) {
    fields[name] = textField({ label: `Shape of ${name}`, value: written(model.get(name)) }, (text) => {
      const { sizes, problem } = parse(text);
      problems[name] = problem, fields[name].valid(!problem);
      if (sizes) model.set(name, sizes), model.save_changes();
      lay();
    });
  }
  const swap = button({ label: "Swap a and b", icon: "swap" }, () => {
    const [a, b] = [model.get("a"), model.get("b")];
    model.set("a", b), model.set("b", a), model.save_changes();
  });
  const axes = html("div", { class: "dl-strip" }), stage = html("div", { class: "dl-stage" });
  const note = html("p", { class: "dl-note" });
  let across = 1;
  const fit = fitCells(view, stage, () => across, 106);
  view.root.append(html("div", { class: "dl-controls" }, fields.a.node, fields.b.node, swap.node), axes, stage, view.status, note);
  const lay = () => {
    const [a, b] = [model.get("a"), model.get("b")], drawn = cells(a, b);
    axes.replaceChildren(table(a, b));
    stage.hidden = !drawn, stage.replaceChildren(...(drawn?.nodes ?? []));
    across = drawn?.columns ?? 1, fit();
    const problem = problems.a ?? problems.b;
    say(view.status, problem ?? describe(a, b));
    say(note, drawn ? "Hatched cells are copies: NumPy reads the same numbers again and stores nothing twice." : "");
  };
  lay();
  for (const name of ["a", "b"]) {
    view.on(name, () => { delete problems[name], fields[name].valid(true), fields[name].set(written(model.get(name))), lay(); });
  }
  return view.close;
}

export default { render };
