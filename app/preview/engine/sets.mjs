// The preview's FPR95 of each set, and of groups of sets, in the table of `app.components.explore.per_set_table`.

import { compared } from "./compared.mjs";
import { fixed, percent } from "./format.mjs";
import { mean } from "./metrics.mjs";

export function write(root, data, frame) {
  const before = compared(data, frame);
  for (const row of root.querySelectorAll("tr[data-sets]")) {
    const keys = row.dataset.sets.split(" ").filter((key) => key); // none in the row of all sets
    row.hidden = keys.length > 0 && !keys.some((key) => frame.ood.includes(key)); // chosen no more
    const [unchanged, after, heldOut] = row.querySelectorAll("td:not(.way)");
    heldOut.textContent = "–";
    const tuned = keys.filter((key) => key in frame.sets);
    if (row.hidden || (keys.length && !tuned.length)) continue; // only for the report
    const rate = (figures) => (keys.length ? mean(tuned.map((key) => figures.sets[key])) : figures.fpr95);
    const [old, now] = [before, frame].map(rate);
    const at = (share) => `${fixed(100 * share, 1)}%`;
    const way = row.querySelector("i").style;
    [way.left, way.width] = [at(Math.min(old, now)), at(Math.abs(now - old))];
    row.querySelector("b.before").style.left = at(old);
    row.querySelector("b.after").style.left = at(now);
    unchanged.textContent = percent(old);
    after.textContent = percent(now);
  }
}
