// Histograms one above the other on the same bins and axes, redrawn in place: paths move, nothing is made anew.
// They follow a frame of the preview or a row of their own table, where the data says of what.

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 48;
const RIGHT = 10;
const TOP = 74; // title and legend
const BOTTOM = 44;
const GAP = 34;
const SIZE = 13;
const TITLE = 15;

const plots = new WeakMap();

export default function ({ parentElement, data }) {
  const plot = plots.get(parentElement) ?? makePlot(parentElement);
  plots.set(parentElement, plot);
  plot.show(data);
  return plot.end;
}

function element(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent?.append(made);
  return made;
}

const percent = (share, digits) => `${(100 * share).toFixed(digits)} %`;

function ticks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough * 0.999);
  const all = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) all.push(i * step);
  return { all, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

function makePlot(root) {
  const box = root.querySelector(".plot");
  const svg = box.querySelector("svg");
  const tip = box.querySelector(".tip");
  const frame = element("g", {}, svg); // grid, axes, words: drawn anew when they change
  const moving = element("g", {}, svg); // paths: moved
  let parts = [];
  let said; // by the server
  let data; // that is drawn
  let page = null; // the hub's module, where they follow a thumb
  let loading = null;
  let following = null;
  let mounted = false;
  let framed = "";
  let wide = 600; // pixels

  const height = () => data.height / data.zoom;
  const across = (score) =>
    LEFT + ((Math.min(Math.max(score, data.low), data.high) - data.low) / (data.high - data.low)) * (wide - LEFT - RIGHT);
  const room = () => (height() - TOP - BOTTOM - GAP * (data.panels.length - 1)) / data.panels.length;
  const upper = (i) => TOP + i * (room() + GAP);

  function words(text, x, y, more = {}) {
    const made = element("text", { x, y, fill: data.colours.text, "font-size": SIZE, ...more }, frame);
    made.textContent = text;
    return made;
  }

  /** Make words smaller where they would not fit. */
  function fit(made, room) {
    const size = made.getAttribute("font-size");
    made.setAttribute("font-size", size * Math.min(1, room / made.getComputedTextLength()));
  }

  function drawFrame() {
    const { colours, top } = data;
    frame.replaceChildren();
    svg.setAttribute("height", data.height);
    svg.setAttribute("viewBox", `0 0 ${wide} ${height()}`);
    const covered = matchMedia("(hover: none)").matches ? box.querySelector(".tools").offsetWidth / data.zoom : 0;
    fit(words(data.title, 0, 16, { "font-size": TITLE }), wide - covered);
    let x = LEFT;
    for (const [name, colour] of [["ID", colours.id], [data.ood, colours.ood]]) {
      element("rect", { x, y: 30, width: 26, height: 10, fill: colour, "fill-opacity": 0.35, stroke: colour }, frame);
      x += 32 + words(name, x + 32, 40).getComputedTextLength() + 14;
    }
    const dash = { stroke: colours.threshold, "stroke-width": 1.5, "stroke-dasharray": "7 5" };
    element("line", { x1: x, x2: x + 26, y1: 35, y2: 35, ...dash }, frame);
    const said = words(data.threshold, x + 32, 40);
    if (x + 32 + said.getComputedTextLength() > wide) said.textContent = data.thresholdShort;
    fit(said, wide - x - 32);
    const scores = ticks(data.low, data.high, Math.max(2, wide / 90));
    const shares = ticks(0, top, Math.min(4, Math.max(1, Math.floor(room() / 25))));
    data.panels.forEach((panel, i) => {
      const [high, low] = [upper(i), upper(i) + room()];
      fit(words(panel.title, LEFT, high - 8), wide - LEFT);
      for (const score of scores.all) {
        const at = across(score);
        element("line", { x1: at, x2: at, y1: high, y2: low, stroke: colours.grid }, frame);
        if (i === data.panels.length - 1) words(score.toFixed(scores.digits), at, low + 17, { "text-anchor": "middle" });
      }
      for (const share of shares.all) {
        const at = low - (share / top) * room();
        element("line", { x1: LEFT, x2: wide - RIGHT, y1: at, y2: at, stroke: colours.grid }, frame);
        words(`${Math.round(100 * share)}%`, LEFT - 6, at + 4, { "text-anchor": "end" });
      }
    });
    const axis = words(data.axis, (LEFT + wide - RIGHT) / 2, height() - 6, { "text-anchor": "middle" });
    fit(axis, wide - LEFT - RIGHT);
  }

  function makeParts() {
    moving.replaceChildren();
    parts = data.panels.map(() => ({
      areas: ["ood", "id"].map((side) =>
        element("path", { class: `moves ${side}`, "fill-opacity": 0.35, "stroke-width": 1.5 }, moving),
      ),
      line: element("line", { class: "moves", "stroke-width": 1.5, "stroke-dasharray": "7 5" }, moving),
      marks: element("g", {}, moving),
    }));
  }

  function steps(shares, low) {
    const bin = (wide - LEFT - RIGHT) / shares.length;
    const scale = room() / data.top;
    const points = shares.map((share, k) => {
      const y = (low - share * scale).toFixed(2);
      return `${(LEFT + k * bin).toFixed(2)} ${y}L${(LEFT + (k + 1) * bin).toFixed(2)} ${y}`;
    });
    return `M${LEFT} ${low}L${points.join("L")}L${wide - RIGHT} ${low}Z`;
  }

  function move() {
    data.panels.forEach((panel, i) => {
      const [high, low] = [upper(i), upper(i) + room()];
      const { areas, line, marks } = parts[i];
      [["ood", panel.ood], ["id", panel.id]].forEach(([side, shares], k) => {
        const path = steps(shares, low);
        areas[k].setAttribute("d", path);
        areas[k].style.d = `path("${path}")`;
        areas[k].setAttribute("fill", data.colours[side]);
        areas[k].setAttribute("stroke", data.colours[side]);
      });
      line.style.display = panel.threshold === null ? "none" : "";
      line.setAttribute("y1", high);
      line.setAttribute("y2", low);
      line.setAttribute("stroke", data.colours.threshold);
      line.setAttribute("transform", `translate(${across(panel.threshold)} 0)`);
      line.style.transform = `translateX(${across(panel.threshold)}px)`;
      marks.replaceChildren();
      panel.marks.forEach(([name, score]) => {
        const at = across(score);
        const mark = element("path", { d: `M${at} ${low - 12}l7 13h-14z`, fill: data.colours.threshold }, marks);
        element("title", {}, mark).textContent = `${name}: score ${score.toFixed(2)}`;
      });
    });
  }

  function draw() {
    wide = (box.clientWidth || 600) / data.zoom;
    const { panels, alt, rows, ...rest } = data;
    const wanted = JSON.stringify([rest, panels.map((panel) => panel.title), wide]);
    if (wanted !== framed) drawFrame();
    framed = wanted;
    if (parts.length !== panels.length) makeParts();
    move();
    svg.setAttribute("aria-label", alt);
  }

  svg.onpointermove = (event) => {
    const area = svg.getBoundingClientRect();
    const [x, y] = [event.clientX - area.left, event.clientY - area.top].map((pixels) => pixels / data.zoom);
    const bins = data.panels[0].id.length;
    const k = Math.floor(((x - LEFT) / (wide - LEFT - RIGHT)) * bins);
    const i = Math.floor((y - TOP + GAP / 2) / (room() + GAP));
    const panel = data.panels[i];
    tip.style.display = panel && k >= 0 && k < bins ? "block" : "none";
    if (!panel || k < 0 || k >= bins) return;
    const bin = (data.high - data.low) / bins;
    const [from, to] = [data.low + k * bin, data.low + (k + 1) * bin].map((one) => Number(one.toPrecision(4)));
    tip.textContent = `score ${from} to ${to}\nID ${percent(panel.id[k], 1)}\n${data.ood} ${percent(panel.ood[k], 1)}`;
    tip.style.left = `${Math.min(x * data.zoom + 14, box.clientWidth - tip.offsetWidth - 4)}px`;
    tip.style.top = `${y * data.zoom + 10}px`;
  };
  svg.onpointerleave = () => (tip.style.display = "none");

  function image() {
    const copy = svg.cloneNode(true);
    copy.setAttribute("xmlns", SVG);
    copy.setAttribute("width", wide);
    copy.setAttribute("height", height());
    for (const one of copy.querySelectorAll("[style]")) one.removeAttribute("style");
    for (const one of copy.querySelectorAll("text")) one.setAttribute("font-family", "sans-serif");
    copy.prepend(element("rect", { width: "100%", height: "100%", fill: data.colours.ground }));
    return new Blob([copy.outerHTML], { type: "image/svg+xml" });
  }

  function save(blob, ending) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${data.file}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  box.querySelector(".svg").onclick = () => save(image(), "svg");
  box.querySelector(".png").onclick = () => {
    const picture = new Image();
    picture.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = 2 * wide;
      canvas.height = 2 * height();
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(blob, "png"));
      URL.revokeObjectURL(picture.src);
    };
    picture.src = URL.createObjectURL(image());
  };

  const bins = ({ low, high, panels }) => {
    const width = (high - low) / panels[0].id.length;
    return { width, start: Math.round(low / width), stop: Math.round(high / width) };
  };

  function previewed(frame) {
    const [before, after] = frame.panels;
    const upper = { ...said.panels[0] };
    if (frame.intervals) {
      for (const side of ["id", "ood"]) upper[side] = page.redistribute(upper[side], bins(said), frame.bins);
    } else Object.assign(upper, before);
    const names = { kind: page.kind(frame.pruning), windows: page.windowsText(frame.pruning) };
    const panels = [upper, { ...said.panels[1], ...after, title: page.fill(said.after, names) }];
    const [low, high] = [frame.bins.start, frame.bins.stop].map((end) => end * frame.bins.width);
    const same = String(frame.shown) === String(said.shown ?? said.position.ood);
    const title = same ? said.title : page.fill(said.others, { count: frame.pictured });
    return { ...said, title, low, high, top: frame.top, panels };
  }

  const withRow = ({ panels, ...row }) => ({
    ...said, ...row, panels: said.panels.map((panel, i) => ({ ...panel, ...panels[i] })),
  });

  function spoken({ title, panels }) {
    const thresholds = panels
      .filter((panel) => panel.threshold !== null)
      .map((panel) => `${panel.title}: threshold ${page.fixed(panel.threshold, 2)}`);
    return thresholds.length ? `${title}. ${thresholds.join(", ")}` : title;
  }

  function choose(frame) {
    data = said;
    if (frame) data = said.position ? previewed(frame) : withRow(frame);
    if (frame) data.alt = spoken(data);
    svg.classList.toggle("followed", Boolean(frame));
    draw();
    if (said.position) page?.hub.note({ ...bins(data), top: data.top });
  }

  async function follow() {
    page = await (loading ??= import(new URL(said.hub, document.baseURI).href));
    if (!mounted) return;
    following ??= page.follower(choose);
    if (said.position) page.hub.show(said.shown);
    following.show(said);
  }

  new ResizeObserver(() => data && draw()).observe(box);
  return {
    show(next) {
      said = next;
      mounted = true;
      if (!following || !said.hub) choose(null);
      if (said.hub) follow();
    },
    end() {
      mounted = false;
      following?.end();
    },
  };
}
