// Score images under any pruning and compute the page's figures: what the server does, in the browser.

import { averaged, headroom, sharedBins, shares } from "./binning.mjs";
import { bits, read } from "./data.mjs";
import { Head, Kept } from "./head.mjs";
import { aurocInterval, fpr95Interval } from "./intervals.mjs";
import { auroc, ece, fpr95, mean, sorted, tprThreshold } from "./metrics.mjs";
import { Block } from "./samples.mjs";

const BLOCK = 128; // images: small enough that one is never waited for
const REMEMBERED = 16; // prunings whose scores are kept

/** FPR95 of each set by its key, and the averages. */
function detection(id, sets, keys) {
  const rates = sets.map((set) => fpr95(id, set));
  return {
    sets: Object.fromEntries(keys.map((key, i) => [key, rates[i]])),
    fpr95: mean(rates),
    auroc: mean(sets.map((set) => auroc(id, set))),
  };
}

export class Engine {
  /** @param buffer what `app.preview.data` writes. */
  constructor(buffer) {
    const { arrays, exact, sets, scopes, definitions } = read(buffer);
    const { weight, bias, features } = arrays;
    this.exact = exact;
    this.keys = sets.map(({ key }) => key);
    this.counts = sets.map(({ count }) => count); // ID first
    const coded = (names, prefix) =>
      Object.fromEntries(Object.entries(names).map(([name, levels]) => [name, { codes: arrays[prefix + name], levels }]));
    const weights = coded(scopes, "weights ");
    const neurons = coded(definitions, "neurons ");
    this.head = new Head({ weight, bias, weights, neurons, insensitive: bits(arrays.insensitive, weight.length) });
    this.labels = arrays.labels;
    this.layOut(features);
    this.remembered = new Map();
    this.judged = { key: "", figures: null }; // of the baseline
    this.counted = null; // {kept, counts}: what is pruned where the first block stands
  }

  /** Deal the images into blocks that each hold the same share of every set, the first at least one of each. */
  layOut(features) {
    const { width } = this.head;
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    const number = Math.ceil(total / BLOCK);
    const firsts = this.counts.map((_, set) => this.counts.slice(0, set).reduce((sum, count) => sum + count, 0));
    this.blocks = Array.from({ length: number }, (_, b) => {
      const parts = this.counts.map((count, set) => {
        const [from, to] = [b, b + 1].map((one) => Math.ceil((one * count) / number));
        return { set, rows: Array.from({ length: to - from }, (_, i) => firsts[set] + from + i) };
      });
      const rows = parts.flatMap((part) => part.rows);
      const own = new Float32Array(width * rows.length);
      rows.forEach((row, s) => {
        for (let j = 0; j < width; j++) own[j * rows.length + s] = features[row * width + j];
      });
      return Object.assign(new Block(own, this.head), { parts });
    });
  }

  /** Bring a block to a pruning. Blocks that stand at the same one share the work of finding what changes. */
  advance(block, kept) {
    const from = block.kept;
    if (from === kept) return;
    if (this.last?.from !== from || this.last?.to !== kept)
      this.last = { from, to: kept, changes: this.head.changes(from, kept) };
    block.move(kept, this.last.changes);
  }

  kept(pruning) {
    const key = JSON.stringify(pruning);
    if (this.named?.key !== key) this.named = { key, kept: new Kept(this.head, pruning) };
    return this.named.kept;
  }

  /** Number of weights and neurons that are pruned at a pruning. */
  pruned(kept) {
    if (this.counted?.kept !== kept) {
      const near = this.counted && this.counted.kept.scope === kept.scope;
      const counts = near
        ? this.head.recount(this.counted.counts, kept, this.head.changed(this.counted.kept, kept))
        : this.head.pruned(kept);
      this.counted = { kept, counts };
    }
    return this.counted.counts;
  }

  /** Scores, confidences and hits of the images in the first `depth` blocks, which stand at the same pruning. */
  output(depth) {
    const blocks = this.blocks.slice(0, depth);
    const scores = this.counts.map(() => []);
    const [confidence, correct] = [[], []];
    for (const block of blocks) {
      let s = 0;
      for (const { set, rows } of block.parts) for (const _ of rows) scores[set].push(block.score(s++));
      block.parts[0].rows.forEach((row, i) => {
        confidence.push(block.confidence(i));
        correct.push(Number(block.predicted[i] === this.labels[row]));
      });
    }
    return { scores: scores.map(sorted), confidence, correct };
  }

  /** Sorted scores of all images at a pruning, ID first; what was asked for lately is remembered. */
  scoresAt(pruning) {
    let scores = this.remembered.get(JSON.stringify(pruning));
    if (!scores) {
      const kept = this.kept(pruning);
      for (const block of this.blocks) this.advance(block, kept);
      scores = this.output(this.blocks.length).scores;
    }
    this.remember(pruning, scores);
    return scores;
  }

  remember(pruning, scores) {
    const key = JSON.stringify(pruning);
    this.remembered.delete(key); // the latest is the last
    this.remembered.set(key, scores);
    if (this.remembered.size > REMEMBERED) this.remembered.delete(this.remembered.keys().next().value);
  }

  /** Detection figures of a remembered pruning against OOD sets; those that were asked for last are remembered. */
  baselineFigures(baseline, ood) {
    const key = JSON.stringify([baseline, ood]);
    if (this.judged.key !== key) {
      const scores = this.remembered.get(JSON.stringify(baseline));
      this.judged = { key, figures: detection(scores[0], this.pick(scores, ood), ood) };
    }
    return this.judged.figures;
  }

  /** Those of some OOD sets that there are images of here: of a set that is only for the report there are none. */
  tuned(keys) {
    return keys.filter((key) => this.keys.includes(key));
  }

  /** The parts of some OOD sets, out of those of all sets. */
  pick(parts, keys) {
    return keys.map((key) => parts[this.keys.indexOf(key)]);
  }

  /**
   * All figures of the images in the first `depth` blocks, which stand at `pruning`.
   *
   * @param pruning {weights, neurons, scope, definition}.
   * @param baseline the pruning that it is compared with.
   * @param ood keys of the OOD sets, at least one of them with images here.
   * @param shown keys of those in the histograms.
   * @param drawn bins of the histograms that were drawn a moment ago, or null; the new ones hold them.
   */
  frame({ pruning, baseline, ood, shown, drawn = null }, depth = this.blocks.length) {
    const { scores, confidence, correct } = this.output(depth);
    if (depth === this.blocks.length) this.remember(pruning, scores);
    const [tuned, pictured] = [ood, shown].map((keys) => this.tuned(keys));
    const [id, sets] = [scores[0], this.pick(scores, tuned)];
    const before = this.remembered.get(JSON.stringify(baseline));
    const all = [before[0], id, ...this.pick(before, pictured), ...this.pick(scores, pictured)];
    const bins = sharedBins(all, drawn);
    const panel = (parts) => ({
      id: shares(parts[0], bins),
      ood: averaged(this.pick(parts, pictured).map((one) => shares(one, bins))),
      threshold: tprThreshold(parts[0]),
    });
    const panels = [panel(before), panel(scores)];
    const complete = this.exact && depth === this.blocks.length;
    return {
      pruning,
      ood,
      shown,
      pictured: pictured.length,
      ...detection(id, sets, tuned),
      before: this.baselineFigures(baseline, tuned),
      ece: ece(confidence, correct),
      accuracy: correct.reduce((sum, hit) => sum + hit, 0) / correct.length,
      images: id.length,
      intervals: complete ? null : { fpr95: fpr95Interval(id, sets), auroc: aurocInterval(id, sets) },
      pruned: this.pruned(this.kept(pruning)),
      bins,
      top: Math.max(headroom(Math.max(...panels.flatMap(({ id, ood }) => [...id, ...ood]))), drawn?.top ?? 0),
      panels,
    };
  }
}
