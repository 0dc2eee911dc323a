// FPR95, AUROC, ECE and accuracy by the definitions of `opnp.metrics`, tie by tie. Scores come sorted, ascending.

export const sorted = (scores) => Float64Array.from(scores).sort();

/** The mean, added in the order in which numpy adds up to 128 values, so that its last digit is the same. */
export function mean(values) {
  const blocks = values.length < 8 ? 0 : Math.floor(values.length / 8);
  const sums = new Float64Array(8);
  for (let i = 0; i < 8 * blocks; i++) sums[i % 8] += values[i];
  const [a, b, c, d, e, f, g, h] = sums;
  let sum = a + b + (c + d) + (e + f + (g + h));
  for (let i = 8 * blocks; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** The score that accepts at least a share `tpr` of ID: ascending[floor((1 - tpr) n)]. */
export function tprThreshold(id, tpr = 0.95) {
  return id[Math.min(Math.floor((1 - tpr) * id.length + 1e-9), id.length - 1)];
}

/** How many scores lie below a value. */
export function countBelow(ascending, value) {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Share of sorted scores at or above a value. */
export const shareFrom = (ascending, value) => (ascending.length - countBelow(ascending, value)) / ascending.length;

export const fpr95 = (id, ood) => shareFrom(ood, tprThreshold(id));

/** Chance that an ID score lies above an OOD score, ties counted half. */
export function auroc(id, ood) {
  return id.length <= ood.length ? shareOfWins(id, ood) : 1 - shareOfWins(ood, id);
}

function shareOfWins(fewer, more) {
  let [wins, below, upTo] = [0, 0, 0];
  for (const score of fewer) {
    while (below < more.length && more[below] < score) below++;
    upTo = Math.max(upTo, below);
    while (upTo < more.length && more[upTo] === score) upTo++;
    wins += below + 0.5 * (upTo - below);
  }
  return wins / (fewer.length * more.length);
}

/** Expected calibration error over bins (low, high] of equal width. */
export function ece(confidence, correct, bins = 15) {
  const gaps = new Float64Array(bins);
  for (let i = 0; i < confidence.length; i++) {
    let bin = Math.min(Math.max(Math.ceil(confidence[i] * bins) - 1, 0), bins - 1);
    while (bin > 0 && confidence[i] <= bin / bins) bin--;
    while (bin < bins - 1 && confidence[i] > (bin + 1) / bins) bin++;
    gaps[bin] += correct[i] - confidence[i];
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / confidence.length;
}
