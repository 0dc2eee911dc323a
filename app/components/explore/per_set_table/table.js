// The table of sets as the server drew it; while the sliders stand elsewhere, with the figures of the preview.

const parts = new WeakMap();

export default function ({ parentElement, data }) {
  const part = parts.get(parentElement) ?? makeTable(parentElement);
  parts.set(parentElement, part);
  part.show(data);
  return part.end;
}

function makeTable(root) {
  let data;
  let page = null; // the hub's module
  let drawn = ""; // the server's markup, as long as it stands there untouched
  let end = () => {};
  let loading = null;

  function draw() {
    const frame = page ? page.hub.instead(data) : null;
    if (frame === undefined && root.firstChild) return; // soon
    if (frame) return preview(frame);
    if (drawn !== data.html) root.innerHTML = data.html;
    drawn = data.html;
  }

  function preview(frame) {
    if (!root.firstChild) root.innerHTML = data.html;
    drawn = ""; // the figures are no longer the server's
    for (const row of root.querySelectorAll("tr[data-set]")) {
      const key = row.dataset.set;
      const after = key ? frame.sets[key] : frame.fpr95;
      if (after === undefined) continue;
      const before = data.before[key];
      const at = (share) => `${page.fixed(100 * share, 1)}%`;
      const way = row.querySelector("i").style;
      [way.left, way.width] = [at(Math.min(before, after)), at(Math.abs(after - before))];
      row.querySelector("b.after").style.left = at(after);
      const cells = row.querySelectorAll("td:not(.way)");
      cells[1].textContent = page.percent(after);
      cells[2].textContent = "–";
    }
  }

  async function follow() {
    page = await (loading ??= import(new URL(data.hub, document.baseURI).href));
    end();
    end = page.hub.follow(draw);
    draw();
  }

  return {
    show(next) {
      data = next;
      draw();
      follow();
    },
    end: () => end(),
  };
}
