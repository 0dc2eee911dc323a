// Which weights a pruning keeps, and which change from one pruning to the next.
//
// Every weight and neuron has a code: its rank among `levels` ranks, or, in a large head, the step of the slider
// (half a percent, 200 levels) that its rank lies in. A window keeps a range of codes, as
// `opnp.pruning.rank_bounds` rounds it.

const GROUP = 4; // changes that are added in one pass; a class's are padded to a multiple of it

const bound = (end, levels) => Math.trunc((end * levels) / 100 + 0.5);

export const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const within = (code, [low, high]) => code >= low && code < high;

/** What a pruning keeps: a range of codes of the weights, and a flag for each neuron. */
export class Kept {
  constructor(head, { weights, neurons, scope, definition }) {
    const { codes, levels } = head.neurons[definition];
    const range = neurons.map((end) => bound(end, levels));
    this.scope = scope;
    this.range = weights.map((end) => bound(end, head.weights[scope].levels));
    this.neurons = Uint8Array.from(codes, (code) => within(code, range));
  }
}

export class Head {
  /**
   * @param weight (C, D) Float32Array, unpruned.
   * @param bias (C) Float32Array.
   * @param weights {scope: {codes: (C, D), levels}}.
   * @param neurons {definition: {codes: (D), levels}}.
   * @param insensitive (C, D) whether a weight's sensitivity is exactly zero.
   */
  constructor({ weight, bias, weights, neurons, insensitive }) {
    Object.assign(this, { weight, bias, weights, neurons, insensitive });
    this.classes = bias.length;
    this.width = weight.length / bias.length;
    this.largest = largest(weight);
    this.found = new Uint32Array(weight.length);
    this.orders = {};
  }

  /** Number of weights and neurons that are pruned, and of the weights, those with sensitivity zero. */
  pruned(kept) {
    const { codes } = this.weights[kept.scope];
    let [weights, idle] = [0, 0];
    for (let i = 0; i < codes.length; ) {
      for (let j = 0; j < this.width; j++, i++) {
        if (kept.neurons[j] && within(codes[i], kept.range)) continue;
        weights++;
        idle += this.insensitive[i];
      }
    }
    return { weights, idle, neurons: kept.neurons.reduce((off, on) => off + 1 - on, 0) };
  }

  /** What `changes` adds to the counts of `pruned`. */
  recount(counts, kept, changed) {
    let { weights, idle } = counts;
    for (const i of changed) {
      const sign = kept.neurons[i % this.width] && within(this.weights[kept.scope].codes[i], kept.range) ? -1 : 1;
      weights += sign;
      idle += sign * this.insensitive[i];
    }
    return { weights, idle, neurons: kept.neurons.reduce((off, on) => off + 1 - on, 0) };
  }

  /** Flat indices of the weights that one keeps and the other does not; valid until it is called again. */
  changed(from, to) {
    let count = 0;
    const { found, width } = this;
    const { codes } = this.weights[to.scope];
    const look = (i, j) => {
      const was = from.neurons[j] === 1 && within(before[i], from.range);
      const is = to.neurons[j] === 1 && within(codes[i], to.range);
      if (was !== is) found[count++] = i;
    };
    const before = this.weights[from.scope].codes;
    if (from.scope !== to.scope) {
      for (let i = 0; i < codes.length; ) for (let j = 0; j < width; j++, i++) look(i, j);
      return found.subarray(0, count);
    }
    const ranges = difference(from.range, to.range);
    const { order, starts } = this.ordered(to.scope);
    for (const [low, high] of ranges)
      for (let k = starts[low]; k < starts[high]; k++) look(order[k], order[k] % width);
    for (let j = 0; j < width; j++) {
      if (from.neurons[j] === to.neurons[j]) continue;
      for (let i = j; i < codes.length; i += width)
        if (!ranges.some((range) => within(codes[i], range))) look(i, j);
    }
    return found.subarray(0, count);
  }

  /** Weights to add to the logits, class by class, to come from one pruning to another; from none, all kept. */
  changes(from, to) {
    const flips = from && this.changed(from, to);
    if (flips && flips.length <= this.keptAtMost(to)) return this.byClass(flips, to, false);
    const { codes } = this.weights[to.scope];
    let count = 0;
    for (let i = 0; i < codes.length; )
      for (let j = 0; j < this.width; j++, i++)
        if (to.neurons[j] && within(codes[i], to.range)) this.found[count++] = i;
    return this.byClass(this.found.subarray(0, count), to, true);
  }

  keptAtMost(kept) {
    const { starts } = this.ordered(kept.scope);
    const share = kept.neurons.reduce((on, one) => on + one, 0) / this.width;
    return (starts[kept.range[1]] - starts[kept.range[0]]) * share;
  }

  byClass(indices, to, restart) {
    const { classes, width, weight } = this;
    const { codes } = this.weights[to.scope];
    const starts = new Int32Array(classes + 1);
    for (const i of indices) starts[Math.floor(i / width) + 1]++;
    for (let c = 0; c < classes; c++) starts[c + 1] = starts[c] + Math.ceil(starts[c + 1] / GROUP) * GROUP;
    const columns = new Int32Array(starts[classes]);
    const values = new Float32Array(starts[classes]);
    const next = starts.slice();
    for (const i of indices) {
      const c = Math.floor(i / width);
      const j = i - c * width;
      const k = next[c]++;
      columns[k] = j;
      values[k] = to.neurons[j] && within(codes[i], to.range) ? weight[i] : -weight[i];
    }
    return { restart, starts, columns, values };
  }

  /** Flat indices of all weights by their code, and where each code starts (counting sort). */
  ordered(scope) {
    return (this.orders[scope] ??= sortByCode(this.weights[scope]));
  }
}

function sortByCode({ codes, levels }) {
  const starts = new Uint32Array(levels + 1);
  for (const code of codes) starts[code + 1]++;
  for (let code = 0; code < levels; code++) starts[code + 1] += starts[code];
  const next = starts.slice();
  const order = new Uint32Array(codes.length);
  codes.forEach((code, i) => (order[next[code]++] = i));
  return { order, starts };
}

/** The ranges of codes, apart from each other, that lie in one of two ranges and not in both. */
function difference([low, high], [first, last]) {
  const ranges = [[Math.min(low, first), Math.max(low, first)], [Math.min(high, last), Math.max(high, last)]];
  if (ranges[0][1] > ranges[1][0]) return [[ranges[0][0], ranges[1][1]]];
  return ranges;
}
