// Logits of a block of images, carried from pruning to pruning by the weights that change, and what they say.

import { largest } from "./head.mjs";

const NOTHING = 2 ** -36; // of the largest product: what adding and taking away again may leave
const STEPS = 256; // of the table of exponentials, for each power of e
const WHOLE = Float64Array.from({ length: 746 }, (_, i) => Math.exp(-i));
const PART = Float64Array.from({ length: STEPS }, (_, i) => Math.exp(-i / STEPS));

export class Block {
  /**
   * @param features (D, n) Float32Array, the images side by side.
   * @param head the last layer.
   */
  constructor(features, head) {
    this.features = features;
    this.head = head;
    this.count = features.length / head.width;
    this.logits = new Float64Array(head.classes * this.count); // (C, n)
    this.nothing = NOTHING * head.largest * largest(features);
    this.kept = null;
    this.top = new Float64Array(this.count);
    this.total = new Float64Array(this.count);
    this.predicted = new Int32Array(this.count);
  }

  /** Bring the logits to what `kept` keeps, by the weights that change. */
  move(kept, changes) {
    const { features, logits, count, head } = this;
    const { restart, starts, columns, values } = changes;
    for (let c = 0; c < head.classes; c++) {
      const row = c * count;
      if (restart) logits.fill(head.bias[c], row, row + count);
      for (let k = starts[c]; k < starts[c + 1]; k += 4) {
        const [w0, w1, w2, w3] = [values[k], values[k + 1], values[k + 2], values[k + 3]];
        let [z0, z1] = [columns[k] * count, columns[k + 1] * count];
        let [z2, z3] = [columns[k + 2] * count, columns[k + 3] * count];
        for (let s = row; s < row + count; s++)
          logits[s] += w0 * features[z0++] + w1 * features[z1++] + (w2 * features[z2++] + w3 * features[z3++]);
      }
    }
    this.kept = kept;
    this.summarise();
  }

  /**
   * Find the largest logit f of each image, the first class that has it, and the sum of exp(f_c - f). Where all that
   * an image has in a class is pruned, the logit is the bias, so that such images and classes tie.
   */
  summarise() {
    const { logits, top, total, predicted, count, nothing } = this;
    const { classes, bias } = this.head;
    top.fill(-Infinity);
    total.fill(0);
    for (let c = 0, i = 0; c < classes; c++) {
      const own = bias[c];
      for (let s = 0; s < count; s++, i++) {
        if (Math.abs(logits[i] - own) < nothing) logits[i] = own;
        if (logits[i] > top[s]) {
          top[s] = logits[i];
          predicted[s] = c;
        }
      }
    }
    for (let i = 0; i < logits.length; )
      for (let s = 0; s < count; s++, i++) {
        const below = top[s] - logits[i];
        if (below > 700) continue;
        const step = (below * STEPS) | 0;
        const rest = step / STEPS - below; // (-1 / STEPS, 0]
        const exp = 1 + rest * (1 + rest * (0.5 + rest * (1 / 6)));
        total[s] += WHOLE[step >> 8] * PART[step & (STEPS - 1)] * exp;
      }
  }

  /** Score, -E = ln sum exp f, of image s, rounded as the server keeps it, so that ties are ties in both. */
  score(s) {
    return Math.fround(this.top[s] + Math.log(this.total[s]));
  }

  /** Softmax maximum of image s. */
  confidence(s) {
    return Math.fround(1 / this.total[s]);
  }
}
