// Numbers with four decimals, written as dlkit.widgets.backpropagation.decimals writes them.

export function decimal(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  let text;
  if (value !== 0 && (size < 5e-5 || size >= 1e5)) text = value.toExponential(2).replace("e+", "e");
  else {
    // Python rounds an exact half to the even neighbour, toFixed away from zero. At four decimals only 32nds can be halves.
    const scaled = size * 1e4, half = Number.isInteger(value * 32) && scaled % 1 === 0.5;
    text = half ? (Math.sign(value) * (2 * Math.round(scaled / 2) / 1e4)).toFixed(4) : value.toFixed(4);
    text = text.replace(/0+$/, "").replace(/\.$/, "");
  }
  return text.replaceAll("-", "−");
}

export const signedFactor = (value) => (value < 0 ? `(${decimal(value)})` : decimal(value));

// A field for a number with decimals or a fraction; what is no number in range is marked, handed to `refuse` and not taken.
function decimalField({ label, value, limit, size = 5 }, change, refuse = () => {}) {
  const read = (text) => {
    const plain = text.trim().replace("−", "-").replace(",", ".");
    const parts = plain.split("/"), number = parts.length > 2 || parts.some((part) => part.trim() === "") ? NaN : parts.map(Number).reduce((a, b) => a / b);
    return Math.abs(number) <= limit ? number : NaN;
  };
  const field = textField({ label, value: decimal(value), size }, (text) => {
    const next = read(text);
    field.valid(!Number.isNaN(next));
    if (Number.isNaN(next)) refuse(text);
    else change(next);
  });
  field.node.querySelector("input").setAttribute("inputmode", "decimal");
  const set = field.set;
  return { ...field, set: (v) => set(decimal(v)) };
}

// Back, Play and Next: `move(step)` goes to a step, `where()` says [step, last]; Play stops at the last.
function player(view, { move, where, milliseconds }) {
  let timer = null;
  const playing = (on) => {
    clearInterval(timer), (timer = null);
    play.set(on ? { label: "Pause", icon: "pause" } : { label: "Play", icon: "play" });
    view.status.setAttribute("aria-live", on ? "off" : "polite"); // a voice cannot keep up with the film
    if (!on) return;
    if (where()[0] >= where()[1]) move(0);
    timer = setInterval(() => { move(where()[0] + 1); if (where()[0] >= where()[1]) playing(false); }, milliseconds);
  };
  const pause = () => { if (timer !== null) playing(false); };
  const go = (to) => { pause(), move(to); };
  const back = button({ label: "Back", icon: "back" }, () => go(where()[0] - 1));
  const play = button({ label: "Play", icon: "play" }, () => playing(timer === null));
  const next = button({ label: "Next", icon: "next" }, () => go(where()[0] + 1));
  view.whenClosed(() => clearInterval(timer));
  return { nodes: [back.node, play.node, next.node], go, pause, toggle: () => playing(timer === null) };
}
