// Windows that slide over an image: where they fit, and how a reader walks them from place to place.

export const outputSize = (n, f, { stride = 1, padding = 0 } = {}) => Math.max(0, Math.floor((n + 2 * padding - f) / stride) + 1);

// How the size of the output comes about, and what a stride that does not fit leaves over.
export function sizes(image, kernel, { stride, padding }) {
  const side = (n, f, one, many) => {
    const room = n + 2 * padding - f, value = room / stride + 1, fits = room % stride === 0;
    return `(${n} − ${f} + 2·${padding})/${stride} + 1 = ${number(value)}${fits ? "" : `, rounded down to ${Math.floor(value)}`} ${
      Math.floor(value) === 1 ? one : many}`;
  };
  return `Output: ${side(image.rows, kernel.rows, "row", "rows")}; ${side(image.columns, kernel.columns, "column", "columns")}.`;
}

const largest = (values) => values.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 0) || 1;

// Back, Play and Next, the arrow keys, Home, End and Space. `size()` is { rows, columns }, `at()` where the window stands, `move`
// puts it somewhere; `film` makes one step of Play and says whether there was one, every `wait` milliseconds.
function walk(view, node, { size, at, move, film, wait = 700, rewind = () => {} }) {
  let timer = null;
  const places = () => size().rows * size().columns;
  const inside = (p, q) => [clamp(p, 0, size().rows - 1), clamp(q, 0, size().columns - 1)];
  const current = () => inside(...at());
  const to = (p, q) => { if (places()) move(...inside(p, q)); };
  const advance = (by) => {
    const [p, q] = current(), k = p * size().columns + q + by;
    if (k >= 0 && k < places()) to(Math.floor(k / size().columns), k % size().columns);
    return k < places();
  };
  const frame = film ?? (() => advance(1));
  const playing = (on) => {
    clearInterval(timer), (timer = null);
    play.set(on ? { label: "Pause", icon: "pause" } : { label: "Play", icon: "play" });
    view.status.setAttribute("aria-live", on ? "off" : "polite"); // a voice cannot keep up with the film
    if (!on || !places()) return;
    const [p, q] = current();
    if (p === size().rows - 1 && q === size().columns - 1) rewind(), to(0, 0);
    timer = setInterval(() => { if (!frame()) playing(false); }, wait);
  };
  const pause = () => { if (timer !== null) playing(false); };
  const go = (down, right) => { const [p, q] = current(); pause(), to(p + down, q + right); };
  const step = (by) => { pause(), advance(by); };
  const back = button({ label: "Back", icon: "back" }, () => step(-1));
  const play = button({ label: "Play", icon: "play" }, () => playing(timer === null));
  const next = button({ label: "Next", icon: "next" }, () => step(1));
  keys(node, {
    ArrowLeft: (n) => go(0, -n), ArrowRight: (n) => go(0, n), ArrowUp: (n) => go(-n, 0), ArrowDown: (n) => go(n, 0),
    PageUp: () => go(-10, 0), PageDown: () => go(10, 0),
    Home: () => { pause(), to(0, 0); }, End: () => { pause(), to(size().rows - 1, size().columns - 1); },
    " ": () => playing(timer === null),
  });
  view.whenClosed(() => clearInterval(timer));
  const aim = (p, q) => { pause(), node.focus({ preventScroll: true }), to(p, q); };
  return { buttons: [back.node, play.node, next.node], current, to, aim, pause };
}
