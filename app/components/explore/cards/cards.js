// The cards as the server drew them; while the sliders stand elsewhere, with the figures of the preview.

const parts = new WeakMap();

export default function ({ parentElement, data }) {
  const part = parts.get(parentElement) ?? makeCards(parentElement);
  parts.set(parentElement, part);
  part.show(data);
  return part.end;
}

const JUDGED = [["fpr95", false], ["auroc", true], ["ece", false], ["accuracy", true]]; // whether more is better

function makeCards(root) {
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

  function write(name, value, change, judged, note) {
    const card = root.querySelector(`[data-card=${name}]`);
    card.querySelector(".value").textContent = value;
    card.querySelector(".change").textContent = change;
    card.querySelector(".change").className = `change ${judged}`;
    card.querySelector(".note").textContent = note;
  }

  function preview(frame) {
    const { percent, points, interval, thousands, fill } = page;
    const { words, before } = data;
    if (!root.firstChild) root.innerHTML = data.html;
    drawn = ""; // the figures are no longer the server's
    const count = fill(frame.intervals ? words.sample : words.all, { count: thousands(frame.images) });
    for (const [name, moreIsBetter] of JUDGED) {
      const change = points(frame[name] - before[name]);
      const same = change.startsWith("0.0");
      const grows = frame[name] > before[name];
      const first = frame.intervals?.[name];
      const note = name === "ece" || name === "accuracy" ? count : first ? fill(words.first, { interval: interval(first) }) : words.later;
      const judged = same ? "same" : grows === moreIsBetter ? "better" : "worse";
      write(name, percent(frame[name]), same ? change : `${grows ? "↑" : "↓"} ${change}`, judged, note);
    }
    const { weights, neurons, idle } = frame.pruned;
    const [of, ofNeurons] = [data.weights, data.neurons].map(thousands);
    const off = fill(words.off, { off: thousands(neurons), all: ofNeurons });
    const rest = idle ? fill(words.idle, { idle: thousands(idle) }) : "";
    write("pruned", percent(weights / data.weights), fill(words.of, { pruned: thousands(weights), all: of }), "same", off + rest);
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
