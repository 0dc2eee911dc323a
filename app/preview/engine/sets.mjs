// The preview's FPR95 of each set in the table of `app.components.explore.per_set_table`.

import { compared } from "./compared.mjs";
import { fixed, percent } from "./format.mjs";

export function write(root, data, frame) {
  const before = compared(data, frame);
  for (const row of root.querySelectorAll("tr[data-set]")) {
    const key = row.dataset.set;
    const [old, now] = [before, frame].map((figures) => (key ? figures.sets[key] : figures.fpr95));
    row.hidden = now === undefined; // a set that is chosen no more
    if (row.hidden) continue;
    const at = (share) => `${fixed(100 * share, 1)}%`;
    const way = row.querySelector("i").style;
    [way.left, way.width] = [at(Math.min(old, now)), at(Math.abs(now - old))];
    row.querySelector("b.before").style.left = at(old);
    row.querySelector("b.after").style.left = at(now);
    const [unchanged, after, heldOut] = row.querySelectorAll("td:not(.way)");
    unchanged.textContent = percent(old);
    after.textContent = percent(now);
    heldOut.textContent = "–";
  }
}
