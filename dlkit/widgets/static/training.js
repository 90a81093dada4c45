// Training that is watched: Play, Step, Reset and a seed. Comes after the toolkit; dlkit/widgets/_training.py answers.
// Two slices are always asked for, so that the kernel never waits for the page; other cells come in between.

const SLICE = 60; // milliseconds of training for each picture

function trainer(view, model) {
  const me = freshId();
  let playing = false, asked = 0, last = 0;
  const busy = html("p", { class: "dl-note", role: "status" });
  const ask = (what) => { asked++, model.send({ ask: what, view: me, milliseconds: SLICE }); };
  const slices = () => { while (playing && asked < 2) ask("slice"); };
  const put = (on) => {
    if (playing === on) return;
    playing = on, last = Date.now(), say(busy, "");
    play.set(on ? { label: "Pause", icon: "pause" } : { label: "Play", icon: "play" });
    view.status.setAttribute("aria-live", on ? "off" : "polite"); // a voice cannot keep up
    if (on) ask("go"), slices();
  };
  const heard = (message) => {
    if (message?.view !== me) return;
    asked = Math.max(0, asked - 1), last = Date.now(), say(busy, "");
    slices();
  };
  const once = (what) => { put(false), ask(what); };
  const play = button({ label: "Play", icon: "play" }, () => put(!playing));
  const step = button({ label: "Step", icon: "next" }, () => once("step"));
  const reset = button({ label: "Reset", icon: "swap" }, () => once("reset"));
  const seed = numberField({ label: "Seed", min: 0, max: 9999, value: model.get("seed") }, (value) => {
    put(false), model.set("seed", value), model.save_changes();
  });
  const watch = setInterval(() => {
    if (asked && Date.now() - last > 3000) say(busy, "The kernel is busy with another cell, or no longer there. Training goes on as soon as it answers.");
  }, 1000);
  model.on("msg:custom", heard);
  view.on("halted", () => { if (model.get("halted")) put(false); });
  view.on("seed", () => seed.set(model.get("seed")));
  view.whenClosed(() => { playing = false, clearInterval(watch), model.off("msg:custom", heard); });
  return { nodes: [play.node, step.node, reset.node, seed.node], busy, toggle: () => put(!playing), step: () => once("step"), reset: () => once("reset") };
}

// The bytes of an array inside the frame.
function arrayOf(frame, name, Kind) {
  const bytes = frame[name];
  return bytes ? new Kind(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)) : new Kind(0);
}
