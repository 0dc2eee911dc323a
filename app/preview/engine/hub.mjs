// One place for what the page's own parts share: where the sliders stand, and the figures there as the engine
// computes them. A part that the server has drawn for just this position shows that; else it shows the frame.

import { redistribute } from "./binning.mjs";
import { write as cards } from "./cards.mjs";
import { makeFollower } from "./follower.mjs";
import { outbox } from "./outbox.mjs";
import { write as row } from "./row.mjs";
import { write as sets } from "./sets.mjs";
import { held as isHeld, values, watch } from "./sliders.mjs";

export * from "./format.mjs";
export * from "./words.mjs";
export { listen } from "./presses.mjs";
export { outbox, redistribute };

/** What writes a frame or a row into parts of the page, by name. */
export const writers = { cards, row, sets };

/** Let a part of the page follow what moves, see `makeFollower`. */
export const follower = (draw) => makeFollower(hub, draw);

const NAMES = ["weights", "neurons", "scope", "definition"];
const followers = new Set();

let url = null;
let worker = null;
let ready = false;
let said = null; // by the server last: {scope, definition, baseline, ood}, and the event that it had applied
let windows = {}; // of weights and neurons, as the sliders show them
let shown = null; // OOD sets in the histograms, where those are not all
let moving = {}; // whether a thumb of each slider is held
let asked = ""; // what the last request was for
let frame = null;
let leave = () => {}; // the slider of Streamlit's that sets a window
let drawn = null; // bins and top that were drawn last; while a thumb is held they only widen

const keyOf = ({ baseline, ood, ...pruning }) => JSON.stringify([...NAMES.map((name) => pruning[name]), baseline, ood]);

const held = () => Object.values(moving).some(Boolean);

function present() {
  if (!said || !windows.weights || !windows.neurons) return null;
  const { applied, ...settings } = outbox.present(said, said.applied);
  return { ...settings, ...windows };
}

function ask() {
  const position = present();
  if (!ready || !position || !position.ood.length || !followers.size) return;
  const key = keyOf(position);
  if (key + shown === asked) return;
  asked = key + shown;
  const { baseline, ood, ...pruning } = position;
  const sets = shown?.every((key) => ood.includes(key)) ? shown : ood;
  worker.postMessage({ key, pruning, baseline, ood, shown: sets, drawn: held() ? drawn : null });
}

function tell() {
  for (const follower of followers) follower();
}

function start(next) {
  worker?.terminate();
  [url, ready, frame, asked, worker] = [next, false, null, "", null];
  if (!next || navigator.connection?.saveData || !window.Worker) return;
  worker = new Worker(new URL("worker.mjs", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data.ready) ready = true;
    if (data.failed) stop(data.failed);
    if (data.frame) frame = { ...data.frame, key: data.key };
    if (data.ready) ask();
    tell();
  };
  worker.onerror = (event) => stop(event.message);
  const { weights, neurons, scope, definition } = said.baseline;
  worker.postMessage({ load: next, baseline: { weights, neurons, scope, definition } });
}

/** One of Streamlit's sliders sets one window; the other is open. */
function heed({ key, side }) {
  const place = () => {
    const window = values(key);
    if (window.length !== 2) return; // it is not drawn yet
    hub.place(side === "weights" ? "neurons" : "weights", [0, 100], false);
    hub.place(side, window, isHeld(key));
  };
  place();
  return watch(key, place);
}

function stop(reason) {
  console.warn("The preview stopped; figures come from the server.", reason);
  worker?.terminate();
  [worker, ready, frame] = [null, false, null];
  tell();
}

outbox.follow(({ pushed }) => {
  if (pushed?.do === "choose") windows = { weights: pushed.weights, neurons: pushed.neurons };
  else if (pushed?.do !== "pick") return;
  ask();
  tell();
});

export const hub = {
  /** Take over what the server says: the data's address, all settings but the windows, and what sets those. */
  configure({ data, slider, ...settings }) {
    said = settings;
    if (data !== url) start(data);
    leave();
    leave = slider ? heed(slider) : () => {};
    ask();
    tell();
  },

  /** A slider shows a window; `holds` while its thumb is held. */
  place(side, window, holds) {
    if (holds && !held()) frame = null; // that of the last move
    windows = { ...windows, [side]: [...window] };
    moving[side] = holds;
    ask();
    tell();
  },

  /** The histograms show these OOD sets; null for all that are chosen. */
  show(keys) {
    shown = keys;
    ask();
  },

  /** Bins and top that the histograms have drawn. */
  note(bins) {
    drawn = bins;
  },

  /** Whether frames come from here and not from the server. */
  get active() {
    return ready;
  },

  /**
   * What to draw in place of what the server said of `position`: a frame; null for just what it said; or
   * undefined to leave what stands there, as what is there belongs to neither yet.
   */
  instead({ position, sample }) {
    const now = ready && position && present();
    if (!now) return null;
    const same = keyOf(position) === keyOf(now);
    if (same && !sample) return null;
    const fits = frame && (held() || frame.key === keyOf(now));
    if (fits && !(same && frame.images < sample)) return frame;
    return same ? null : undefined;
  },

  /** Call a function at every frame and move; returns one that ends it. */
  follow(follower) {
    followers.add(follower);
    ask();
    return () => followers.delete(follower);
  },
};
