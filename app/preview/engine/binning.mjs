// Histograms on shared bins, as `opnp.interpret.binning` makes them. All arrays of scores come sorted.

import { countBelow } from "./metrics.mjs";

const BINS = 40;
const MOST_BINS = 150;
const SLACK = 1e-9; // of five bins, for the rounding of an edge
const TAIL = 0.1; // percent on each side that may fall into the outermost bins

/** Percentiles (ascending) of several sorted arrays pooled, between two scores as numpy's. */
export function percentiles(parts, percents) {
  const pooled = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    pooled.set(part, filled);
    filled += part.length;
  }
  pooled.sort();
  return percents.map((percent) => {
    const at = (percent / 100) * (pooled.length - 1);
    const low = Math.floor(at);
    const [a, b] = [pooled[low], pooled[Math.min(low + 1, pooled.length - 1)]];
    const t = at - low;
    return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t; // as numpy rounds it
  });
}

function roundDown(value) {
  const reach = value * (1 + 1e-9);
  const power = Number(`1e${reach.toExponential(17).split("e")[1]}`); // the nearest number, which 10 ** -5 is not
  return Math.max(0, ...[1, 2, 5].map((step) => step * power).filter((width) => width <= reach));
}

/** Evenly spaced bins, as `edges` of them: {width, start, stop}, in widths. */
export function sharedBins(parts, drawn = null) {
  let [low, high] = percentiles(parts, [TAIL, 100 - TAIL]);
  if (high <= low) [low, high] = [low - 0.5, high + 0.5];
  const [least, most] = percentiles([parts[0]], [TAIL, 100 - TAIL]);
  let width = roundDown((most > least ? most - least : high - low) / BINS);
  if (drawn) {
    low = Math.min(low, drawn.start * drawn.width);
    high = Math.max(high, drawn.stop * drawn.width);
    width = Math.max(width, drawn.width);
  }
  const bins = drawn ? MOST_BINS + 10 : MOST_BINS; // those drawn reach up to five bins further on each side
  width = Math.max(width, roundDown((high - low) / bins) * 2);
  const [start, stop] = [Math.floor(low / width / 5 + SLACK) * 5, Math.ceil(high / width / 5 - SLACK) * 5];
  return { width, start, stop };
}

/** Share of sorted scores in each bin [low, high); the outermost hold scores beyond, the last its upper edge. */
export function shares(ascending, { width, start, stop }) {
  const made = [];
  let before = 0;
  for (let edge = start + 1; edge <= stop; edge++) {
    const upTo = edge === stop ? ascending.length : countBelow(ascending, edge * width);
    made.push((upTo - before) / ascending.length);
    before = upTo;
  }
  return made;
}

/** Mean of the shares of several OOD sets, each with the same say. */
export const averaged = (sets) => sets[0].map((_, bin) => sets.reduce((sum, one) => sum + one[bin], 0) / sets.length);

/** Where an axis of shares ends: above every bar, at a multiple of 5 %. */
export const headroom = (tallest) => Math.ceil(1.04 * tallest * 20) / 20;

/** Shares on other bins, as if the scores in each bin lay evenly in it; for an array of which only shares are known. */
export function redistribute(made, from, to) {
  const spread = new Array(to.stop - to.start).fill(0);
  made.forEach((share, bin) => {
    const [low, high] = [0, 1].map((end) => ((from.start + bin + end) * from.width) / to.width - to.start);
    const first = Math.floor(low);
    for (let other = first; other < high; other++) {
      const part = Math.min(high, other + 1) - Math.max(low, other);
      spread[Math.min(Math.max(other, 0), spread.length - 1)] += (share * part) / (high - low);
    }
  });
  return spread;
}
