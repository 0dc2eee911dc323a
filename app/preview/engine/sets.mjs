// The preview's FPR95 of each set in the table of `app.components.explore.per_set_table`.

import { fixed, percent } from "./format.mjs";

export function write(root, { before }, frame) {
  for (const row of root.querySelectorAll("tr[data-set]")) {
    const key = row.dataset.set;
    const [old, now] = [before[key], key ? frame.sets[key] : frame.fpr95];
    if (now === undefined) continue; // a set that is chosen no more
    const at = (share) => `${fixed(100 * share, 1)}%`;
    const way = row.querySelector("i").style;
    [way.left, way.width] = [at(Math.min(old, now)), at(Math.abs(now - old))];
    row.querySelector("b.after").style.left = at(now);
    const [, after, heldOut] = row.querySelectorAll("td:not(.way)");
    after.textContent = percent(now);
    heldOut.textContent = "–";
  }
}
