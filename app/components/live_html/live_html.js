// HTML as the server wrote it; while the sliders stand elsewhere, with the preview's figures written into it by
// one of the preview's writers.

const parts = new WeakMap();

export default function ({ parentElement, data }) {
  const part = parts.get(parentElement) ?? makePart(parentElement);
  parts.set(parentElement, part);
  part.show(data);
  return part.end;
}

function makePart(root) {
  let data;
  let [hub, write] = [null, null];
  let intact = ""; // what the server wrote, as long as nothing else is written into it
  let last = null; // the frame that is written into it
  let loading = null;
  let end = () => {};

  function draw() {
    const frame = hub ? hub.instead(data) : null;
    if ((frame === undefined && root.firstChild) || (frame && frame === last)) return; // soon, or already there
    if ((frame && !root.firstChild) || (!frame && intact !== data.html)) root.innerHTML = data.html;
    intact = frame ? "" : data.html;
    last = frame;
    if (frame) write(root, data, frame);
  }

  async function follow() {
    const page = await (loading ??= import(new URL(data.hub, document.baseURI).href));
    [hub, write] = [page.hub, page.writers[data.writer]];
    end();
    end = hub.follow(draw);
    draw();
  }

  return {
    show(next) {
      data = next;
      last = null;
      draw();
      follow();
    },
    end: () => end(),
  };
}
