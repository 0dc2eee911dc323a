// The preview's figures in the cards, in the words of `app.components.explore.cards`.

import { compared } from "./compared.mjs";
import { fill, interval, percent, points, thousands } from "./format.mjs";

const JUDGED = [["fpr95", false], ["auroc", true], ["ece", false], ["accuracy", true]]; // whether more is better

export function write(root, data, frame) {
  const { words, weights, neurons } = data;
  const before = compared(data, frame);
  const count = fill(words.sample, { count: thousands(frame.images) });
  for (const [name, moreIsBetter] of JUDGED) {
    const ends = frame.intervals?.[name];
    const sampled = ends ? fill(words.first, { interval: interval(ends) }) : count;
    const change = points(frame[name] - before[name]);
    const note = frame.intervals ? sampled : words.later;
    if (change.startsWith("0.0")) card(root, name, percent(frame[name]), change, "same", note);
    else {
      const grows = frame[name] > before[name];
      const judged = grows === moreIsBetter ? "better" : "worse";
      card(root, name, percent(frame[name]), `${grows ? "↑" : "↓"} ${change}`, judged, note);
    }
  }
  const { pruned } = frame;
  const of = fill(words.of, { pruned: thousands(pruned.weights), all: thousands(weights) });
  const off = fill(words.off, { off: thousands(pruned.neurons), all: thousands(neurons) });
  const idle = pruned.idle ? fill(words.idle, { idle: thousands(pruned.idle) }) : "";
  card(root, "pruned", percent(pruned.weights / weights), of, "same", off + idle);
}

function card(root, name, value, change, judged, note) {
  const place = root.querySelector(`[data-card=${name}]`);
  if (!place) return; // not one of those that are shown
  place.querySelector(".value").textContent = value;
  place.querySelector(".change").textContent = change;
  place.querySelector(".change").className = `change ${judged}`;
  place.querySelector(".note").textContent = note;
}
