// 95 % intervals of the macro averages of a sample, as `opnp.evaluation.intervals` computes them.

import { percentiles } from "./binning.mjs";
import { countBelow } from "./metrics.mjs";

const RESAMPLES = 1021;
const GENERATOR = 76;
const Z_95 = 1.959963984540054;

const middle = (place) => (place + 0.5) / RESAMPLES;

/** Places of evenly spread points in one dimension (Korobov's lattice); rising in dimension 0. */
function places(dimension) {
  let power = 1;
  for (let i = 0; i < dimension; i++) power = (power * GENERATOR) % RESAMPLES;
  return Array.from({ length: RESAMPLES }, (_, draw) => (draw * power) % RESAMPLES);
}

/** The standard normal quantile of a share, to 0.0005 (Hastings). */
function normal(share) {
  const t = Math.sqrt(-2 * Math.log(Math.min(share, 1 - share)));
  const [over, under] = [2.515517 + t * (0.802853 + t * 0.010328), t * (1.432788 + t * (0.189269 + t * 0.001308))];
  return Math.sign(share - 0.5) * (t - over / (1 + under));
}

const normals = (dimension) => places(dimension).map((place) => normal(middle(place)));

/** A Gamma(shape, 1) number for a standard normal one (Wilson and Hilferty); 0 for the shape 0. */
function gamma(shape, z) {
  return shape && shape * Math.max(1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape)), 1e-6) ** 3;
}

function beta(a, b, z, other) {
  const part = gamma(a, z);
  return part / (part + gamma(b, other));
}

/** How many of `count` ID scores lie below their 5 % quantile: Binomial(count, 0.05), by equal probability. */
function belowQuantile(count) {
  let logarithm = count * Math.log(0.95);
  let [hits, reached] = [0, Math.exp(logarithm)];
  return Array.from({ length: RESAMPLES }, (_, draw) => {
    while (reached < middle(draw) && hits < count) {
      logarithm += Math.log(((count - hits) / (hits + 1)) * (0.05 / 0.95));
      hits++;
      reached += Math.exp(logarithm);
    }
    return hits;
  });
}

/** Of the mean FPR95 over OOD sets that share the ID threshold: draws of its confidence distribution. */
export function fpr95Interval(id, oodSets) {
  const below = belowQuantile(id.length);
  const uniform = places(1).map(middle); // where in its gap the threshold lies
  const tied = (place) => place - 1 in id && [id[place - 2], id[place]].includes(id[place - 1]);
  const smallest = oodSets.reduce((least, ood, set) => (ood.length < oodSets[least].length ? set : least), 0);
  const [lower, upper] = [new Float64Array(RESAMPLES), new Float64Array(RESAMPLES)];
  oodSets.forEach((ood, set) => {
    const accepted = new Map(); // how many of the set, by the place of the threshold among the ID scores
    const from = (place) => {
      const whole = place < 1 ? ood.length : place > id.length ? 0 : null;
      if (!accepted.has(place)) accepted.set(place, whole ?? ood.length - countBelow(ood, id[place - 1]));
      return accepted.get(place);
    };
    const extra = set === smallest ? 1 : 0;
    const [z, other] = [normals(2 + 2 * set), normals(3 + 2 * set)];
    below.forEach((place, draw) => {
      const [most, least] = [from(place), from(place + 1)];
      const inside = Math.floor(least + (most - least + 1) * uniform[draw]);
      const [fewer, more] = [tied(place + 1) ? least : inside, tied(place) ? most : inside];
      lower[draw] += beta(fewer, ood.length - fewer + extra, z[draw], other[draw]) / oodSets.length;
      upper[draw] += beta(more + extra, ood.length - more, z[draw], other[draw]) / oodSets.length;
    });
  });
  return [percentiles([lower], [2.5])[0], percentiles([upper], [97.5])[0]];
}

/** Of the mean AUROC over OOD sets: DeLong's variance, and one image more that loses to all or wins. */
export function aurocInterval(id, oodSets) {
  const placement = new Float64Array(id.length);
  let variance = 0;
  for (const ood of oodSets) {
    shareBelow(ood, id).forEach((share, i) => (placement[i] += share / oodSets.length));
    variance += varianceOf(shareBelow(id, ood)) / (ood.length * oodSets.length ** 2);
  }
  variance += varianceOf(placement) / id.length;
  const mean = placement.reduce((sum, share) => sum + share, 0) / id.length;
  const fewest = Math.min(id.length, oodSets.length * Math.min(...oodSets.map((ood) => ood.length)));
  return boundedInterval(Math.min(Math.max(mean, 0), 1), variance, 1 / (1 + fewest));
}

/** Of a figure in [0, 1], as if one more image, the least and the most favourable one, had been seen. */
function boundedInterval(value, variance, weight) {
  const low = 1 - upperEnd(1 - value, variance, weight);
  return [Math.min(low, value), Math.max(upperEnd(value, variance, weight), value)];
}

function upperEnd(value, variance, weight) {
  const mean = (1 - weight) * value + weight;
  if (mean >= 1) return 1;
  const spread = (1 - weight) ** 2 * variance + ((mean - value) ** 2 * (1 - weight)) / (1 + weight);
  const trials = Math.max((mean * (1 - mean)) / spread - 1, 1e-9);
  return betaQuantile(mean * trials, (1 - mean) * trials, Z_95);
}

/** About the quantile of Beta(a, b) below which a standard normal's share below z lies (Paulson). */
function betaQuantile(a, b, z) {
  if (b < a) return 1 - betaQuantile(b, a, -z);
  const [meanA, meanB] = [1 - 1 / (9 * a), 1 - 1 / (9 * b)];
  const square = meanB ** 2 - z ** 2 / (9 * b);
  const rest = meanA ** 2 - z ** 2 / (9 * a);
  if (square <= 0) return z > 0 ? 1 : 0;
  const root = Math.sqrt(Math.max((meanA * meanB) ** 2 - square * rest, 0));
  const ratio = Math.max((meanA * meanB + Math.sign(z) * root) / square, 0) ** 3;
  return (a * ratio) / (a * ratio + b);
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

/** Unbiased; 1/4, the largest of what is in [0, 1], of one value. */
function varianceOf(values) {
  if (values.length < 2) return 0.25;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
