// Moves a point of a Plotly chart to where a frame of the preview, or a row of a table, puts it.

const parts = new WeakMap();

export default function ({ parentElement, data }) {
  const part = parts.get(parentElement) ?? makePart();
  parts.set(parentElement, part);
  part.show(data);
  return part.end;
}

/** The place of a value among ascending edges, between two of them in proportion. */
function placeOf(value, edges) {
  const i = Math.max(1, edges.findIndex((edge) => edge >= value));
  return i - 1 + (value - edges[i - 1]) / (edges[i] - edges[i - 1]);
}

/** Where a value lies along an axis of a chart; beyond its ends, at the end. */
const pixels = (value, axis) => Math.min(Math.max(axis.c2p(value), 0), axis._length);

function makePart() {
  let data;
  let following = null;
  let loading = null;
  let mounted = false;
  let drawn = null; // what the point was moved for last
  let heard = null; // the chart that says when it was drawn anew

  function pointOf(frame) {
    if (!frame) return data.at;
    if (data.figures) return data.figures.map((name) => frame[name]);
    if (data.window) return frame.pruning[data.window].map((end) => placeOf(end, data.edges));
    return frame;
  }

  /** Whether the chart is of another window of the other side than the frame. */
  function outdated(frame) {
    const other = data.window === "weights" ? "neurons" : "weights";
    return Boolean(frame && data.window && String(frame.pruning[other]) !== String(data.position[other]));
  }

  /** A chart that is drawn anew, for another size or other values, puts the point back. */
  function hear(chart) {
    if (chart === heard) return;
    heard = chart;
    chart?.on("plotly_afterplot", () => mounted && draw(drawn));
  }

  function draw(frame) {
    drawn = frame;
    const chart = document.querySelector(`.st-key-${CSS.escape(data.chart)} .js-plotly-plot`);
    hear(chart);
    const traces = [...(chart?.querySelectorAll(".scatterlayer .trace") ?? [])];
    const mark = traces.find((one) => one.__data__?.[0]?.trace?.name === data.trace)?.querySelector(".point");
    if (!mark) return;
    const { xaxis, yaxis } = chart._fullLayout;
    const [x, y] = pointOf(frame);
    mark.setAttribute("transform", `translate(${pixels(x, xaxis)},${pixels(y, yaxis)})`);
    chart.style.opacity = outdated(frame) ? 0.4 : "";
  }

  return {
    async show(next) {
      data = next;
      mounted = true;
      const page = await (loading ??= import(new URL(data.hub, document.baseURI).href));
      if (!mounted) return;
      following ??= page.follower(draw);
      following.show(data);
    },
    end() {
      mounted = false;
      following?.end();
    },
  };
}
