// 95 % intervals of the macro averages of a sample, as `opnp.evaluation.intervals` computes them. The bootstrap
// draws other random numbers than Python's, so its ends differ by what the draws differ.

import { percentiles } from "./binning.mjs";
import { shareFrom } from "./metrics.mjs";

const RESAMPLES = 1000;
const Z_95 = 1.959963984540054;

/** Standard normal numbers, the same at every call (mulberry32, Box and Muller). */
function normals(count, seed = 7) {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Float64Array.from({ length: count }, () => {
    return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  });
}

/** A Gamma(shape, 1) number for a standard normal one (Wilson and Hilferty). */
const gamma = (shape, z) => shape * Math.max(1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape)), 0) ** 3;

/** Bootstrap of the mean FPR95 over OOD sets that share the ID threshold: U ~ Beta, accepted ~ Binomial. */
export function fpr95Interval(id, oodSets) {
  const n = id.length;
  const k = Math.floor(0.05 * n) + 1;
  const z = normals(RESAMPLES * (2 + oodSets.length));
  const means = new Float64Array(RESAMPLES);
  const shares = new Map(); // of a place in the ID scores, by OOD set
  for (let i = 0, next = 0; i < RESAMPLES; i++) {
    const [above, below] = [gamma(k, z[next++]), gamma(n - k + 1, z[next++])];
    const place = Math.min(Math.max(Math.ceil((n * above) / (above + below)) - 1, 0), n - 1);
    if (!shares.has(place)) shares.set(place, oodSets.map((ood) => shareFrom(ood, id[place])));
    shares.get(place).forEach((share, set) => {
      const m = oodSets[set].length;
      const accepted = Math.round(m * share + Math.sqrt(m * share * (1 - share)) * z[next++]);
      means[i] += Math.min(Math.max(accepted, 0), m) / m / oodSets.length;
    });
  }
  return percentiles([means], [2.5, 97.5]);
}

/** DeLong's normal interval of the mean AUROC over OOD sets. */
export function aurocInterval(id, oodSets) {
  const placement = new Float64Array(id.length);
  let variance = 0;
  for (const ood of oodSets) {
    shareBelow(ood, id).forEach((share, i) => (placement[i] += share / oodSets.length));
    variance += varianceOf(shareBelow(id, ood)) / (ood.length * oodSets.length ** 2);
  }
  const mean = placement.reduce((sum, share) => sum + share, 0) / id.length;
  const error = Z_95 * Math.sqrt(variance + varianceOf(placement) / id.length);
  return [Math.max(0, mean - error), Math.min(1, mean + error)];
}

/** For each of `values`, ascending as well, the share of scores below it, ties counted half. */
function shareBelow(ascending, values) {
  let [below, upTo] = [0, 0];
  return values.map((value) => {
    while (below < ascending.length && ascending[below] < value) below++;
    upTo = Math.max(upTo, below);
    while (upTo < ascending.length && ascending[upTo] === value) upTo++;
    return (below + 0.5 * (upTo - below)) / ascending.length;
  });
}

function varianceOf(values) {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
